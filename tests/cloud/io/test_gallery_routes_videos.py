"""Videos in the gallery: look, play, move about, share, delete."""

import io

import av
import httpx
import pytest

from trifocal_cloud.io.blobs import BlobMissingError, video_key
from trifocal_cloud.testing import House, film, picture, uploaded


async def taken(client: httpx.AsyncClient, data: bytes | None = None, number: int = 1) -> str:
    data = data or film("avi", "mjpeg", frames=10)
    return await uploaded(client, f"local_video_{number}", data, mediaType="video")


async def test_it_is_listed_with_where_it_can_be_played(client: httpx.AsyncClient) -> None:
    video_id = await taken(client)
    shown = (await client.get("/api/gallery")).json()["photos"][0]
    assert shown["mimeType"] == "video/x-msvideo"
    assert shown["videoUrl"] == f"/api/gallery/{video_id}/video"
    assert shown["thumbnailUrl"] == f"/api/gallery/{video_id}/thumbnail"


async def test_a_photo_is_not_played(client: httpx.AsyncClient) -> None:
    photo_id = await uploaded(client, "local_1", picture(1))
    assert (await client.get("/api/gallery")).json()["photos"][0]["videoUrl"] is None
    assert (await client.get(f"/api/gallery/{photo_id}/video")).status_code == 404


async def test_it_is_played_as_an_mp4_and_downloaded_as_it_was(client: httpx.AsyncClient) -> None:
    data = film("avi", "mjpeg", frames=10)
    video_id = await taken(client, data)
    played = await client.get(f"/api/gallery/{video_id}/video")
    assert (played.status_code, played.headers["content-type"]) == (200, "video/mp4")
    assert played.headers["accept-ranges"] == "bytes"
    with av.open(io.BytesIO(played.content)) as opened:
        assert (opened.streams.video[0].codec_context.name, len(list(opened.decode(video=0)))) == ("h264", 10)
    original = await client.get(f"/api/gallery/{video_id}/original")
    assert original.content == data
    assert original.headers["content-disposition"].endswith('.avi"')


async def test_a_player_moves_about_in_it(client: httpx.AsyncClient) -> None:
    video_id = await taken(client)
    url = f"/api/gallery/{video_id}/video"
    whole = (await client.get(url)).content
    part = await client.get(url, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, whole[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(whole)}"
    tail = await client.get(url, headers={"Range": "bytes=-50"})
    assert tail.content == whole[-50:]
    beyond = await client.get(url, headers={"Range": f"bytes={len(whole)}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(whole)}")


async def test_it_has_a_still(client: httpx.AsyncClient) -> None:
    still = await client.get(f"/api/gallery/{await taken(client)}/thumbnail")
    assert (still.status_code, still.content[:2]) == (200, b"\xff\xd8")


async def test_one_that_cannot_be_played_is_kept_and_can_be_downloaded(client: httpx.AsyncClient) -> None:
    data = b"RIFF\x10\0\0\0AVI LIST" + bytes(100)
    video_id = await taken(client, data)
    for _ in range(2):
        assert (await client.get(f"/api/gallery/{video_id}/video")).status_code == 404
        assert (await client.get(f"/api/gallery/{video_id}/thumbnail")).status_code == 404
    shown = (await client.get("/api/gallery")).json()["photos"][0]
    assert (shown["videoUrl"], shown["thumbnailUrl"]) == (None, None)
    assert (await client.get(f"/api/gallery/{video_id}/original")).content == data


async def test_a_link_plays_it_to_anybody_until_it_is_deleted(house: House, client: httpx.AsyncClient) -> None:
    video_id = await taken(client)
    path = httpx.URL((await client.post(f"/api/gallery/{video_id}/share")).json()["url"]).path
    async with house.client(None) as stranger:
        shared = await stranger.get(path, headers={"Range": "bytes=0-3"})
        assert (shared.status_code, shared.headers["content-type"]) == (206, "video/mp4")
        assert shared.headers["cache-control"] == "private, no-store"
        await client.delete(f"/api/gallery/{video_id}")
        assert (await stranger.get(path)).status_code == 404


async def test_nothing_is_left_of_a_deleted_one(house: House, client: httpx.AsyncClient) -> None:
    video_id = await taken(client)
    await client.get(f"/api/gallery/{video_id}/video")
    await client.delete(f"/api/gallery/{video_id}")
    with pytest.raises(BlobMissingError):
        await house.cloud.blobs.get(video_key(video_id))
    assert (await client.get(f"/api/gallery/{video_id}/video")).status_code == 404


async def test_other_peoples_videos_are_not_there(house: House, client: httpx.AsyncClient) -> None:
    video_id = await taken(client)
    async with house.client("bob@example.com") as bob:
        assert (await bob.get(f"/api/gallery/{video_id}/video")).status_code == 404
