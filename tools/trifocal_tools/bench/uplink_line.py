"""The two ends of `trifocal bench uplink` and the line between them: our cloud far away, a gateway's end near."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from trifocal_tools import failure
from trifocal_tools.failure import Failure
from trifocal_tools.network.emulator import FAR_ADDRESS, Emulator
from trifocal_tools.network.namespace import Namespace
from trifocal_tools.network.pipe import Shape
from trifocal_tools.up import core_token

USER = "bench@trifocal.local"
TOKEN_S = 3600
PORT = 8000
READY_S, ANSWER_S, STOP_S = 60.0, 300.0, 10.0

UNLIMITED = {"TRIFOCAL_CLOUD_PRESSES_PER_WINDOW": "100000000"}
"""No thumb is as fast as the bench."""


class Uplink:
    """A gateway's end and a cloud over a line whose shape can be changed."""

    def __init__(self, line: Emulator, near: "subprocess.Popen[str]") -> None:
        self.line = line
        self._near = near

    def ask(self, action: str, **options: object) -> Any:
        """What the gateway's end measured. Raises Failure with its reason."""
        assert self._near.stdin and self._near.stdout  # noqa: PT018 - it was started with both
        self._near.stdin.write(json.dumps({"do": action, **options}) + "\n")
        self._near.stdin.flush()
        said = json_line(self._near, ANSWER_S)
        if isinstance(said, dict) and "error" in said:
            raise Failure(f"{action} over the line failed: {said['error']}")
        return said


@contextlib.contextmanager
def uplink(shape: Shape) -> Iterator[Uplink]:
    """Both ends, freshly started; ended afterwards. Raises Failure."""
    with tempfile.TemporaryDirectory(prefix="trifocal-") as folder, Emulator(shape) as line:
        data = Path(folder) / "data"
        token = core_token(data, USER, TOKEN_S, int(time.time()))
        program = [sys.executable, "-m"]
        cloud = [*program, "trifocal_tools.cli", "cloud", "--host", FAR_ADDRESS, "--port", str(PORT), "--json"]
        near = [*program, "trifocal_tools.bench.uplink_near", f"http://{FAR_ADDRESS}:{PORT}", token]
        with _running(line.far, [*cloud, "--data-dir", str(data)], folder) as server:
            if "cloud" not in (json_line(server, READY_S) or {}):
                raise Failure("`trifocal cloud` did not start", failure.MISSING, "not_started")
            with _running(line.near, near, folder) as gateway:
                yield Uplink(line, gateway)


def json_line(process: "subprocess.Popen[str]", within_s: float) -> Any:
    """The next line that it says. Raises Failure when there is none in time; then the process is ended."""
    overdue = threading.Timer(within_s, process.kill)
    overdue.start()
    try:
        line = process.stdout.readline() if process.stdout else ""
    finally:
        overdue.cancel()
    try:
        return json.loads(line)
    except ValueError:
        raise Failure("an end of the line ended instead of answering") from None


@contextlib.contextmanager
def _running(where: Namespace, command: list[str], folder: str) -> Iterator["subprocess.Popen[str]"]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TRIFOCAL_")} | UNLIMITED
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with where.popen(command, cwd=folder, env=environment, **pipes) as process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
