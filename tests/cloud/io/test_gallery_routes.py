"""The gallery: one's own photos, newest first, page by page; look, share, delete."""

import asyncio
import io

import httpx
import pytest
from PIL import Image

from trifocal_cloud.testing import EPOCH_MS, House, picture, uploaded


async def taken(client: httpx.AsyncClient, count: int) -> list[str]:
    """Upload photos taken one second after the other; their ids, newest first."""
    return [
        await uploaded(client, f"local_{number}", picture(number), timestamp=EPOCH_MS - 1_000 * (count - number))
        for number in range(count)
    ][::-1]


async def ids(client: httpx.AsyncClient, query: str = "") -> tuple[list[str], str | None]:
    answer = await client.get(f"/api/gallery{query}")
    assert answer.status_code == 200, answer.text
    page = answer.json()
    assert page["success"] is True
    return [photo["photoId"] for photo in page["photos"]], page["nextCursor"]


async def test_an_empty_gallery_is_empty(client: httpx.AsyncClient) -> None:
    assert await ids(client) == ([], None)


async def test_newest_first_and_page_by_page(client: httpx.AsyncClient) -> None:
    wanted, found = await taken(client, 5), []
    cursor: str | None = ""
    while cursor is not None:
        page, cursor = await ids(client, f"?limit=2&cursor={cursor}")
        found.append(page)
    assert found == [wanted[0:2], wanted[2:4], wanted[4:]]


async def test_a_page_of_exactly_all_is_the_last(client: httpx.AsyncClient) -> None:
    wanted = await taken(client, 2)
    assert await ids(client, "?limit=2") == (wanted, None)


async def test_photos_of_the_same_instant_are_each_shown_once(client: httpx.AsyncClient) -> None:
    made = [await uploaded(client, f"local_{number}", picture(number), timestamp=EPOCH_MS) for number in range(4)]
    first, cursor = await ids(client, "?limit=3")
    rest, _ = await ids(client, f"?limit=3&cursor={cursor}")
    assert first + rest == made[::-1]


async def test_a_photo_that_comes_while_paging_disturbs_nothing(client: httpx.AsyncClient) -> None:
    wanted = await taken(client, 4)
    _, cursor = await ids(client, "?limit=2")
    await uploaded(client, "local_new", picture(99))
    assert (await ids(client, f"?limit=2&cursor={cursor}"))[0] == wanted[2:]


NO_PAGES = [
    "limit=0",
    "limit=201",
    "limit=x",
    "limit=" + "9" * 40,
    "cursor=x",
    "cursor=%00",
    "cursor=" + "A" * 65,
    "cursor=AAAA",
]


async def test_pages_that_make_no_sense_are_malformed(client: httpx.AsyncClient, subtests: pytest.Subtests) -> None:
    for query in NO_PAGES:
        with subtests.test(query=repr(query)[:40]):
            answer = await client.get(f"/api/gallery?{query}")
            assert (answer.status_code, answer.json()["error"]) == (422, "malformed")


async def test_everybody_sees_only_their_own(client: httpx.AsyncClient, bob: httpx.AsyncClient) -> None:
    photo_id = await uploaded(client, "local_1")
    assert await ids(bob) == ([], None)
    for path in ("", "/original", "/thumbnail"):
        answer = await bob.get(f"/api/gallery/{photo_id}{path}")
        assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    assert (await bob.post(f"/api/gallery/{photo_id}/share")).status_code == 404
    assert (await bob.delete(f"/api/gallery/{photo_id}")).status_code == 404
    assert (await ids(client))[0] == [photo_id]


async def test_one_photo_is_told_in_full(client: httpx.AsyncClient) -> None:
    photo_id = await uploaded(client, "local_1")
    photo = (await client.get(f"/api/gallery/{photo_id}")).json()
    assert photo == (await client.get("/api/gallery")).json()["photos"][0]
    assert photo["userId"] == "ann@example.com"
    assert photo["photoUrl"] == f"/api/gallery/{photo_id}/original"
    assert photo["thumbnailUrl"] == f"/api/gallery/{photo_id}/thumbnail"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
async def test_the_original_is_what_the_camera_made(client: httpx.AsyncClient, kind: str) -> None:
    content = picture(kind=kind)
    photo_id = await uploaded(client, "local_1", content)
    answer = await client.get(f"/api/gallery/{photo_id}/original")
    assert answer.content == content
    assert answer.headers["Content-Type"] == f"image/{kind.lower()}"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"].startswith("private")


