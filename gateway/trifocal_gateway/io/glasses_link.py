"""The way to the glasses over TCP: bytes there and back. Who is alive is asked by the relay, not here."""

import asyncio
from collections.abc import Callable
from urllib.parse import urlsplit

from trifocal_gateway.errors import LinkDown

CONNECT_S = 5.0
READ_BYTES = 65_536
WRITE_S = 10.0
"""Glasses that take nothing for so long are gone."""


def address(url: str) -> tuple[str, int]:
    """Host and port of `tcp://host:port`. ValueError for anything else."""
    parts = urlsplit(url)
    if parts.scheme != "tcp" or not parts.hostname or parts.port is None or parts.path not in ("", "/"):
        raise ValueError(f"the glasses' address is tcp://host:port, not {url!r}")
    return parts.hostname, parts.port


class GlassesLink:
    """One connection, made by `connect`. `run` must be awaited for anything to be received."""

    most = 0
    """Bytes that one write takes: any number."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._closed = False

    @classmethod
    async def connect(cls, url: str, timeout_s: float = CONNECT_S) -> "GlassesLink":
        """Raises LinkDown when there are no glasses there in time, ValueError for a wrong address."""
        host, port = address(url)
        try:
            async with asyncio.timeout(timeout_s):
                return cls(*await asyncio.open_connection(host, port))
        except TimeoutError:
            raise LinkDown("the glasses did not answer in time") from None
        except OSError as error:
            raise LinkDown(f"the glasses cannot be reached: {error.strerror or type(error).__name__}") from None

    async def run(self, received: Callable[[bytes], None], packed: Callable[[bytes], None]) -> None:
        """Hand over what comes, until `close`; there are no bare packs. Raises LinkDown when it ends otherwise."""
        try:
            while data := await self._reader.read(READ_BYTES):
                received(data)
        except OSError as error:
            if not self._closed:
                raise LinkDown(f"the glasses' link broke: {error.strerror or type(error).__name__}") from None
        if not self._closed:
            raise LinkDown("the glasses closed the link")

    async def write(self, data: bytes) -> None:
        """Until it is on its way. A link that is down takes it and loses it; one that does not drain goes down."""
        if self._closed or self._writer.is_closing():
            return
        self._writer.write(data)
        try:
            async with asyncio.timeout(WRITE_S):
                await self._writer.drain()
        except OSError:  # TimeoutError is one
            self._writer.transport.abort()

    async def close(self) -> None:
        """Close it; what is still unsent is lost."""
        self._closed = True
        self._writer.transport.abort()
        try:
            await self._writer.wait_closed()
        except OSError:
            return
