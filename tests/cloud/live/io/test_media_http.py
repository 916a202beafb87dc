"""Media over HTTP on a real socket, asked for as browsers do."""

import asyncio
from contextlib import AsyncExitStack

import httpx
import pytest

from trifocal_cloud.live.io.media_http import IDLE_MS, MOST_PIPELINED_BYTES
from trifocal_cloud.live.io.testing import Doors, publishing, soon, tags, until
from trifocal_cloud.live.testing import decode
from trifocal_cloud.live.viewing import WAIT_MS

MARKS = ("access-control-allow-origin", "content-length", "cache-control")


async def test_a_stream_is_fetched_and_decodes(doors: Doors) -> None:
    place = doors.provision()
    async with publishing(place.publish_url) as publisher, httpx.AsyncClient(trust_env=False) as client:
        waits = asyncio.create_task(client.get(place.hls_url))
        publisher.send(tags(4.0))
        index = (await soon(waits)).text
        assert "video.m3u8" in index
        await until(lambda: doors.ingest.statistics("cam").frames == 120)  # type: ignore[union-attr]
        base = place.hls_url.removesuffix("index.m3u8")
        lines = (await client.get(base + "video.m3u8")).text.splitlines()
        files = [line for line in lines if line.endswith(".m4s")]
        data = [(await client.get(base + file)).content for file in ["video-0.mp4", *files]]
        assert len(decode(b"".join(data)).pictures) == 90
        answer = await client.head(base + files[0])
        assert (answer.content, int(answer.headers["content-length"])) == (b"", len(data[1]))
        assert answer.headers["access-control-allow-origin"] == "*"
        assert (await client.options(base + files[0])).status_code == 204
        assert (await client.get(place.dash_url)).headers["content-type"] == "application/dash+xml"


async def test_who_waits_is_answered_when_it_comes(doors: Doors) -> None:
    place = doors.provision()
    base = place.hls_url.removesuffix("index.m3u8")
    async with publishing(place.publish_url) as publisher, httpx.AsyncClient(trust_env=False) as client:
        sent = tags(4.0)
        publisher.send(sent[:100])
        await soon(client.get(place.hls_url))
        lines = (await client.get(base + "video.m3u8")).text.splitlines()
        hint = next(line for line in lines if "PRELOAD" in line).split('"')[1]
        one, two = asyncio.create_task(client.get(base + hint)), asyncio.create_task(client.get(base + hint))
        await until(lambda: len(doors.ingest.waiting._by_stream.get("cam", ())) == 2)
        publisher.send(sent[100:150])
        assert (await soon(one)).content == (await soon(two)).content != b""


async def test_nobody_waits_for_ever(doors: Doors) -> None:
    place = doors.provision()
    async with httpx.AsyncClient(trust_env=False) as client:
        waits = asyncio.create_task(client.get(place.hls_url))
        await until(lambda: doors.ingest.waiting._by_stream)
        doors.later(WAIT_MS - 1)
        assert not waits.done()
        doors.later(1)
        assert (await soon(waits)).status_code == 503
    assert not doors.ingest.waiting._by_stream


async def test_keys_that_do_not_open(doors: Doors) -> None:
    place, other = doors.provision(), doors.provision("other", 120)
    _, token, _, _ = place.hls_url.removeprefix(doors.ingest.base_url).removeprefix("/").split("/")
    key = place.publish_url.split("key=")[1]
    async with httpx.AsyncClient(trust_env=False) as client:
        for url in (
            place.hls_url.replace(token, "x"),
            place.hls_url.replace(token, key),
            place.hls_url.replace("/cam/", "/other/"),
            other.hls_url.replace("/other/", "/cam/"),
        ):
            assert (await client.get(url)).status_code == 403
        waits = asyncio.create_task(client.get(place.hls_url))
        await until(lambda: doors.ingest.waiting._by_stream)
        doors.later(61_000)
        assert (await soon(waits)).status_code == 403
        assert (await client.get(place.hls_url)).status_code == 403


async def test_requests_one_after_the_other_without_waiting(doors: Doors) -> None:
    place = doors.provision()
    async with publishing(place.publish_url) as publisher:
        publisher.send(tags(2.0))
        await until(lambda: doors.ingest.statistics("cam").frames == 60)  # type: ignore[union-attr]
        path = place.hls_url.removeprefix(doors.ingest.base_url)
        host, port = doors.ingest.base_url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        ask = f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        writer.write(ask + ask + ask.replace(b"Host", b"Connection: close\r\nHost"))
        data = await soon(reader.read())
        assert data.count(b"HTTP/1.1 200 OK") == 3
        writer.close()


