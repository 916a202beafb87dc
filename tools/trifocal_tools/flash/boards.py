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
    """Part of `sys.implementation._machine` there."""
    needs: tuple[str, ...] = ()
    """Modules that its interpreter must have built in."""
    chip: str = ""
    """What esptool calls its chip; empty where esptool is of no use."""
    chip_id: int = 0
    """The number of that chip in the head of an interpreter's file."""

    @property
    def main(self) -> bytes:
        """The board's own `main.py`."""
        package = "trifocal_firmware"
        lines = [
            "import asyncio",
            f"from {package}.main import Firmware",
            f"from {package}.boards.{self.module} import {self.class_name}",
            f"asyncio.run(Firmware({self.class_name}()).run())",
        ]
        return ("\n".join(lines) + "\n").encode()


BOARDS = {
    board.name: board
    for board in (
        Board(
            "xiao-esp32s3",
            "Seeed XIAO ESP32S3 Sense",
            module="esp32s3",
            class_name="XiaoSense",
            platform="esp32",
            machine="ESP32S3",
            needs=("camera",),
            chip="esp32s3",
            chip_id=9,
        ),
    )
}


def board(name: str) -> Board:
    """The board of this name. Raises Failure(USAGE)."""
    if name not in BOARDS:
        hint = "there are: " + ", ".join(BOARDS)
        raise Failure(f"there is no board '{name}'", failure.USAGE, "no_such_board", hint)
    return BOARDS[name]
