"""A server of somebody else's on a real socket, that answers as it is told."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from trifocal_cloud.testing import DEADLINE_S

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
    except asyncio.IncompleteReadError:
        return None
    line, *lines = head.strip().split("\r\n")
    headers = {name.lower(): value for name, value in (entry.split(": ", 1) for entry in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
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
