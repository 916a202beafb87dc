"""An app for the cloud's tests, on real sockets, that does what it is told: a webhook server and the app's socket."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

DEADLINE_S = 10
PACKAGE, KEY = "com.example.cam", "sk-1"
ANSWER = b"HTTP/1.1 %d OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"


class RawApp:
    """One app. `status` answers its webhook; `connects` whether it comes when it is asked to."""

    def __init__(self, package: str = PACKAGE, key: str = KEY) -> None:
        self.package = package
        self.key = key
        self.status = 200
        self.connects = True
        self.streams: list[object] = ["button_press"]
        self.url = ""
        self.asked: list[dict[str, Any]] = []
        self.photos: list[tuple[dict[str, str], bytes]] = []
        self.told: list[dict[str, Any]] = []
        self.socket: ClientConnection | None = None
        self.closed: tuple[int, str] | None = None
        self._changed = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = head.lower().split("\r\n")
        length = next((int(line.split(":")[1]) for line in lines if line.startswith("content-length:")), 0)
        body = await reader.readexactly(length)
        headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        if head.startswith("POST /webhook"):
            self._note(self.asked, json.loads(body))
            if self.asked[-1]["type"] == "session_request" and self.connects:
                await self.come(self.asked[-1])
        else:
            self._note(self.photos, (headers, body))
        writer.write(ANSWER % self.status)
        await writer.drain()
        writer.close()

    async def come(self, asked: dict[str, Any] | None = None, **init: str) -> None:
        """Connect, say who it is and what it listens for."""
        asked = asked or next(one for one in reversed(self.asked) if one["type"] == "session_request")
        said = {"sessionId": asked["sessionId"], "packageName": self.package, "apiKey": self.key, **init}
        self.closed = None
        self.socket = await connect(asked["mentraOSWebsocketUrl"])
        await self.say({"type": "tpa_connection_init", "timestamp": "", **said})
        await self.say({"type": "subscription_update", "subscriptions": self.streams})
        task = asyncio.create_task(self._listen(self.socket))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def say(self, message: object) -> None:
        """Send a message, bytes and texts as they are."""
        assert self.socket is not None
        await self.socket.send(message if isinstance(message, (str, bytes)) else json.dumps(message))

    async def drop(self) -> None:
        """Lose the connection without a word."""
        assert self.socket is not None
        self.socket.transport.abort()
        await self.until(lambda app: app.closed is not None)

    async def until(self, seen: Any) -> Self:
        """Return when `seen(self)`; fails after a while."""
        async with asyncio.timeout(DEADLINE_S):
            while not seen(self):
                self._changed.clear()
                await self._changed.wait()
        return self

    async def heard(self, kind: str, count: int = 1) -> list[dict[str, Any]]:
        """The messages of a type (or events of a stream), once there are so many."""

        def found() -> list[dict[str, Any]]:
            return [told for told in self.told if kind in (told["type"], told.get("streamType"))]

        await self.until(lambda app: len(found()) >= count)
        return found()

    async def leave(self) -> None:
        """Be gone."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.socket is not None:
            await self.socket.close()

    async def _listen(self, socket: ClientConnection) -> None:
        try:
            while True:
                self._note(self.told, json.loads(await socket.recv()))
        except ConnectionClosed as closed:
            if socket is self.socket:
                self.closed = (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else (1006, "")
            self._changed.set()

    def _note(self, where: list[Any], what: object) -> None:
        where.append(what)
        self._changed.set()


@asynccontextmanager
async def raw_app(package: str = PACKAGE) -> AsyncIterator[RawApp]:
    """An app whose server runs inside the block."""
    app = RawApp(package)
    server = await asyncio.start_server(app.serve, "127.0.0.1", 0)
    app.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield app
    finally:
        server.close()
        await app.leave()
