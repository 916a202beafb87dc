"""Share links: for anybody, until they expire or the photo is deleted."""

from pathlib import Path

import httpx
import pytest

from trifocal_cloud.testing import ANN, DAY_S, EPOCH_MS, House, housed, picture, uploaded


async def shared(client: httpx.AsyncClient, photo_id: str, **body: int) -> str:
    answer = await client.post(f"/api/gallery/{photo_id}/share", json=body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["url"])


async def test_anybody_sees_the_picture_of_a_link(client: httpx.AsyncClient, nobody: httpx.AsyncClient) -> None:
    url = await shared(client, await uploaded(client, "local_1"))
    answer = await nobody.get(url)
    assert answer.content == picture()
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


async def test_a_link_expires(house: House, client: httpx.AsyncClient, nobody: httpx.AsyncClient) -> None:
    url = await shared(client, await uploaded(client, "local_1"), expiresIn=60)
    house.clock.advance(59_000)
    assert (await nobody.get(url)).status_code == 200
    house.clock.advance(1_000)
    answer = await nobody.get(url)
    assert (answer.status_code, answer.json()["error"]) == (410, "expired")


async def test_the_shortest_link_lives_a_whole_second(
    house: House, client: httpx.AsyncClient, nobody: httpx.AsyncClient
) -> None:
    photo_id = await uploaded(client, "local_1")
    house.clock.advance(999)
    url = await shared(client, photo_id, expiresIn=1)
    house.clock.advance(1_000)
    assert (await nobody.get(url)).status_code == 200
    house.clock.advance(1)
    assert (await nobody.get(url)).status_code == 410


async def test_a_link_is_good_for_a_day_unless_said_otherwise(client: httpx.AsyncClient) -> None:
    photo_id = await uploaded(client, "local_1")
    answer = await client.post(f"/api/gallery/{photo_id}/share")
    assert answer.json()["expiresAt"] == EPOCH_MS + DAY_S * 1_000


async def test_the_link_of_a_deleted_photo_is_dead(client: httpx.AsyncClient, nobody: httpx.AsyncClient) -> None:
    photo_id = await uploaded(client, "local_1")
    url = await shared(client, photo_id)
    await client.delete(f"/api/gallery/{photo_id}")
    assert (await nobody.get(url)).status_code == 404


async def test_a_tampered_link_is_none(house: House, client: httpx.AsyncClient, nobody: httpx.AsyncClient) -> None:
    url = await shared(client, await uploaded(client, "local_1"))
    head, _, tail = url.rpartition(".")
    swapped = ("B" if tail[0] == "A" else "A") + tail[1:]
    for wrong in (
        f"{head}.{swapped}",
        url[:-3],
        "/s/x",
        "/s/a.b.c",
        "/s/%00",
        f"/s/{house.token(ANN)}",
        "/s/" + "x" * 9_000,
    ):
        assert (await nobody.get(wrong)).status_code == 404


async def test_a_link_opens_nothing_else(client: httpx.AsyncClient, nobody: httpx.AsyncClient) -> None:
    photo_id = await uploaded(client, "local_1")
    token = (await shared(client, photo_id)).rpartition("/")[2]
    answer = await nobody.get(f"/api/gallery/{photo_id}", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


@pytest.mark.parametrize("public_url", ["https://cloud.example.com", "https://cloud.example.com/"])
async def test_a_link_leads_to_where_the_world_finds_this_cloud(tmp_path: Path, public_url: str) -> None:
    async with housed(tmp_path, public_url=public_url) as house, house.client() as client:
        assert (await shared(client, await uploaded(client, "local_1"))).startswith("https://cloud.example.com/s/")