async def test_bad_requests(doors: Doors) -> None:
    host, port = doors.ingest.base_url.removeprefix("http://").split(":")
    for data, status in (
        (b"PUT /live/a/b/c HTTP/1.1\r\n\r\n", b"405"),
        (b"GET /live/a/b/c HTTP/1.1\r\n" + b"x" * 9000, b"431"),
        (b"GET /live/\xff HTTP/1.1\r\n\r\n", b"400"),
    ):
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(data)
        assert (await soon(reader.read())).split(b" ")[1] == status
        writer.close()


async def test_what_belongs_to_others_goes_back(doors: Doors) -> None:
    host, port = doors.ingest.base_url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"GET /live/a/b/c HTTP/1.1\r\n\r\nGET /api/gallery HTTP/1.1\r\n\r\n")
    assert b"403" in await soon(reader.read())
    assert doors.handed_back == [b"GET /api/gallery HTTP/1.1\r\n\r\n"]
    writer.close()


async def test_viewers_who_leave_are_forgotten(doors: Doors) -> None:
    place = doors.provision()
    host, port = doors.ingest.base_url.removeprefix("http://").split(":")
    path = place.hls_url.removeprefix(doors.ingest.base_url)
    async with AsyncExitStack():
        for _ in range(20):
            _, writer = await asyncio.open_connection(host, int(port))
            writer.write(f"GET {path} HTTP/1.1\r\n\r\n".encode())
            await until(lambda: doors.ingest.waiting._by_stream.get("cam"))
            writer.close()
            await writer.wait_closed()
    await until(lambda: len(doors.ingest.waiting._by_stream.get("cam", ())) == 20)
    await until(lambda: all(one._request is None for one in doors.ingest.waiting._by_stream["cam"]))
    doors.later(1)
    assert not doors.ingest.waiting._by_stream


async def test_who_asks_on_and_on_without_taking_the_answers_is_let_go(doors: Doors) -> None:
    place = doors.provision()
    host, port = place.hls_url.removeprefix("http://").split("/")[0].split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    request = f"GET /{place.hls_url.split('/', 3)[3]} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    writer.write(request * (2 * MOST_PIPELINED_BYTES // len(request)))  # the first waits: nothing is published yet
    answer = await soon(reader.read())
    assert answer.startswith(b"HTTP/1.1 400")
    writer.close()


@pytest.mark.parametrize("said", [b"", b"GET /live/a", b"GET /live/a/b/c HTTP/1.1\r\n\r\n"])
async def test_who_says_nothing_or_never_ends_is_let_go(doors: Doors, said: bytes) -> None:
    host, port = doors.ingest.base_url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(said)
    if said.endswith(b"\r\n"):
        await soon(reader.readuntil(b"not valid here, or has expired\n"))
    await until(lambda: doors.ingest.waiting.connections)
    (viewer,) = doors.ingest.waiting.connections
    doors.later(IDLE_MS - 1)
    writer.write(b"G")  # a byte now and then is not a request
    await until(lambda: viewer._reader.rest.endswith(b"G"))
    assert doors.ingest.waiting.connections
    doors.later(1)
    await until(lambda: not doors.ingest.waiting.connections)
    writer.close()


async def test_who_waits_for_a_picture_is_not_idle(doors: Doors) -> None:
    place = doors.provision()
    async with httpx.AsyncClient(trust_env=False) as client:
        waits = asyncio.create_task(client.get(place.hls_url))
        await until(lambda: doors.ingest.waiting._by_stream)
        doors.later(IDLE_MS)
        assert (await soon(waits)).status_code == 503


async def test_pages_elsewhere_may_ask_for_sessions(doors: Doors) -> None:
    place = doors.provision()
    async with httpx.AsyncClient(trust_env=False) as client:
        allowed = await client.options(place.webrtc_url)
        assert "POST" in allowed.headers["access-control-allow-methods"]
        assert "content-type" in allowed.headers["access-control-allow-headers"].lower()
        assert (await client.post(place.hls_url, content=b"x")).status_code == 404
        assert (await client.get(place.webrtc_url)).status_code == 404


async def test_the_page_that_plays_a_stream(doors: Doors) -> None:
    place = doors.provision()
    async with httpx.AsyncClient(trust_env=False) as client:
        page = await client.get(place.page_url)
        assert page.headers["content-type"].startswith("text/html")
        assert "script-src 'self'" in page.headers["content-security-policy"]
        for file, kind in (("player.js", "text/javascript"), ("player.css", "text/css")):
            assert file in page.text
            found = await client.get(place.page_url.replace("player", file))
            assert (found.status_code, found.headers["content-type"].split(";")[0]) == (200, kind)
        assert (await client.get(place.page_url.replace("/cam/", "/x/"))).status_code == 403
