"""A whole Trifocal of one's own, in a process of its own, with nothing in it."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from trifocal_tools import failure
from trifocal_tools.failure import Failure

KEPT = ("TRIFOCAL_CACHE",)
"""Where fetched things lie is no setting of the one that is started."""

READY_S = 60
STOP_S = 10


@contextlib.contextmanager
def fresh_up(*flags: str) -> Iterator[dict[str, Any]]:
    """What a freshly started `trifocal up --headless --json` announced; it is stopped afterwards. Raises Failure."""
    environment = {key: value for key, value in os.environ.items() if key in KEPT or not key.startswith("TRIFOCAL_")}
    with tempfile.TemporaryDirectory(prefix="trifocal-") as folder:
        command = [sys.executable, "-m", "trifocal_tools.cli", "up", "--headless", "--json", "--port", "0"]
        command += ["--data-dir", str(Path(folder) / "data"), *flags]
        with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True) as process:
            try:
                yield _announcement(process)
            finally:
                _stop(process)


def _announcement(process: "subprocess.Popen[str]") -> dict[str, Any]:
    # Reading blocks; what ends a process that never gets ready ends the reading too.
    overdue = threading.Timer(READY_S, process.kill)
    overdue.start()
    try:
        line = process.stdout.readline() if process.stdout else ""
    finally:
        overdue.cancel()
    try:
        said = json.loads(line)
    except ValueError:
        said = {"error": "not_started", "message": f"it did not get ready within {READY_S} s"}
    if not isinstance(said, dict) or "error" in said:
        raise Failure(f"`trifocal up` did not start: {said.get('message')}", failure.MISSING, "not_started")
    return said


def _stop(process: "subprocess.Popen[str]") -> None:
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
