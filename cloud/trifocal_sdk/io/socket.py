"""One WebSocket to the cloud, from the dial to its end. When to dial again is the connection's business."""

import asyncio
import json
import logging
from typing import Protocol
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

OPEN_S = 10.0
CLOSE_S = 2.0
PING_EVERY_S, PONG_WITHIN_S = 10.0, 20.0
MOST_BYTES = 4 * 1024 * 1024
MOST_UNSENT = 1_000

ABNORMAL = 1006

# The library would write headers and messages, and with them the key, into its debug log.
_quiet = logging.Logger("trifocal_sdk.socket", logging.WARNING)


class Told(Protocol):
    """Who is told what becomes of a socket; `attempt` is the socket's number."""

    def opened(self, attempt: int) -> None:
        """It is open."""

    def failed(self, attempt: int, reason: str) -> None:
        """It did not open."""

    def received(self, attempt: int, text: str) -> None:
        """A text came."""

    def closed(self, attempt: int, code: int, reason: str) -> None:
        """It is closed."""


class Socket:
    """One try; a task of its own runs it."""

    def __init__(self, attempt: int, url: str, told: Told) -> None:
        self._attempt = attempt
        self._told = told
        self._unsent: asyncio.Queue[str | tuple[int, str]] = asyncio.Queue(MOST_UNSENT)
        self._connection: ClientConnection | None = None
        self._task = asyncio.get_running_loop().create_task(self._run(url))

    def send(self, content: dict[str, object]) -> None:
        """Send this in time. A cloud that reads too slowly is let go."""
        self._put(json.dumps(content, separators=(",", ":")))

    def hang_up(self, code: int, reason: str) -> None:
        """Close, after what is still unsent; one that is not open yet is not opened."""
        if self._connection is None:
            self._task.cancel()
        else:
            self._put((code, reason))

    async def gone(self, within_s: float) -> None:
        """Return when it is closed, which it is after `within_s` at the latest."""
        _, late = await asyncio.wait((self._task,), timeout=within_s)
        if late:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _put(self, item: str | tuple[int, str]) -> None:
        try:
            self._unsent.put_nowait(item)
        except asyncio.QueueFull:
            if self._connection is not None:
                self._connection.transport.abort()

    async def _run(self, url: str) -> None:
        try:
            connection = await connect(
                url,
                compression=None,
                proxy=None if is_loopback(url) else True,
                open_timeout=OPEN_S,
                close_timeout=CLOSE_S,
                ping_interval=PING_EVERY_S,
                ping_timeout=PONG_WITHIN_S,
                max_size=MOST_BYTES,
                logger=_quiet,
            )
        except InvalidStatus as error:
            self._told.failed(self._attempt, f"the cloud answered with HTTP {error.response.status_code}")
            return
        except (OSError, WebSocketException, ValueError) as error:
            self._told.failed(self._attempt, f"the cloud cannot be reached: {type(error).__name__}")
            return
        self._connection = connection
        writer = asyncio.create_task(self._write(connection))
        try:
            self._told.opened(self._attempt)
            await self._read(connection)
        finally:
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
            connection.transport.abort()
        self._told.closed(self._attempt, connection.close_code or ABNORMAL, connection.close_reason or "")

    async def _read(self, connection: ClientConnection) -> None:
        try:
            async for data in connection:
                if isinstance(data, str):
                    self._told.received(self._attempt, data)
        except ConnectionClosed:
            return  # its code is asked for afterwards

    async def _write(self, connection: ClientConnection) -> None:
        try:
            while True:
                item = await self._unsent.get()
                if isinstance(item, tuple):
                    await connection.close(*item)
                    return
                await connection.send(item)
        except ConnectionClosed:
            return  # the reader learns of it


def is_loopback(url: str) -> bool:
    """Whether an address is on this machine, where no proxy has a place."""
    host = urlsplit(url).hostname or ""
    return host in {"localhost", "::1"} or host.startswith("127.")
