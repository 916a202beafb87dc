"""Who watches by WHEP, with a viewer that is not ours: aiortc."""

import asyncio

import httpx
import pytest

from trifocal_cloud.live.io import webrtc
from trifocal_cloud.live.io.testing import Doors, Viewer, publishing, soon, tags, until, watching
from trifocal_cloud.live.io.webrtc import TRICKLE

FAR_MS = 600


async def settled(doors: Doors, count: int = 1) -> None:
    """So many viewers are connected."""
    await until(lambda: sum(one.there for one in viewers(doors)) == count)


def viewers(doors: Doors) -> list["webrtc.Session"]:
    return list(doors.ingest.webrtc.sessions.values())


def place(doors: Doors, viewer: Viewer) -> str:
    return doors.ingest.base_url + str(viewer.answer.headers["location"])


async def test_a_stream_is_seen_and_heard(doors: Doors) -> None:
    found = doors.provision()
    sent = tags(4.0)
    async with publishing(found.publish_url) as publisher:
        publisher.send([tag for tag in sent if tag[1] < 1_500])
        await until(lambda: doors.ingest.statistics("cam").frames == 45)  # type: ignore[union-attr]
        async with watching(found.webrtc_url) as viewer:
            assert viewer.answer.status_code == 201
            assert viewer.answer.headers["content-type"] == "application/sdp"
            await settled(doors)
            for since in range(1_500, 4_000, 100):
                publisher.send([tag for tag in sent if since <= tag[1] < since + 100 and tag[2][1] == 1])
                doors.clock.advance(100)
                await asyncio.sleep(0)
            await until(lambda: len(viewer.pictures) >= 60)
            await until(lambda: len(viewer.sounds) >= 60)
            assert {(picture.width, picture.height) for picture in viewer.pictures} == {(160, 90)}
            assert doors.ingest._streams["cam"].feed is not None
            async with httpx.AsyncClient(trust_env=False) as client:
                assert (await client.delete(place(doors, viewer))).status_code == 200
                assert (await client.delete(place(doors, viewer))).status_code == 404
        assert doors.ingest._streams["cam"].feed is None


async def test_a_viewer_may_come_before_the_publisher(doors: Doors) -> None:
    found = doors.provision()
    async with watching(found.webrtc_url, ("video",)) as viewer:
        await settled(doors)
        async with publishing(found.publish_url) as publisher:
            publisher.send(tags(2.0))
            await until(lambda: len(viewer.pictures) > 20)
        async with publishing(found.publish_url) as publisher:
            seen = len(viewer.pictures)
            publisher.send(tags(2.0))
            await until(lambda: len(viewer.pictures) > seen + 20)


async def test_the_end_of_a_stream_is_the_end_for_its_viewers(doors: Doors) -> None:
    found = doors.provision()
    async with watching(found.webrtc_url) as viewer:
        await settled(doors)
        doors.ingest.release("cam")
        await until(lambda: viewer.connection.connectionState in ("closed", "failed"))
        assert viewers(doors) == []


async def test_a_token_that_expires_ends_the_session(doors: Doors) -> None:
    found = doors.provision(ttl_s=60)
    async with watching(found.webrtc_url):
        await settled(doors)
        doors.later(59_999)
        assert len(viewers(doors)) == 1
        doors.later(1)
        assert viewers(doors) == []


async def test_a_viewer_who_leaves_is_let_go(doors: Doors) -> None:
    found = doors.provision()
    async with watching(found.webrtc_url):
        await settled(doors)
    await until(lambda: doors.later(FAR_MS) or viewers(doors) == [])


async def test_candidates_are_taken_note_of(doors: Doors) -> None:
    found = doors.provision()
    async with watching(found.webrtc_url) as viewer, httpx.AsyncClient(trust_env=False) as client:
        user = viewers(doors)[0].user
        url = place(doors, viewer)
        head = {"Content-Type": TRICKLE}
        known = f"a=ice-ufrag:{user}\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n"
        assert (await client.patch(url, content=known, headers=head)).status_code == 204
        assert (await client.patch(url, content="a=ice-ufrag:other\r\n", headers=head)).status_code == 422
        assert (await client.patch(url, content=known)).status_code == 415
        assert (await client.post(url, content=known)).status_code == 405
        assert (await client.patch(found.webrtc_url + "/nobody", content=known, headers=head)).status_code == 404


async def test_who_is_not_let_in(doors: Doors) -> None:
    found, other = doors.provision(), doors.provision("other")
    token, key = found.webrtc_url.split("/")[4], found.publish_url.split("key=")[1]
    head = {"Content-Type": "application/sdp"}
    async with httpx.AsyncClient(trust_env=False) as client:
        for url in (
            found.webrtc_url.replace(token, "x"),
            found.webrtc_url.replace(token, key),
            found.webrtc_url.replace("/cam/", "/other/"),
        ):
            assert (await client.post(url, content="v=0\r\n", headers=head)).status_code == 403
        assert (await client.post(found.webrtc_url, content="v=0\r\n", headers=head)).status_code == 400
        assert (await client.post(found.webrtc_url, content=b"\xff\xfe", headers=head)).status_code == 400
        assert (await client.post(found.webrtc_url, content="v=0\r\n")).status_code == 415
        async with watching(found.webrtc_url) as viewer:
            foreign = place(doors, viewer).replace(found.webrtc_url, other.webrtc_url)
            assert (await client.delete(foreign)).status_code == 404
        doors.later(61_000)
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.post(found.webrtc_url, content="v=0\r\n", headers=head)).status_code == 403


@pytest.mark.parametrize("bound", ["MOST_SESSIONS", "MOST_OF_STREAM"])
async def test_there_are_only_so_many(doors: Doors, monkeypatch: pytest.MonkeyPatch, bound: str) -> None:
    monkeypatch.setattr(webrtc, bound, 1)
    found = doors.provision()
    async with watching(found.webrtc_url), watching(found.webrtc_url) as second:
        assert second.answer.status_code == 503


async def test_nothing_is_left_when_the_doors_close(doors: Doors) -> None:
    found = doors.provision()
    async with watching(found.webrtc_url):
        await settled(doors)
        await soon(doors.ingest.webrtc.close())
        assert viewers(doors) == []
