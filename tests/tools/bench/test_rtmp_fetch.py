"""What is fetched is counted, and what is not there is said."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from trifocal_tools.bench.rtmp_fetch import fetched, got, largest_part

PARTS = {"/s/video-0.0.m4s": b"a" * 10, "/s/video-0.1.m4s": b"b" * 100_000}
LIST = "".join(f'#EXT-X-PART:DURATION=0.2,URI="{path[3:]}"\n' for path in PARTS).encode()


@pytest.fixture
async def base() -> AsyncIterator[str]:
    """A server with a list and two parts."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                body = (PARTS | {"/s/video.m3u8": LIST}).get(head.split()[1], b"")
                status = "200 OK" if body else "404 Not Found"
                writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
                if "close" in head:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/s"


async def test_the_largest_part_is_found_and_fetched(base: str) -> None:
    found = await largest_part(f"{base}/index.m3u8")
    url = found["url"]
    assert (url, found["bytes"]) == (f"{base}/video-0.1.m4s", 100_000)
    heard: dict[str, Any] = await fetched(url, 0.2)
    assert heard["requests"] >= 1
    assert heard["bytes"] >= heard["requests"] * 100_000


async def test_what_is_not_there(base: str) -> None:
    with pytest.raises(ValueError, match="404"):
        await got(f"{base}/nothing")
