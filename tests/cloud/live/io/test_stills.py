"""Pictures of live streams, as they are fetched."""

import asyncio
import io

import httpx
from PIL import Image

from trifocal_cloud.live.io.stills import FRESH_MS
from trifocal_cloud.live.io.testing import Doors, publishing, tags, until


async def test_a_picture_of_now_is_fetched_and_made_once_for_all(doors: Doors) -> None:
    place = doors.provision()
    async with publishing(place.publish_url) as publisher, httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(place.still_url)).status_code == 404
        sent = tags(2.0)
        publisher.send([tag for tag in sent if tag[1] < 500])
        await until(lambda: doors.ingest.statistics("cam").frames == 15)  # type: ignore[union-attr]
        first, again = await asyncio.gather(client.get(place.still_url), client.get(place.still_url))
        assert first.headers["content-type"] == "image/jpeg"
        assert first.headers["cache-control"] == "no-cache"
        assert Image.open(io.BytesIO(first.content)).size == (160, 90)
        assert again.content == first.content
        publisher.send([tag for tag in sent if tag[1] >= 500])
        await until(lambda: doors.ingest.statistics("cam").frames == 60)  # type: ignore[union-attr]
        assert (await client.get(place.still_url)).content == first.content
        doors.clock.advance(FRESH_MS)
        assert (await client.get(place.still_url)).content != first.content
        assert (await client.head(place.still_url)).content == b""
        assert (await client.options(place.still_url)).status_code == 204


async def test_who_has_no_key_gets_none(doors: Doors) -> None:
    place, other = doors.provision(), doors.provision("other")
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(place.still_url.replace("/cam/", "/other/"))).status_code == 403
        assert (await client.get(place.still_url.replace("/live/", "/live/x"))).status_code == 403
        assert (await client.get(place.still_url.replace("/still", "/a/still"))).status_code == 404
        doors.ingest.release("other")
        assert (await client.get(other.still_url)).status_code == 404


async def test_what_cannot_be_decoded_is_no_picture(doors: Doors) -> None:
    place = doors.provision()
    async with publishing(place.publish_url) as publisher, httpx.AsyncClient(trust_env=False) as client:
        publisher.send([tag for tag in tags() if tag[2][1] == 0])
        publisher.send([(9, 0, b"\x17\1\0\0\0\0\0\0\3\x65\x88\x80")])
        await until(lambda: doors.ingest.statistics("cam").frames == 1)  # type: ignore[union-attr]
        assert (await client.get(place.still_url)).status_code == 404
