"""The contract with whoever wants streams: addresses, what happens, statistics, the end."""

import asyncio
import socket
from pathlib import Path

import httpx
import pytest

from trifocal_cloud.live.io.ingest import LINGER_MS, Ingest
from trifocal_cloud.live.io.testing import SECRET, Doors, open_doors, publishing, tags, until
from trifocal_cloud.live.stream import Flowing, Gone, Publishing
from trifocal_cloud.live.testing import decode
from trifocal_shared import reasons
from trifocal_shared.message import ProtocolError
from trifocal_shared.testing import VirtualClock


def films(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


async def test_addresses(doors: Doors) -> None:
    place = doors.provision()
    assert place.publish_url.startswith(f"rtmp://127.0.0.1:{doors.ingest.rtmp_port}/live/cam?key=")
    assert place.hls_url.startswith(doors.ingest.base_url + "/live/")
    assert place.hls_url.endswith("/cam/index.m3u8")
    assert place.dash_url.endswith("/cam/manifest.mpd")
    assert place.expires_s == doors.clock.epoch_ms() // 1000 + 60
    doors.ingest.base_url = "https://[2001:db8::1]:8443"
    assert doors.provision().rtmp_url.startswith("rtmp://[2001:db8::1]:")


async def test_again_gives_later_keys_and_the_same_stream(doors: Doors) -> None:
    place = doors.provision()
    async with publishing(place.publish_url) as publisher:
        publisher.send(tags())
        await until(lambda: "Flowing" in doors.kinds())
        doors.later(1_000)
        again = doors.provision()
        assert again.expires_s == place.expires_s + 1
        async with httpx.AsyncClient(trust_env=False) as client:
            assert {(await client.get(one.hls_url)).status_code for one in (place, again)} == {200}


async def test_what_happens_is_told_with_statistics(doors: Doors) -> None:
    told = []
    doors.ingest.changed.append(lambda *words: told.append(words))
    place = doors.provision()
    assert doors.ingest.statistics("nobody") is None
    async with publishing(place.publish_url) as publisher:
        publisher.send(tags())
        await until(lambda: len(told) == 2)
    await until(lambda: doors.ingest._streams["cam"].state == "away")
    doors.later(10_000)
    assert [event for _, event, _ in told[:2]] == [Publishing(False), Flowing()]
    name, event, statistics = told[2]
    assert (name, type(event), statistics.frames, statistics.publishers) == ("cam", Gone, 60, 1)


def _client() -> httpx.AsyncClient:
    return httpx.AsyncClient(trust_env=False)


async def test_a_released_stream_can_be_watched_to_its_end_and_is_then_forgotten(doors: Doors) -> None:
    place = doors.provision()
    doors.ingest.release("nobody")
    async with publishing(place.publish_url) as publisher, _client() as client:
        publisher.send(tags())
        await until(lambda: "Flowing" in doors.kinds())
        doors.ingest.release("cam")
        doors.ingest.release("cam")
        assert doors.kinds().count("Gone") == 1
        video = place.hls_url.replace("index", "video")
        assert (await client.get(video)).text.endswith("#EXT-X-ENDLIST\n")
        doors.later(LINGER_MS)
        async with _client() as late:
            assert (await late.get(video)).status_code == 404
    assert doors.ingest.statistics("cam") is None
    assert doors.ingest.viewing._lists == {}
    doors.provision()
    assert doors.ingest.statistics("cam") is not None


async def test_a_stream_may_begin_anew_while_its_last_end_is_still_watched(doors: Doors) -> None:
    doors.provision()
    doors.ingest.release("cam")
    place = doors.provision()
    doors.later(LINGER_MS)
    async with publishing(place.publish_url):
        assert doors.kinds() == ["Gone", "Publishing"]


async def test_where_the_port_is_taken_another_one_is_used() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ingest = Ingest(VirtualClock(0, 1), SECRET)  # type: ignore[arg-type]
        await ingest.listen("127.0.0.1", taken.getsockname()[1])
        assert ingest.rtmp_port not in (0, taken.getsockname()[1])
        running = asyncio.create_task(ingest.run())
        await asyncio.sleep(0)
        running.cancel()
        await asyncio.wait([running])


async def test_a_stream_is_recorded(doors: Doors, tmp_path: Path) -> None:
    place = doors.provision()
    doors.ingest.record("cam")
    doors.ingest.record("cam")
    async with publishing(place.publish_url) as publisher:
        publisher.send(tags())
        await until(lambda: doors.ingest.statistics("cam").frames == 60)  # type: ignore[union-attr]
    await until(lambda: doors.ingest._streams["cam"].state == "away")
    (film,) = await doors.ingest.stop_recording("cam")
    assert film.parent == tmp_path / "films"
    assert len(decode(film.read_bytes()).pictures) == 60
    assert await doors.ingest.stop_recording("cam") == []


async def test_what_is_recorded_when_the_cloud_ends_is_finished(tmp_path: Path) -> None:
    async with open_doors(tmp_path) as doors:
        place = doors.provision()
        doors.ingest.record("cam")
        async with publishing(place.publish_url) as publisher:
            publisher.send(tags())
            await until(lambda: doors.ingest.statistics("cam").frames == 60)  # type: ignore[union-attr]
    (film,) = films(tmp_path)
    assert film.suffix == ".mp4"
    part = film.with_name("late-1.mp4.part")
    part.write_bytes(film.read_bytes()[:-5])
    async with open_doors(tmp_path):
        assert part.with_suffix("").exists()


async def test_what_cannot_be_recorded(doors: Doors) -> None:
    with pytest.raises(ProtocolError) as caught:
        doors.ingest.record("nobody")
    assert caught.value.code == reasons.NOT_FOUND
