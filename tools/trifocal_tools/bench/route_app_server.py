"""The app of the benchmarks: registered and started by webhook as any app is, with a session for each user."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

PACKAGE = "org.trifocal.bench"
KEY = "a-key-for-one-benchmark"

ANSWER = b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"

Started = Callable[[str, str, str], Awaitable[None]]
"""User, session and the address to connect to."""


class AppServer:
    """Answers the webhook once `started` is through with it, as the SDK does. A context manager."""

    def __init__(self, started: Started) -> None:
        self._started = started
        self._server: asyncio.Server | None = None
        self._serving: dict[asyncio.Task[None] | None, asyncio.StreamWriter] = {}

    async def __aenter__(self) -> str:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=1024)
        port = self._server.sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    async def __aexit__(self, *failed: object) -> None:
        if self._server is not None:
            self._server.close()
        for task, writer in list(self._serving.items()):
            writer.close()
            if task is not None:
                await task

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        self._serving[task] = writer
        try:
            while (body := await _body(reader)) is not None:
                status = await self._answered(body)
                writer.write(ANSWER % status)
                await writer.drain()
        except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()
            del self._serving[task]

    async def _answered(self, body: bytes) -> bytes:
        message: dict[str, Any] = json.loads(body)
        if message.get("type") != "session_request":
            return b"200 OK"
        try:
            await self._started(message["userId"], message["sessionId"], message["mentraOSWebsocketUrl"])
        except (KeyError, OSError, TimeoutError):
            return b"500 Internal Server Error"
        return b"200 OK"


async def _body(reader: asyncio.StreamReader) -> bytes | None:
    """The body of the next request; None at the end of the connection."""
    head = await reader.readuntil(b"\r\n\r\n") if not reader.at_eof() else b""
    if not head:
        return None
    lines = head.decode("latin-1").lower().split("\r\n")
    lengths = [int(line.partition(":")[2]) for line in lines if line.startswith("content-length:")]
    return await reader.readexactly(lengths[0] if lengths else 0)
