"""Resumable uploads over HTTP: the protocol's own rules, and who may do what."""

import asyncio
import base64
import errno
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from trifocal_cloud.io.partial_files import PartialFiles
from trifocal_cloud.testing import House, picture, upload

BASE = "/api/uploads"
TUS = {"Tus-Resumable": "1.0.0"}
PATCH = {**TUS, "Content-Type": "application/offset+octet-stream"}
PHOTO = picture()
SHA256 = hashlib.sha256(PHOTO).hexdigest()


def b64(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


async def create(client: httpx.AsyncClient, length: int = len(PHOTO), **said: str) -> httpx.Response:
    metadata = ",".join(f"{key} {b64(value)}" for key, value in said.items())
    return await client.post(BASE, headers={**TUS, "Upload-Length": str(length), "Upload-Metadata": metadata})


async def patch(client: httpx.AsyncClient, place: str, offset: int, data: Any = PHOTO, **more: str) -> httpx.Response:
    return await client.patch(place, headers={**PATCH, "Upload-Offset": str(offset), **more}, content=data)


async def head(client: httpx.AsyncClient, place: str) -> httpx.Response:
    return await client.head(place, headers=TUS)


async def begun(client: httpx.AsyncClient, **said: str) -> str:
    answer = await create(client, **said)
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"]


async def gallery(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await client.get("/api/gallery")).json()["photos"]
    return found


async def test_what_it_can_is_said_to_anybody(client: httpx.AsyncClient) -> None:
    answer = await client.options(BASE)
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert answer.headers["Tus-Extension"] == "creation,checksum,expiration,termination"
    assert int(answer.headers["Tus-Max-Size"]) > 1_000_000


async def test_piece_by_piece_it_becomes_a_photo(client: httpx.AsyncClient) -> None:
    place = await begun(client, requestId="local_1", sha256=SHA256, timestamp="5", deviceId="sim", pressId="boot-1")
    for at in range(0, len(PHOTO), 100):
        answer = await patch(client, place, at, PHOTO[at : at + 100])
        assert answer.status_code == 204, answer.text
        assert answer.headers["Upload-Offset"] == str(min(at + 100, len(PHOTO)))
        assert answer.headers["Upload-Expires"].endswith("GMT")
        assert answer.headers["Tus-Resumable"] == "1.0.0"
    (photo,) = await gallery(client)
    assert (photo["timestamp"], photo["pressId"], photo["size"]) == (5, "boot-1", len(PHOTO))
    assert (await client.get(f"/api/gallery/{photo['photoId']}/original")).content == PHOTO
    said = (await client.get(place)).json()
    assert (said["success"], said["requestId"], said["sha256"]) == (True, "local_1", SHA256)
    assert (await head(client, place)).headers["Upload-Offset"] == str(len(PHOTO))


async def test_a_stock_client_need_not_know_us(client: httpx.AsyncClient) -> None:
    place = await begun(client, filename="x.jpg", filetype="image/jpeg")
    other = await begun(client, filename="x.jpg")
    assert place != other
    assert (await patch(client, place, 0)).status_code == 204
    assert len(await gallery(client)) == 1


async def test_the_same_is_found_again_and_the_whole_is_not_sent_twice(client: httpx.AsyncClient) -> None:
    place = await begun(client, requestId="local_1", sha256=SHA256)
    await patch(client, place, 0, PHOTO[:50])
    again = await create(client, requestId="local_1", sha256=SHA256)
    assert (again.headers["Location"], again.headers["Upload-Offset"]) == (place, "50")
    await patch(client, place, 50, PHOTO[50:])
    again = await create(client, requestId="local_1", sha256=SHA256)
    assert again.headers["Upload-Offset"] == str(len(PHOTO))
    assert (await client.get(place)).json()["requestId"] == "local_1"


async def test_what_came_by_the_other_road_is_whole_at_once(client: httpx.AsyncClient) -> None:
    await upload(client, "local_1", PHOTO)
    answer = await create(client, requestId="local_1", sha256=SHA256)
    assert answer.headers["Upload-Offset"] == str(len(PHOTO))
    assert (await client.get(answer.headers["Location"])).json()["duplicate"] is True
    answer = await create(client, requestId="local_1", sha256="0" * 64)
    assert (answer.status_code, answer.json()["error"]) == (409, "conflict")
    assert len(await gallery(client)) == 1


async def test_a_request_of_nobody_is_refused_before_a_byte_is_sent(client: httpx.AsyncClient) -> None:
    answer = await create(client, requestId="somebody-elses", sha256=SHA256)
    assert (answer.status_code, answer.json()["error"]) == (403, "foreign_request")


async def test_others_do_not_see_it(client: httpx.AsyncClient, bob: httpx.AsyncClient) -> None:
    place = await begun(client, requestId="local_1", sha256=SHA256)
    assert (await head(bob, place)).status_code == 404
    assert (await patch(bob, place, 0)).status_code == 404
    assert (await bob.get(place)).status_code == 404
    assert (await bob.delete(place, headers=TUS)).status_code == 404
    assert await begun(bob, requestId="local_1", sha256=SHA256) != place
    assert (await head(client, place)).headers["Upload-Offset"] == "0"


async def test_the_true_offset_is_said_to_whoever_is_wrong_about_it(client: httpx.AsyncClient) -> None:
    place = await begun(client, requestId="local_1")
    await patch(client, place, 0, PHOTO[:50])
    for offset in (0, 49, 51, 10**6):
        answer = await patch(client, place, offset, PHOTO[50:60])
        assert (answer.status_code, "50" in answer.json()["message"]) == (409, True)
    assert (await client.get(place)).status_code == 409


async def test_more_than_was_announced_is_not_taken(client: httpx.AsyncClient) -> None:
    place = await begun(client, requestId="local_1")
    answer = await patch(client, place, 0, PHOTO + b"x")
    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")
    assert (await head(client, place)).headers["Upload-Offset"] == "0"


async def test_a_checksum_that_does_not_fit_leaves_no_trace(client: httpx.AsyncClient) -> None:
    place = await begun(client, requestId="local_1")
    right = f"sha1 {b64(hashlib.sha1(PHOTO[:50], usedforsecurity=False).digest())}"
    wrong = f"sha256 {b64(bytes(32))}"
    assert (await patch(client, place, 0, PHOTO[:50], **{"Upload-Checksum": right})).status_code == 204
    answer = await patch(client, place, 50, PHOTO[50:], **{"Upload-Checksum": wrong})
    assert (answer.status_code, answer.json()["error"]) == (460, "corrupt")
    assert (await head(client, place)).headers["Upload-Offset"] == "50"
    assert (await patch(client, place, 50, PHOTO[50:])).status_code == 204


@pytest.mark.parametrize(
    ("data", "said", "status"),
    [
        (b"no picture at all" * 20, {}, 415),
        (PHOTO, {"sha256": "0" * 64}, 422),
        (PHOTO, {"mediaType": "video"}, 415),
    ],
)
async def test_a_whole_that_is_none_is_given_up(
    client: httpx.AsyncClient, data: bytes, said: dict[str, str], status: int
) -> None:
    answer = await create(client, len(data), requestId="local_1", **said)
    place = answer.headers["Location"]
    assert (await patch(client, place, 0, data)).status_code == status
    assert (await head(client, place)).status_code == 404
    assert await gallery(client) == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 412),
        ({"Tus-Resumable": "0.2"}, 412),
        (TUS, 400),
        ({**TUS, "Upload-Length": "-1"}, 400),
        ({**TUS, "Upload-Length": "1" * 15}, 413),
        ({**TUS, "Upload-Length": "9", "Upload-Metadata": "requestId !"}, 400),
        ({**TUS, "Upload-Length": "9", "Upload-Metadata": f"requestId {b64('a/b')}"}, 422),
        ({**TUS, "Upload-Length": "9", "Upload-Metadata": f"timestamp {b64('soon')}"}, 422),
        ({**TUS, "Upload-Length": "9", "Upload-Metadata": f"mediaType {b64('film')}"}, 422),
        ({**TUS, "Upload-Length": "9", "Upload-Metadata": f"sha256 {b64('short')}"}, 422),
    ],
)
async def test_what_cannot_be_begun(client: httpx.AsyncClient, headers: dict[str, str], status: int) -> None:
    assert (await client.post(BASE, headers=headers)).status_code == status


