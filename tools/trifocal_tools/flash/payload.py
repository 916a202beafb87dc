"""What belongs on a board: the translated, compiled firmware, as far as the board needs it, and its `main.py`."""

import ast
import hashlib
from pathlib import Path

from trifocal_tools.flash.boards import Board
from trifocal_tools.micropython import romfs

PACKAGE = "trifocal_firmware"
LIB = "lib/"
MAIN = "main.py"


def payload(board: Board) -> dict[str, bytes]:
    """Files by their path on the board, `main.py` last. Raises Failure: the firmware could not be built."""
    image = romfs.build()
    tree = image.path.with_name("tree")
    files = {}
    for path in needed([f"{PACKAGE}/main.py", f"{PACKAGE}/boards/{board.module}.py"], image.folder):
        compiled = Path(path).with_suffix(".mpy").as_posix()
        files[LIB + compiled] = (tree / compiled).read_bytes()
    return files | {MAIN: board.main}


def needed(begin: list[str], folder: Path) -> list[str]:
    """Those of our modules, as paths within the folder, that these import, directly or not; they come first."""
    found: list[str] = []
    waiting = list(begin)
    while waiting:
        path = waiting.pop(0)
        if path in found:
            continue
        found.append(path)
        for node in ast.walk(ast.parse((folder / path).read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            paths = [name.replace(".", "/") + ".py" for name in names if name.startswith(PACKAGE)]
            waiting += [path for path in paths if (folder / path).exists()]
    return found


def digest(data: bytes) -> str:
    """SHA-256, as hex."""
    return hashlib.sha256(data).hexdigest()
