"""Who publishes by WHIP, with a publisher that is not ours: aiortc."""

import httpx

from trifocal_cloud.live.io.testing import Doors, casting, publishing, tags, until, watching
from trifocal_cloud.live.testing import decode


def frames(doors: Doors) -> int:
    found = doors.ingest.statistics("cam")
    return found.frames if found else 0


async def test_what_is_published_can_be_fetched_and_watched(doors: Doors) -> None:
    place = doors.provision()
    async with casting(place.whip_url) as answer, httpx.AsyncClient(trust_env=False) as client:
        assert answer.status_code == 201
        await until(lambda: "Publishing" in doors.kinds())
        async with watching(place.webrtc_url) as viewer:
            await until(lambda: doors.later(20) or (frames(doors) > 40 and viewer.pictures))
        base = place.hls_url.removesuffix("index.m3u8")
        assert "mp4a" in (await client.get(place.hls_url)).text
        files = [line for line in (await client.get(base + "video.m3u8")).text.splitlines() if line.endswith(".m4s")]
        data = [(await client.get(base + file)).content for file in ["video-0.mp4", *files]]
        assert len(decode(b"".join(data)).pictures) > 10
        session = doors.ingest.base_url + answer.headers["location"]
        assert (await client.delete(session)).status_code == 200
        assert doors.ingest._streams["cam"].state == "away"


async def test_the_later_publisher_displaces_the_one_before_whatever_way_it_came(doors: Doors) -> None:
    place = doors.provision()
    stream = doors.ingest._streams["cam"]
    async with publishing(place.publish_url) as first:
        first.send(tags(0.5))
        async with casting(place.whip_url):
            await first.closed
            await until(lambda: doors.ingest.webrtc.sessions and stream.state == "live")
            async with publishing(place.publish_url) as last:
                await until(lambda: doors.later(1) or not doors.ingest.webrtc.sessions)
                last.send(tags(0.5))
                assert stream.state == "live"


async def test_the_end_of_the_stream_and_of_the_publisher(doors: Doors) -> None:
    place = doors.provision()
    async with casting(place.whip_url):
        await until(lambda: "Publishing" in doors.kinds())
        doors.ingest.release("cam")
        assert not doors.ingest.webrtc.sessions
    place = doors.provision("other")
    async with casting(place.whip_url):
        await until(lambda: doors.kinds().count("Publishing") == 2)
    await until(lambda: doors.later(1) or not doors.ingest.webrtc.sessions)
    assert doors.ingest._streams["other"].state == "away"


async def test_a_key_to_watch_does_not_publish(doors: Doors) -> None:
    place = doors.provision()
    async with casting(place.webrtc_url.replace("whep", "whip")) as answer:
        assert answer.status_code == 403
    async with casting(place.webrtc_url) as answer:
        assert answer.status_code == 400, "an offer to send is none to watch"
    async with watching(place.whip_url) as viewer:
        assert viewer.answer.status_code == 400
    assert not doors.ingest.webrtc.sessions
