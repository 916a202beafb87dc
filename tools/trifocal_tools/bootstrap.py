"""From nothing but python3 and pip to a running `trifocal`: make .venv in the checkout, fill it, hand over.

    python3 tools/trifocal_tools/bootstrap.py up
    python3 tools/trifocal_tools/bootstrap.py check

Needs Python 3.11 and either pip 22.3, uv or ensurepip; nothing else, not even Debian's python3-venv. May be started
from anywhere and twice at once; installs again only when pyproject.toml or constraints.txt changed. Uses the standard
library only, in a dialect that older Pythons can read as well, so that they can be told kindly.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Iterator, NoReturn  # noqa: UP035 - where Python 3.8 has them too

CHECKOUT = Path(__file__).resolve().parent.parent.parent
OLDEST = (3, 11)
OLDEST_PIP = (22, 3)
MISSING = 3
"""What `trifocal` ends with when something is missing; its `failure.py` cannot be imported yet."""

STAMP = "trifocal.stamp"
"""In .venv: for which checkout and which pyproject.toml it was filled."""

WINDOWS = os.name == "nt"


def main(arguments: list[str], checkout: Path = CHECKOUT) -> NoReturn:
    """Make the environment if need be and become `trifocal` with these arguments. Exits with 3 when that cannot be."""
    check_python(sys.version_info[:2])
    folder = checkout / ".venv"
    with alone(checkout):
        stamp = wanted_stamp(checkout)
        if _read(folder / STAMP) != stamp or not program(folder, "trifocal").exists():
            _say("making .venv and installing into it (once, a minute or two)")
            make(folder, checkout)
            fill(folder, checkout)
            (folder / STAMP).write_text(stamp)
    become([str(program(folder, "trifocal")), *arguments])


def check_python(version: tuple[int, ...]) -> None:
    """Exits with 3 and a kind word on a Python that is too old."""
    if version < OLDEST:
        have = ".".join(str(part) for part in version)
        _end(f"Python 3.11 or newer is needed; {sys.executable} is {have}", "use a newer python3, or `uv run trifocal`")


def make(folder: Path, checkout: Path) -> None:
    """An environment without pip, for that is what every Python can make; one that still works is kept."""
    stamped = _read(folder / STAMP)
    moved = bool(stamped) and stamped.split("\n")[0] != str(checkout)
    if not moved and _works(program(folder, "python")):
        return
    _run([sys.executable, "-m", "venv", "--without-pip", "--clear", str(folder)], "the environment could not be made")


def fill(folder: Path, checkout: Path) -> None:
    """Install Trifocal, editable, with what it needs to run."""
    constraints = checkout / "constraints.txt"
    held = ["-c", str(constraints)] if constraints.exists() else []
    command = [*installer(program(folder, "python")), *held, "-e", str(checkout)]
    _run(command, "what Trifocal needs could not be installed")


def installer(python: Path) -> list[str]:
    """The front of a command that installs for that Python, by the first means there is. Exits with 3 without any."""
    options = ["install", "--quiet", "--disable-pip-version-check"]
    if pip_version() >= OLDEST_PIP:
        return [sys.executable, "-m", "pip", "--python", str(python), *options]
    uv = shutil.which("uv")
    if uv:
        return [uv, "pip", "install", "--quiet", "--python", str(python)]
    if not find_spec("ensurepip"):
        _end("neither pip (22.3 or newer) nor uv is here", "Debian, Raspberry Pi OS: apt install python3-pip")
    _run([str(python), "-m", "ensurepip", "--default-pip"], "pip could not be put into the environment")
    return [str(python), "-m", "pip", *options]


def pip_version() -> tuple[int, ...]:
    """The version of the pip beside this Python; (0,) without one."""
    ran = subprocess.run(
        [sys.executable, "-m", "pip", "--version"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False
    )
    found = re.match(r"pip (\d+)\.(\d+)", ran.stdout.decode(errors="replace"))
    return (int(found.group(1)), int(found.group(2))) if found else (0,)


def wanted_stamp(checkout: Path) -> str:
    """Changes when the environment has to be filled anew: another place, other requirements."""
    digest = hashlib.sha256()
    for name in ("pyproject.toml", "constraints.txt"):
        digest.update(f"{name} {_read(checkout / name)}\n".encode())
    return f"{checkout}\n{digest.hexdigest()}"


def program(folder: Path, name: str) -> Path:
    """Where an environment keeps a program."""
    return folder / "Scripts" / f"{name}.exe" if WINDOWS else folder / "bin" / name


@contextlib.contextmanager
def alone(checkout: Path) -> Iterator[None]:
    """Let one process at a time fill the environment; the others wait. The lock ends with its process."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    descriptor = os.open(str(checkout), os.O_RDONLY)  # the folder itself is the lock: no file to leave behind
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def become(command: list[str]) -> NoReturn:
    """Go on as that program: same process, same terminal, same signals."""
    if WINDOWS:
        sys.exit(subprocess.run(command, check=False).returncode)
    os.execv(command[0], command)  # noqa: S606 - our own program, no shell wanted


def _works(python: Path) -> bool:
    try:
        check = f"import sys; sys.exit(sys.version_info[:2] < {OLDEST})"
        return subprocess.run([str(python), "-c", check], stderr=subprocess.DEVNULL, check=False).returncode == 0
    except OSError:
        return False


def _run(command: list[str], otherwise: str) -> None:
    # stdout belongs to the command that was asked for, so what installers say goes to stderr
    ran = subprocess.run(command, stdout=sys.stderr.fileno(), check=False)
    if ran.returncode != 0:
        _end(otherwise, " ".join(command))


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def _say(text: str) -> None:
    sys.stderr.write(f"trifocal: {text}\n")


def _end(text: str, hint: str) -> NoReturn:
    _say(text)
    sys.stderr.write(f"  hint: {hint}\n")
    sys.exit(MISSING)


if __name__ == "__main__":
    main(sys.argv[1:])
