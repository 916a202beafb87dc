"""The boards that can be flashed: how each is told from others, and how its firmware begins."""

from dataclasses import dataclass

from trifocal_tools import failure
from trifocal_tools.failure import Failure


@dataclass(frozen=True)
class Board:
    """A board: module and class of its file in `trifocal_firmware/boards/`, and what its interpreter says of itself."""

    name: str
    sentence: str
    module: str
    class_name: str
    platform: str
    """`sys.platform` there."""
    machine: str
    """How `sys.implementation._machine` ends there."""
    needs: tuple[str, ...] = ()
    """Modules that its interpreter must have built in."""
    chip: str = ""
    """What esptool calls its chip; empty where esptool is of no use."""
    chip_id: int = 0
    """The number of that chip in the head of an interpreter's file."""
    offset: int = 0
    """Where in the chip's flash such a file begins."""
    wired: bool = False
    """The gateway comes over a UART, not by Bluetooth."""

    @property
    def main(self) -> bytes:
        """The board's own `main.py`."""
        package = "trifocal_firmware"
        lines = [
            "import asyncio",
            f"from {package}.main import Firmware",
            f"from {package}.boards.{self.module} import {self.class_name}",
            f"asyncio.run(Firmware({self.class_name}({'wired=True' if self.wired else ''})).run())",
        ]
        return ("\n".join(lines) + "\n").encode()


def _camera_board(name: str, sentence: str, module: str, class_name: str, chip: str = "esp32s3") -> Board:
    chip_id, offset = {"esp32": (0, 0x1000), "esp32s3": (9, 0)}[chip]
    return Board(
        name,
        sentence,
        module=module,
        class_name=class_name,
        platform="esp32",
        machine=f"with {chip.upper()}",
        needs=("camera", "bluetooth"),
        chip=chip,
        chip_id=chip_id,
        offset=offset,
    )


BOARDS = {
    board.name: board
    for board in (
        _camera_board("xiao-sense", "Seeed XIAO ESP32S3 Sense", "xiao_sense", "XiaoSense"),
        _camera_board("freenove-s3", "Freenove ESP32-S3-WROOM CAM", "freenove_s3", "FreenoveS3"),
        _camera_board("atoms3r-m12", "M5Stack AtomS3R-M12", "atoms3r_m12", "AtomS3RM12"),
        _camera_board("esp32-cam", "AI-Thinker ESP32-CAM", "esp32_cam", "Esp32Cam", "esp32"),
    )
}


def board(name: str) -> Board:
    """The board of this name. Raises Failure(USAGE)."""
    if name not in BOARDS:
        hint = "there are: " + ", ".join(BOARDS)
        raise Failure(f"there is no board '{name}'", failure.USAGE, "no_such_board", hint)
    return BOARDS[name]