@pytest.mark.parametrize("name", ["original", "thumbnail"])
async def test_who_has_it_already_is_not_sent_it_again(client: httpx.AsyncClient, name: str) -> None:
    path = f"/api/gallery/{await uploaded(client, 'local_1')}/{name}"
    etag = (await client.get(path)).headers["ETag"]
    again = await client.get(path, headers={"If-None-Match": f'"other", W/{etag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert (await client.get(path, headers={"If-None-Match": '"other"'})).status_code == 200


async def test_a_thumbnail_is_a_small_jpeg_made_once(house: House, client: httpx.AsyncClient) -> None:
    photo_id = await uploaded(client, "local_1", picture(size=(1_600, 900)))
    first = await client.get(f"/api/gallery/{photo_id}/thumbnail")
    assert first.headers["Content-Type"] == "image/jpeg"
    assert Image.open(io.BytesIO(first.content)).size == (320, 180)
    assert await house.cloud.blobs.get(f"thumbnails/{photo_id}") == first.content
    assert (await client.get(f"/api/gallery/{photo_id}/thumbnail")).content == first.content


async def test_a_thumbnail_in_the_making_is_not_left_behind_by_a_deletion(
    house: House, client: httpx.AsyncClient
) -> None:
    photo_id = await uploaded(client, "local_1")
    path = f"/api/gallery/{photo_id}"
    looked, deleted = await asyncio.gather(client.get(f"{path}/thumbnail"), client.delete(path))
    assert (looked.status_code, deleted.status_code) in ((200, 200), (404, 200))
    assert [path for path in (house.settings.data_dir / "blobs").rglob("*") if path.is_file()] == []


async def test_a_broken_picture_has_no_thumbnail_and_says_so_from_then_on(client: httpx.AsyncClient) -> None:
    photo_id = await uploaded(client, "local_1", picture()[:200])
    assert (await client.get(f"/api/gallery/{photo_id}/thumbnail")).status_code == 404
    photo = (await client.get(f"/api/gallery/{photo_id}")).json()
    assert photo["thumbnailUrl"] is None
    assert (await client.get(f"/api/gallery/{photo_id}/thumbnail")).status_code == 404
    assert (await client.get(photo["photoUrl"])).content == picture()[:200]


async def test_a_deleted_photo_is_gone_with_its_bytes(house: House, client: httpx.AsyncClient) -> None:
    photo_id = await uploaded(client, "local_1")
    await client.get(f"/api/gallery/{photo_id}/thumbnail")
    assert (await client.delete(f"/api/gallery/{photo_id}")).json() == {"success": True}
    assert await ids(client) == ([], None)
    for path in ("", "/original", "/thumbnail"):
        assert (await client.get(f"/api/gallery/{photo_id}{path}")).status_code == 404
    assert (await client.delete(f"/api/gallery/{photo_id}")).status_code == 404
    assert [path for path in (house.settings.data_dir / "blobs").rglob("*") if path.is_file()] == []


async def test_a_photo_whose_bytes_are_lost_is_not_found(house: House, client: httpx.AsyncClient) -> None:
    photo_id = await uploaded(client, "local_1")
    for path in (house.settings.data_dir / "blobs").rglob("*"):
        if path.is_file():
            path.unlink()
    for name in ("original", "thumbnail"):
        assert (await client.get(f"/api/gallery/{photo_id}/{name}")).status_code == 404


async def test_the_gallery_tells_who_listens(house: House, client: httpx.AsyncClient) -> None:
    photo_id = await uploaded(client, "local_1")
    await client.get("/api/photos/requests/local_1?wait=60")
    await client.delete(f"/api/gallery/{photo_id}")
    events = (await client.get("/api/events")).json()["events"]
    told = [(event["change"], event["photo"]["photoId"]) for event in events if event["kind"] == "gallery"]
    assert told == [("added", photo_id), ("removed", photo_id)]


NO_LINKS = [{"expiresIn": 0}, {"expiresIn": 2_592_001}, {"expiresIn": 10**30}, {"expiresIn": "1"}, []]


async def test_links_are_good_for_a_second_to_a_month(client: httpx.AsyncClient, subtests: pytest.Subtests) -> None:
    for body in NO_LINKS:
        with subtests.test(body=repr(body)[:40]):
            photo_id = await uploaded(client, "local_1")
            assert (await client.post(f"/api/gallery/{photo_id}/share", json=body)).status_code == 422


async def test_every_door_asks_for_a_token(nobody: httpx.AsyncClient) -> None:
    for path in ("", "/x", "/x/original", "/x/thumbnail"):
        assert (await nobody.get(f"/api/gallery{path}")).status_code == 401
    assert (await nobody.post("/api/gallery/x/share")).status_code == 401
    assert (await nobody.delete("/api/gallery/x")).status_code == 401
