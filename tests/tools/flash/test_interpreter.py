"""The interpreter's file, and real esptool at a port where no chip is."""

import dataclasses
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from trifocal_tools import failure
from trifocal_tools.failure import Failure
from trifocal_tools.flash import interpreter
from trifocal_tools.flash.boards import board

XIAO = board("xiao-sense")
HEAD = bytes([0xE9, 4, 0, 0]) + bytes(8) + (9).to_bytes(2, "little")


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A file that begins as an interpreter for the XIAO does."""
    file = tmp_path / "micropython.bin"
    file.write_bytes(HEAD + bytes(5_000))
    return file


@pytest.fixture
def port() -> Iterator[str]:
    """A port at which no chip answers."""
    ours, theirs = os.openpty()
    yield os.ttyname(theirs)
    os.close(ours)
    os.close(theirs)


def test_an_image_for_the_chip_is_taken(image: Path) -> None:
    interpreter.check(XIAO, image)


@pytest.mark.parametrize("data", [b"", HEAD[:-1], b"\x7fELF" + bytes(20), HEAD[:12] + (2).to_bytes(2, "little")])
def test_anything_else_is_refused(data: bytes, image: Path) -> None:
    image.write_bytes(data)
    with pytest.raises(Failure, match="is no interpreter for xiao-sense") as caught:
        interpreter.check(XIAO, image)
    assert caught.value.word == "wrong_interpreter"


def test_a_file_that_is_not_there_or_a_board_without_such_a_chip_is_said(tmp_path: Path, image: Path) -> None:
    with pytest.raises(Failure, match="cannot be read"):
        interpreter.check(XIAO, tmp_path / "none.bin")
    with pytest.raises(Failure, match="esptool is of no use") as caught:
        interpreter.check(dataclasses.replace(XIAO, chip=""), image)
    assert caught.value.code == failure.USAGE


def test_nothing_but_what_is_overwritten_is_erased(image: Path) -> None:
    words = interpreter.command(XIAO, "/dev/ttyACM0", image)
    assert not [word for word in words if "erase" in word]
    assert words[-3:] == ["write-flash", "0x0", str(image)]
    assert interpreter.command(board("esp32-cam"), "p", image)[-2] == "0x1000"


@pytest.mark.journey
def test_a_chip_that_does_not_answer_esptool_is_a_failure_with_a_hint(image: Path, port: str) -> None:
    with pytest.raises(Failure, match="the interpreter was not written: ") as caught:
        interpreter.write(XIAO, port, image, quiet=True)
    assert caught.value.word == "interpreter_failed"
    assert "BOOT" in caught.value.hint
