"""The interpreter itself, put on an ESP32 by esptool. Nothing is erased but what it overwrites: files stay."""

import subprocess
import sys
from pathlib import Path

from trifocal_tools import failure
from trifocal_tools.failure import Failure
from trifocal_tools.flash.boards import Board

MAGIC = 0xE9
CHIP_AT = 12
"""Where the head of an image has the number of its chip (two bytes, little-endian)."""

BAUD = 460_800
LONGEST_S = 600


def check(board: Board, file: Path) -> None:
    """Raises Failure unless this file looks like an interpreter for this board."""
    if not board.chip:
        hint = "it has its own way to take an interpreter"
        raise Failure(f"esptool is of no use for {board.name}", failure.USAGE, "usage", hint)
    try:
        head = file.read_bytes()[: CHIP_AT + 2]
    except OSError as error:
        raise Failure(f"{file} cannot be read: {error.strerror}", failure.MISSING, "no_file") from error
    chip = int.from_bytes(head[CHIP_AT : CHIP_AT + 2], "little")
    if len(head) < CHIP_AT + 2 or head[0] != MAGIC or chip != board.chip_id:
        hint = f"a whole image for {board.chip}, as it is written to {board.offset:#x}"
        raise Failure(f"{file} is no interpreter for {board.name}", failure.USAGE, "wrong_interpreter", hint)


def command(board: Board, port: str, file: Path) -> list[str]:
    """The command line that writes it and verifies what was written."""
    front = [sys.executable, "-m", "esptool", "--chip", board.chip, "--port", port, "--baud", str(BAUD)]
    return [*front, "write-flash", hex(board.offset), str(file)]


def write(board: Board, port: str, file: Path, quiet: bool) -> None:
    """Write it; esptool shows how far it is, on stderr, unless `quiet`. Raises Failure."""
    out = subprocess.PIPE if quiet else sys.stderr.fileno()
    try:
        ran = subprocess.run(
            command(board, port, file), stdout=out, stderr=subprocess.STDOUT, text=True, timeout=LONGEST_S, check=False
        )
        code, said = ran.returncode, (ran.stdout or "").strip()
    except subprocess.TimeoutExpired:
        code, said = 124, f"it did not end within {LONGEST_S} s"
    if code != 0:
        lines = [line for line in said.splitlines() if "error" in line.lower()] or said.splitlines()
        why = lines[-1] if lines else f"esptool ended with {code}"
        hint = "hold the board's BOOT button while you press RESET, then start the same again"
        raise Failure(f"the interpreter was not written: {why}", word="interpreter_failed", hint=hint)