async def test_who_has_no_token_begins_nothing(house: House) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(house.app), base_url="http://cloud") as stranger:
        assert (await create(stranger)).status_code == 401


async def test_bytes_are_said_to_be_bytes(client: httpx.AsyncClient) -> None:
    place = await begun(client, requestId="local_1")
    headers = {**TUS, "Upload-Offset": "0", "Content-Type": "image/jpeg"}
    assert (await client.patch(place, headers=headers, content=PHOTO)).status_code == 415
    assert (await client.patch(place, headers=PATCH, content=PHOTO)).status_code == 400


async def test_what_is_given_up_is_gone(client: httpx.AsyncClient, house: House) -> None:
    place = await begun(client, requestId="local_1")
    await patch(client, place, 0, PHOTO[:50])
    assert (await client.delete(place, headers=TUS)).status_code == 204
    assert (await head(client, place)).status_code == 404
    assert list((house.settings.data_dir / "partial").iterdir()) == []


@pytest.mark.parametrize("comes_back_by", ["asking", "creating"])
async def test_the_later_of_two_writers_goes_on(client: httpx.AsyncClient, comes_back_by: str) -> None:
    place = await begun(client, requestId="local_1")
    sent, never = asyncio.Event(), asyncio.Event()

    async def stuck() -> AsyncIterator[bytes]:
        yield PHOTO[:50]
        sent.set()
        await never.wait()
        yield b""

    first = asyncio.create_task(patch(client, place, 0, stuck()))
    await sent.wait()
    again = head(client, place) if comes_back_by == "asking" else create(client, requestId="local_1")
    assert (await asyncio.wait_for(again, 10)).headers["Upload-Offset"] == "50"
    assert (await first).status_code == 409
    assert (await patch(client, place, 50, PHOTO[50:])).status_code == 204
    assert len(await gallery(client)) == 1


async def test_a_full_disk_is_said_and_nothing_is_lost(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = await begun(client, requestId="local_1")
    await patch(client, place, 0, PHOTO[:50])

    def full(self: PartialFiles, upload_id: str, data: bytes, offset: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patched:
        patched.setattr(PartialFiles, "write", full)
        assert (await patch(client, place, 50, PHOTO[50:])).status_code == 507
    assert (await patch(client, place, 50, PHOTO[50:])).status_code == 204
    assert len(await gallery(client)) == 1


def test_the_folder_is_where_it_is_said(tmp_path: Path) -> None:
    files = PartialFiles(tmp_path / "partial")
    assert files.path("a" * 32).parent == tmp_path / "partial"
