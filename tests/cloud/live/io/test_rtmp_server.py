"""The RTMP door on real sockets: who is let in, who is sent away, and what the others notice of it."""

import asyncio
import socket
import struct
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from trifocal_cloud.live.io import rtmp_server
from trifocal_cloud.live.io.rtmp_server import MOST_UNKNOWN
from trifocal_cloud.live.io.testing import Doors, Publisher, playing, publishing, soon, tags, until
from trifocal_cloud.live.low_water import SETTLED_MS
from trifocal_cloud.live.reader import STUCK_MS
from trifocal_cloud.live.rtmp_session import ASK_MS, SHAKE_MS, SILENCE_MS
from trifocal_cloud.live.testing import clip
from trifocal_shared import reasons
from trifocal_shared.rtmp.chunks import AUDIO

CHILD = Path(__file__).with_name("publish_child.py")


async def test_what_is_published_is_played(doors: Doors) -> None:
    place = doors.provision()
    async with publishing(place.publish_url) as publisher:
        sent = tags()
        publisher.send(sent[:60])
        await until(lambda: doors.ingest.statistics("cam").frames > 10)  # type: ignore[union-attr]
        async with playing(place.rtmp_url) as player:
            await until(lambda: len(player.media()) > 2)
            publisher.send(sent[60:])
            await until(lambda: player.media()[-1:] and player.media()[-1][3] == sent[-1][2])
        bodies = [body for _, _, _, body in player.media()]
        wanted = [body for kind, _, body in sent if kind in (8, 9)]
        assert bodies[2:] == wanted[-len(bodies) + 2 :]
        assert bodies[2][0] >> 4 == 1
    assert doors.kinds() == ["Publishing", "Flowing"]


async def test_bytes_fewer_than_are_waited_for_are_read_all_the_same(doors: Doors) -> None:
    place = doors.provision()
    async with publishing(place.publish_url) as publisher:
        sent = tags()
        publisher.send(sent[:60])
        await until(lambda: doors.ingest.statistics("cam").frames > 10)  # type: ignore[union-attr]
        doors.later(SETTLED_MS)
        before = doors.ingest.statistics("cam").received_bytes  # type: ignore[union-attr]
        sound = next(tag for tag in sent[60:] if tag[0] == AUDIO)
        publisher.send([sound])
        doors.later(250)
        await until(lambda: doors.ingest.statistics("cam").received_bytes == before + len(sound[2]))  # type: ignore[union-attr]


async def test_libavformat_publishes(doors: Doors, tmp_path: Path) -> None:
    place = doors.provision()
    film = tmp_path / "film.flv"
    film.write_bytes(clip(3.0))
    child = await asyncio.create_subprocess_exec(sys.executable, str(CHILD), str(film), place.publish_url)
    assert await soon(child.wait()) == 0
    await until(lambda: doors.ingest.statistics("cam").frames == 90)  # type: ignore[union-attr]
    assert doors.ingest.statistics("cam").dropped == 0  # type: ignore[union-attr]


@pytest.mark.parametrize("wrong", ["none", "bent", "anothers", "watchers", "expired", "unknown"])
async def test_a_publisher_without_the_key_is_sent_away_and_the_key_is_not_logged(doors: Doors, wrong: str) -> None:
    place = doors.provision()
    other = doors.provision("other")
    base = f"rtmp://127.0.0.1:{doors.ingest.rtmp_port}/live/"
    url = {
        "none": base + "cam",
        "bent": place.publish_url[:-4] + "AAAA",
        "anothers": other.publish_url.replace("/other?", "/cam?"),
        "watchers": place.rtmp_url,
        "expired": place.publish_url,
        "unknown": doors.ingest.provision("gone", 60).publish_url,
    }[wrong]
    if wrong == "expired":
        doors.later(61_000)
    if wrong == "unknown":
        doors.ingest.release("gone")
    with capture_logs() as logs:
        publisher = await Publisher(url).open()
        reason = await soon(publisher.closed)
        await publisher.close()
    assert reason in {reasons.AUTH_REJECTED, reasons.CONNECT_REFUSED}
    assert logs
    assert "eyJ" not in str(logs)
    assert "Publishing" not in doors.kinds()


async def test_the_real_one_displaces_the_ghost_and_no_player_is_dropped(doors: Doors) -> None:
    place = doors.provision()
    sent = tags()
    async with AsyncExitStack() as stack:
        ghost = await stack.enter_async_context(publishing(place.publish_url))
        ghost.send(sent[:40])
        player = await stack.enter_async_context(playing(place.rtmp_url))
        await until(lambda: len(player.media()) > 2)
        real = await stack.enter_async_context(publishing(place.publish_url))
        assert await soon(ghost.closed) == reasons.PEER_CLOSED
        before = len(player.media())
        real.send(sent)
        await until(lambda: len(player.media()) >= before + len(sent) - 1)
        assert not player.over.is_set()
        stamps = [stamp for _, stamp, _, _ in player.media()]
        assert stamps[before + 2 :] == sorted(stamps[before + 2 :])
    assert doors.kinds() == ["Publishing", "Flowing", "Publishing", "Flowing"]


