"""What belongs on a board. That it runs there: test_run."""

from pathlib import Path

import pytest

from trifocal_tools.flash import boards
from trifocal_tools.flash.payload import digest, needed, payload


def test_a_board_gets_what_it_needs_and_nothing_of_other_boards() -> None:
    board = boards.board("xiao-sense")
    files = payload(board)
    assert list(files)[-1] == "main.py"
    assert {"lib/trifocal_firmware/main.mpy", "lib/trifocal_firmware/boards/xiao_sense.mpy"} <= set(files)
    assert not [path for path in files if "boards/sim" in path or path.endswith(".py") != (path == "main.py")]
    assert all(data[:2] == b"M\x06" for path, data in files.items() if path.endswith(".mpy"))
    assert files["main.py"] == board.main


def test_modules_are_followed_through_every_way_to_import_them(tmp_path: Path) -> None:
    package = tmp_path / "trifocal_firmware"
    (package / "io").mkdir(parents=True)
    (package / "main.py").write_text("import asyncio\nfrom trifocal_firmware.board import Board\n")
    (package / "board.py").write_text("import trifocal_firmware.io.pin\nfrom trifocal_firmware import clock, nothing\n")
    (package / "clock.py").write_text("from trifocal_firmware.main import x\n")
    (package / "io" / "pin.py").write_text("")
    (package / "io" / "uart.py").write_text("")
    found = needed(["trifocal_firmware/main.py"], tmp_path)
    assert found[0] == "trifocal_firmware/main.py"
    assert {Path(path).stem for path in found} == {"main", "board", "clock", "pin"}


@pytest.mark.parametrize("data", [b"", b"abc"])
def test_a_sum_is_sha256(data: bytes) -> None:
    assert len(digest(data)) == 64
    assert digest(b"abc").startswith("ba7816bf")
