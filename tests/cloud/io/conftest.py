"""A server of somebody else's on a real socket, that answers as it is told, and a cloud as apps meet it over HTTP."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from trifocal_cloud.apps import App, AppView, key_hash
from trifocal_cloud.io.running_apps import RunningApps
from trifocal_cloud.testing import ANN, BOB, DEADLINE_S, House, housed
from trifocal_shared.cloud_messages import GlassesConnectionState

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n" + b'{"success":true}'


@dataclass
class Got:
    """One request, as it came over the wire."""

    line: str
    headers: dict[str, str]
    body: bytes
    connection: int

    @property
    def path(self) -> str:
        return self.line.split(" ")[1]


Reply = Callable[[Got], bytes | Awaitable[bytes | None] | None]


@dataclass
class Outside:
    """Notes what it is asked; `reply` makes the bytes that answer, None closes the connection without any."""

    port: int = 0
    got: list[Got] = field(default_factory=list)
    reply: Reply = lambda got: OK
    connections: int = 0
    open_connections: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def heard(self, count: int = 1) -> list[Got]:
        """Wait for so many requests."""
        async with asyncio.timeout(DEADLINE_S):
            while len(self.got) < count:
                self._changed.clear()
                await self._changed.wait()
        return self.got

    async def quiet(self) -> None:
        """Wait until nobody is connected any more."""
        async with asyncio.timeout(DEADLINE_S):
            while self.open_connections:
                self._changed.clear()
                await self._changed.wait()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open_connections += 1
        connection = self.connections
        try:
            while (got := await _read(reader, connection)) is not None:
                self.got.append(got)
                self._changed.set()
                reply = self.reply(got)
                reply = await reply if inspect.isawaitable(reply) else reply
                if reply is None:
                    break
                writer.write(reply)
                await writer.drain()
        except OSError:
            pass
        finally:
            self.open_connections -= 1
            self._changed.set()
            writer.close()


async def _read(reader: asyncio.StreamReader, connection: int) -> Got | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        line, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value for name, value in (entry.split(": ", 1) for entry in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
    except asyncio.IncompleteReadError:
        return None
    return Got(line, headers, body, connection)


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    """A server of somebody else's on 127.0.0.1."""
    found = Outside()
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        await found.serve(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    yield found
    server.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await server.wait_closed()


CAM, KEY = "com.example.cam", "sk-1"


class Gateway:
    """A gateway's line: notes what it is sent."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)

    def close(self, code: int, reason: str = "") -> None: ...


class AppSide:
    """A cloud, and an app that runs for whoever is in `runs`; its server, if it needs one, is `outside`."""

    def __init__(self, house: House, runs: dict[tuple[str, str], str]) -> None:
        self.house = house
        self.cloud = house.cloud
        self.runs = runs

    async def register(self, package: str = CAM, url: str = "http://127.0.0.1:1", *permissions: str) -> App:
        """Have an app, which may do this."""
        allowed = tuple({"type": name, "description": ""} for name in permissions or ("CAMERA",))
        app = App(package, ANN, package, key_hash(KEY), url, permissions=allowed)
        await self.cloud.registry.put(app)
        return app

    def run(self, user: str = ANN, package: str = CAM, state: str = "running") -> None:
        """From now on it runs for this user, or is in another state; in none if empty."""
        self.runs[(user, package)] = state
        for hears in self.cloud.apps.changed:
            hears(user, package)

    async def link(self, user: str = ANN, status: str = "CONNECTED") -> Gateway:
        """Connect the user's gateway, with glasses."""
        line: Any = Gateway()
        epoch = self.cloud.gateways.opened(user, 2**40, line)
        await self.cloud.gateways.received(user, epoch, GlassesConnectionState(status=status, model_name="Sim"))
        found: Gateway = line
        return found

    def client(self, package: str = CAM, key: str = KEY) -> httpx.AsyncClient:
        """Requests of this app."""
        client = self.house.client(None)
        client.headers["Authorization"] = f"Bearer {package}:{key}"
        return client

    def press(self, user: str = ANN, raw: bytes = b'{"type":"button_press"}') -> int:
        """A button is pressed; how many heard it."""
        return self.cloud.switchboard.relay(user, ("button_press",), raw, self.house.clock.epoch_ms())


@pytest.fixture
async def app_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AppSide]:
    """A cloud as apps meet it over HTTP: `com.example.cam` is registered, may use the camera and runs for Ann."""
    runs: dict[tuple[str, str], str] = {}

    def view(self: RunningApps, user: str, package: str) -> AppView | None:
        state = runs.get((user, package))
        return AppView(state, 0) if state else None

    def users_of(self: RunningApps, package: str) -> list[str]:
        return [user for user in (ANN, BOB) if runs.get((user, package))]

    monkeypatch.setattr(RunningApps, "view", view)
    monkeypatch.setattr(RunningApps, "users_of", users_of)
    async with housed(tmp_path / "cloud", app_networks="loopback") as house:
        found = AppSide(house, runs)
        await found.register()
        found.run()
        yield found
