"""A request's head is bounded in size and time, token or not; what is within bounds is served as ever."""

import asyncio
from pathlib import Path

import pytest

from trifocal_cloud.io import bounded_http
from trifocal_cloud.io.bounded_http import BoundedHttp
from trifocal_cloud.testing import DEADLINE_S, Running, eventually, serving


async def opened(server: Running) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, _, port = server.url.removeprefix("http://").rpartition(":")
    return await asyncio.open_connection(host, int(port))


async def spoken(server: Running, *pieces: bytes) -> bytes:
    """Send the pieces one by one; what comes back until the connection closes, or the first answer."""
    reader, writer = await opened(server)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        return await asyncio.wait_for(reader.read(20_000), DEADLINE_S)
    except ConnectionError:
        return b"reset"
    finally:
        writer.close()


async def test_a_head_without_end_is_cut(server: Running) -> None:
    header = b"X-A: " + b"a" * 10_000 + b"\r\n"
    for pieces in ([header] * 100, [b"X-A: ", *[b"a" * 10_000] * 100], [b"GET /" + b"a" * 200_000]):
        answer = await spoken(server, b"GET /health HTTP/1.1\r\nHost: x\r\n", *pieces)
        assert answer == b"reset" or answer.startswith(b"HTTP/1.1 400")


async def test_a_long_head_within_bounds_is_served(server: Running) -> None:
    header = b"X-A: " + b"a" * 10_000 + b"\r\n"
    answer = await spoken(server, b"GET /health HTTP/1.1\r\nHost: x\r\n", *[header] * 6, b"\r\n")
    assert answer.startswith(b"HTTP/1.1 200")


async def test_many_requests_of_one_connection_are_counted_each_for_itself(server: Running) -> None:
    request = b"GET /health HTTP/1.1\r\nHost: x\r\nX-A: " + b"a" * 10_000 + b"\r\n\r\n"
    reader, writer = await opened(server)
    for _ in range(10):
        writer.write(request)
        assert (await asyncio.wait_for(reader.readuntil(b"}"), DEADLINE_S)).startswith(b"HTTP/1.1 200")
    writer.close()


@pytest.mark.parametrize("said", [b"", b"GET /health HTTP/1.1\r\n", b"GET /health HTTP/1.1\r\nHost: x\r\nX-A: "])
async def test_who_says_nothing_more_is_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: bytes) -> None:
    monkeypatch.setattr(bounded_http, "HEAD_TIMEOUT_S", 0.05)
    async with serving(tmp_path) as server:
        assert await spoken(server, said) == b""


async def test_bytes_that_are_no_http_are_answered_and_the_server_lives(server: Running) -> None:
    assert (await spoken(server, b"\x16\x03\x01\x02\x00garbage\r\n\r\n")).startswith(b"HTTP/1.1 400")
    async with server.client(None) as client:
        assert (await client.get("/health")).status_code == 200


async def test_media_and_all_else_share_a_connection(server: Running) -> None:
    media = b"GET /live/x/cam/index.m3u8 HTTP/1.1\r\nHost: x\r\n\r\n"
    health = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
    reader, writer = await opened(server)
    for request, status in ((media, b"403"), (health, b"200"), (health, b"200"), (media, b"403"), (health, b"200")):
        writer.write(request)
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), DEADLINE_S)
        assert head.split(b" ")[1] == status
        size = next(int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if b"content-length" in line)
        await asyncio.wait_for(reader.readexactly(size), DEADLINE_S)
    writer.close()


async def test_a_viewer_who_is_gone_is_forgotten(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[BoundedHttp] = []
    begin = BoundedHttp.connection_made

    def noting(self: BoundedHttp, transport: asyncio.Transport) -> None:
        made.append(self)
        begin(self, transport)

    monkeypatch.setattr(BoundedHttp, "connection_made", noting)
    answer = await spoken(server, b"GET /live/x/cam/index.m3u8 HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 403")
    await eventually(lambda: made[0] not in made[0].connections)


async def test_media_asked_for_behind_another_request_is_no_page(server: Running) -> None:
    media = b"GET /live/x/cam/index.m3u8 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answer = await spoken(server, b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n" + media)
    assert answer.startswith(b"HTTP/1.1 200")
