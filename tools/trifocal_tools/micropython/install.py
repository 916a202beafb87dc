"""The interpreter itself: MicroPython's WebAssembly build, from npm."""

from pathlib import Path

from trifocal_tools import npm

NAME = "micropython"
PACKAGE = "@micropython/micropython-webassembly-pyscript"


def ensure() -> Path:
    """The interpreter's `micropython.mjs`, fetched on first use. Raises Failure(MISSING) saying what lacks."""
    return npm.ensure(NAME) / "node_modules" / PACKAGE / "micropython.mjs"
