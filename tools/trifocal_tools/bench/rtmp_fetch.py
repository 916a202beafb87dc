"""Whoever fetches in `trifocal bench rtmp`: the same answer again and again, and what a stream lists."""

import asyncio
import time
from typing import Any, cast
from urllib.parse import urlsplit

IN_TIME_S = 20.0


class Fetcher(asyncio.Protocol):
    """Asks for the same again as soon as it has come."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.ask = f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode()
        self.count = 0
        self.bytes = 0
        self.over = False
        self._left = 0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self.ask)

    def stop(self) -> None:
        """Ask for no more."""
        self.over = True
        if self._transport:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Some of the answer."""
        assert self._transport is not None
        if self._left == 0:
            head, mark, body = data.partition(b"\r\n\r\n")
            if not mark or b" 200 " not in head[:20]:
                raise ValueError(f"no such answer: {head[:80]!r}")
            size = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            self._left = int(size.split(b":")[1])
            data = body
        self._left -= len(data)
        self.bytes += len(data)
        if self._left == 0:
            self.count += 1
            if not self.over:
                self._transport.write(self.ask)


async def fetched(url: str, seconds: float) -> dict[str, Any]:
    """Fetch the same for so long."""
    fetcher = Fetcher(url)
    parts = urlsplit(url)
    begun = time.monotonic()
    await asyncio.get_running_loop().create_connection(lambda: fetcher, parts.hostname or "", parts.port or 80)
    await asyncio.sleep(seconds)
    fetcher.stop()
    return {"seconds": time.monotonic() - begun, "requests": fetcher.count, "bytes": fetcher.bytes}


async def largest_part(hls: str) -> dict[str, Any]:
    """The address of the largest part that is listed there, and its bytes."""
    base = hls.rpartition("/")[0]
    listed = (await got(f"{base}/video.m3u8")).decode()
    sizes = {}
    for line in listed.splitlines():
        if line.startswith("#EXT-X-PART:"):
            url = f"{base}/{line.split('URI=')[1].split(chr(34))[1]}"
            sizes[url] = len(await got(url))
    url = max(sizes, key=lambda url: sizes[url])
    return {"url": url, "bytes": sizes[url]}


async def got(url: str) -> bytes:
    """What is there. Raises ValueError."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write(f"GET {parts.path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    answer = await asyncio.wait_for(reader.read(), IN_TIME_S)
    writer.close()
    await writer.wait_closed()
    head, _, body = answer.partition(b"\r\n\r\n")
    if b" 200 " not in head[:20]:
        raise ValueError(f"{head[:40]!r} for what should be there")
    return body