async def test_a_publisher_is_back_within_ten_seconds(doors: Doors) -> None:
    place = doors.provision()
    async with playing(place.rtmp_url) as player:
        await until(lambda: len(doors.ingest.door.players) == 1)
        async with publishing(place.publish_url) as publisher:
            publisher.send(tags())
            await until(lambda: len(player.media()) > 100)
            linger = publisher.writer.get_extra_info("socket")
            linger.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset, no farewell
        doors.later(9_000)
        async with publishing(place.publish_url) as publisher:
            before = len(player.media())
            publisher.send(tags())
            await until(lambda: len(player.media()) > before + 100)
        assert not player.over.is_set()
    assert "Gone" not in doors.kinds()
    doors.later(10_000)
    assert doors.kinds()[-1] == "Gone"


async def test_a_stream_that_ends_tells_everybody(doors: Doors) -> None:
    place = doors.provision()
    async with publishing(place.publish_url) as publisher, playing(place.rtmp_url) as player:
        publisher.send(tags())
        await until(lambda: len(player.media()) > 100)
        doors.ingest.release("cam")
        await soon(player.over.wait())
        await soon(publisher.closed)
    assert doors.kinds()[-1] == "Gone"


async def test_a_codec_that_cannot_be_passed_on(doors: Doors) -> None:
    place = doors.provision()
    async with publishing(place.publish_url) as publisher:
        with capture_logs() as logs:
            publisher.push.video(b"\x1c\1\0\0\0" + b"hevc" * 500, 0, True, 0)
            publisher.flush()
            await soon(publisher.closed)
        assert any("HEVC" in line.get("detail", "") for line in logs)


async def test_a_player_that_does_not_read_loses_pictures_and_then_its_place(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rtmp_server, "MOST_UNSENT_BYTES", 10_000)
    place = doors.provision()
    async with publishing(place.publish_url) as publisher, playing(place.rtmp_url, reads=False):
        publisher.send(tags()[:10])
        await until(lambda: len(doors.ingest.door.players) == 1)
        (reader,) = doors.ingest.door.players
        key = b"\x17\1\0\0\0" + (300_000).to_bytes(4, "big") + bytes(300_000)
        for number in range(40):
            publisher.send([(9, 5_000 + number, key)])
            await publisher.writer.drain()
        await until(lambda: reader.dropped > 0)
        doors.later(STUCK_MS // 2)
        publisher.send([(9, 6_000, key)])
        await until(lambda: doors.ingest._streams["cam"]._timeline.last >= 5_900)
        doors.later(STUCK_MS // 2)
        await until(lambda: not doors.ingest.door.players)
        assert not publisher.closed.done()


async def test_who_says_nothing_is_let_go(doors: Doors) -> None:
    port = doors.ingest.rtmp_port
    silent, begun = await asyncio.open_connection("127.0.0.1", port), await asyncio.open_connection("127.0.0.1", port)
    begun[1].write(b"\3" + bytes(1536 * 2))
    await soon(begun[0].readexactly(1 + 2 * 1536))
    place = doors.provision()
    async with publishing(place.publish_url) as publisher:
        await until(lambda: doors.ingest.door.unknown == 2)
        doors.later(SHAKE_MS)
        assert await soon(silent[0].read()) == b""
        doors.later(SILENCE_MS - SHAKE_MS)
        await soon(publisher.closed)
        doors.later(ASK_MS - SILENCE_MS)
        assert await soon(begun[0].read()) == b""
    silent[1].close()
    begun[1].close()
    await until(lambda: not doors.ingest.door.connections)
    assert doors.ingest.door.unknown == 0


async def test_a_thousand_idle_connections_are_bounded_and_keep_nobody_out_for_long(doors: Doors) -> None:
    found = []
    for _ in range(MOST_UNKNOWN + 40):
        _, writer = await asyncio.open_connection("127.0.0.1", doors.ingest.rtmp_port)
        found.append(writer)
    await until(lambda: doors.ingest.door.refused == 40)
    assert len(doors.ingest.door.connections) == MOST_UNKNOWN
    doors.later(SHAKE_MS)
    await until(lambda: doors.ingest.door.unknown == 0)
    async with publishing(doors.provision().publish_url):
        assert doors.kinds() == ["Publishing"]
    for writer in found:
        writer.close()
    await asyncio.gather(*(writer.wait_closed() for writer in found), return_exceptions=True)


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\3" + bytes(3072) + b"\x06\x00\x00\x00\xff\xff\xff\x09\x01\x00\x00\x00" + bytes(1000),
        b"\3" + bytes(3072) + bytes(range(256)) * 8,
    ],
)
async def test_nonsense_ends_only_itself(doors: Doors, data: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", doors.ingest.rtmp_port)
    writer.write(data)
    assert len(await soon(reader.read())) in {0, 1 + 2 * 1536}
    writer.close()
    async with publishing(doors.provision().publish_url):
        pass
