"""What the journeys set out with: a whole house, and pictures for its camera."""

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from trifocal_tools.bench.fresh import fresh_up
from trifocal_tools.bench.kills import draw_pictures, free_port

Run = Callable[..., tuple[int, dict[str, Any]]]

PATIENCE_S = 30.0


async def until(seen: Callable[[], bool], seconds: float = 90.0) -> None:
    """Look again and again at what another process has done. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not seen():  # noqa: ASYNC110 - files have no events
            await asyncio.sleep(0.02)


@pytest.fixture
def pictures(tmp_path: Path) -> dict[str, bytes]:
    """Three pictures by sha256; they lie in `tmp_path / "pictures"` in the order the camera takes them."""
    return draw_pictures(tmp_path / "pictures", 3)


@pytest.fixture
def house(tmp_path: Path, pictures: dict[str, bytes]) -> Iterator[dict[str, Any]]:
    """`trifocal up` with these pictures before its camera: what it announced."""
    with fresh_up("--camera", str(tmp_path / "pictures")) as said:
        yield said


@pytest.fixture
def trifocal(house: dict[str, Any], tmp_path: Path) -> Run:
    """Runs a client command with --json against the house: its exit code and its answer."""
    return command_line(house, tmp_path)


def command_line(house: dict[str, Any], folder: Path) -> Run:
    """A function that runs client commands against this house."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TRIFOCAL_")}
    environment |= {"TRIFOCAL_CLOUD": house["cloud"], "TRIFOCAL_TOKEN": house["token"]}

    def run(*words: str) -> tuple[int, dict[str, Any]]:
        command = [sys.executable, "-m", "trifocal_tools.cli", *words, "--json"]
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=90, check=False
        )
        return done.returncode, json.loads(done.stdout)

    return run


class Cutter:
    """What stands between the apps and the cloud: passes everything on, and can cut every connection at once."""

    def __init__(self) -> None:
        self.target = ("127.0.0.1", 0)
        self.up_bytes = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._open: set[socket.socket] = set()
        self._passed = threading.Condition()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def cut(self) -> None:
        """End every connection without a word of WebSocket."""
        for end in list(self._open):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def await_up(self, so_many: int) -> None:
        """Wait until the apps have sent so many bytes over their sockets altogether."""
        with self._passed:
            assert self._passed.wait_for(lambda: self.up_bytes >= so_many, PATIENCE_S)

    def close(self) -> None:
        """Take no more connections, and end those that are."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                app = self._listener.accept()[0]
            except OSError:
                return
            try:
                cloud = socket.create_connection(self.target)
            except OSError:
                app.close()
                continue
            self._open |= {app, cloud}
            threading.Thread(target=self._pass, args=(app, cloud, True), daemon=True).start()
            threading.Thread(target=self._pass, args=(cloud, app, False), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, up: bool) -> None:
        spoken = False
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
                spoken = spoken or (up and data.startswith(b"GET /app-ws"))
                if spoken:
                    with self._passed:
                        self.up_bytes += len(data)
                        self._passed.notify_all()
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._open.discard(source)
        source.close()


@pytest.fixture(scope="session")
def cutter() -> Iterator[Cutter]:
    """The one for all journeys that need one; its `target` is theirs to name."""
    with contextlib.closing(Cutter()) as cutter:
        yield cutter


class RtmpServer:
    """An RTMP server for one publisher."""

    def __init__(self) -> None:
        port = free_port()
        self.url = f"rtmp://127.0.0.1:{port}/live/key"
        self.said: list[dict[str, Any]] = []
        self._came = threading.Condition()
        command = [sys.executable, str(Path(__file__).parent / "rtmp_server.py"), str(port)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def hear(self, good: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first line that is like this."""
        with self._came:
            assert self._came.wait_for(lambda: any(map(good, self.said)), PATIENCE_S), self.said[-3:]
            return next(filter(good, self.said))

    def close(self) -> None:
        """Take nothing more."""
        self._process.kill()
        self._process.wait()
        self._reader.join()

    def _read(self) -> None:
        assert self._process.stdout
        with self._process.stdout:
            for line in self._process.stdout:
                with self._came:
                    self.said.append(json.loads(line))
                    self._came.notify_all()


@pytest.fixture
def server() -> Iterator[RtmpServer]:
    """A server that listens, or is about to."""
    server = RtmpServer()
    server.hear(lambda said: said["event"] == "listens")
    yield server
    server.close()
