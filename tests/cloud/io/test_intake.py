"""Taking photos in: verified, exactly once, and safe against death at any step."""

import asyncio
import errno
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from trifocal_cloud.io import intake as intake_module
from trifocal_cloud.io.tables import PhotoRequestRow, PhotoRow
from trifocal_cloud.photos import Ticket
from trifocal_cloud.testing import ANN, EPOCH_MS, House, housed, picture, pressed, upload, uploaded


async def photo_rows(house: House) -> list[PhotoRow]:
    async with house.cloud.database.reading() as session:
        return list(await session.scalars(select(PhotoRow)))


def files(house: House) -> list[Path]:
    folder = house.settings.data_dir
    return [path for name in ("blobs", "staging") for path in (folder / name).rglob("*") if path.is_file()]


async def test_an_upload_is_answered_in_full(client: httpx.AsyncClient) -> None:
    request_id = (await pressed(client))["requestId"]
    answer = (await upload(client, request_id)).json()
    assert answer["success"] is True
    assert answer["requestId"] == request_id
    assert answer["url"] == answer["photoUrl"] == f"/api/gallery/{answer['photoId']}/original"
    assert answer["sha256"] == hashlib.sha256(picture()).hexdigest()
    assert answer["duplicate"] is False


async def test_what_was_acknowledged_is_there_after_a_restart(tmp_path: Path) -> None:
    async with housed(tmp_path) as house, house.client() as client:
        photo_id = await uploaded(client, "local_1")
    async with housed(tmp_path) as house, house.client() as client:
        assert (await client.get(f"/api/gallery/{photo_id}/original")).content == picture()


async def test_metadata_becomes_the_photos_own(client: httpx.AsyncClient) -> None:
    more = {"deviceId": "sim 1", "timestamp": EPOCH_MS - 5_000, "appId": "asg_client", "pressId": "boot-1"}
    await uploaded(client, "local_1", picture(size=(40, 30)), **more)
    (photo,) = (await client.get("/api/gallery")).json()["photos"]
    assert (photo["timestamp"], photo["pressId"], photo["appId"]) == (EPOCH_MS - 5_000, "boot-1", "asg_client")
    assert (photo["width"], photo["height"], photo["mimeType"]) == (40, 30, "image/jpeg")


@pytest.mark.parametrize("timestamp", [0, -1, EPOCH_MS + 10**12])
async def test_glasses_without_a_right_clock_get_ours(client: httpx.AsyncClient, timestamp: int) -> None:
    await uploaded(client, "local_1", timestamp=timestamp)
    assert (await client.get("/api/gallery")).json()["photos"][0]["timestamp"] == EPOCH_MS


async def test_the_same_again_is_a_success_that_changes_nothing(house: House, client: httpx.AsyncClient) -> None:
    first = (await upload(client, "local_1")).json()
    again = (await upload(client, "local_1")).json()
    assert again == {**first, "duplicate": True}
    assert len(await photo_rows(house)) == 1


async def test_two_at_the_same_instant_are_one_photo(house: House, client: httpx.AsyncClient) -> None:
    answers = [answer.json() for answer in await asyncio.gather(*(upload(client, "local_1") for _ in range(4)))]
    assert len({answer["photoId"] for answer in answers}) == 1
    assert sorted(answer["duplicate"] for answer in answers) == [False, True, True, True]
    assert len(await photo_rows(house)) == 1
    assert len(files(house)) == 1


async def test_only_so_many_are_under_way_for_one_user(
    client: httpx.AsyncClient, bob: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake_module, "UPLOAD_LIMIT", 2)
    started, go_on = asyncio.Semaphore(0), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        started.release()
        await go_on.wait()
        yield b""

    headers = {"Content-Type": "multipart/form-data; boundary=B"}
    slow_ones = [
        asyncio.create_task(client.post("/api/photos/upload", content=slow(), headers=headers)) for _ in range(2)
    ]
    for _ in slow_ones:
        await started.acquire()
    refused = await upload(client, "local_1")
    assert (refused.status_code, refused.json()["error"], refused.headers["Retry-After"]) == (429, "too_many", "1")
    assert (await upload(bob, "local_1")).status_code == 200
    go_on.set()
    assert {answer.status_code for answer in await asyncio.gather(*slow_ones)} == {422}
    assert (await upload(client, "local_1")).status_code == 200


async def test_other_bytes_under_the_same_id_are_a_conflict(client: httpx.AsyncClient) -> None:
    await uploaded(client, "local_1")
    answer = await upload(client, "local_1", picture(7))
    assert (answer.status_code, answer.json()["error"]) == (409, "conflict")
    assert len((await client.get("/api/gallery")).json()["photos"]) == 1


async def test_a_deleted_photo_stays_deleted(house: House, client: httpx.AsyncClient) -> None:
    photo_id = await uploaded(client, "local_1")
    await client.delete(f"/api/gallery/{photo_id}")
    again = await upload(client, "local_1")
    assert (again.status_code, again.json()["duplicate"]) == (200, True)
    assert (await client.get("/api/gallery")).json()["photos"] == []
    assert files(house) == []


async def test_a_request_must_be_known(client: httpx.AsyncClient) -> None:
    answer = await upload(client, "made-up")
    assert (answer.status_code, answer.json()["error"]) == (403, "foreign_request")


async def test_a_request_must_be_ones_own(house: House, client: httpx.AsyncClient, bob: httpx.AsyncClient) -> None:
    request_id = (await pressed(client))["requestId"]
    answer = await upload(bob, request_id)
    assert (answer.status_code, answer.json()["error"]) == (403, "foreign_request")
    assert files(house) == []


async def test_local_ids_of_two_users_do_not_meet(client: httpx.AsyncClient, bob: httpx.AsyncClient) -> None:
    mine, his = await uploaded(client, "local_1"), await uploaded(bob, "local_1", picture(9))
    assert mine != his
    assert (await client.get(f"/api/gallery/{his}/original")).status_code == 404


async def test_a_wrong_checksum_is_corrupt(house: House, client: httpx.AsyncClient) -> None:
    answer = await upload(client, "local_1", sha256="0" * 64)
    assert (answer.status_code, answer.json()["error"]) == (422, "corrupt")
    assert files(house) == []
    assert (await upload(client, "local_1", sha256=hashlib.sha256(picture()).hexdigest())).status_code == 200


async def test_eleven_megabytes_are_too_large(house: House, client: httpx.AsyncClient) -> None:
    answer = await upload(client, "local_1", picture() + bytes(11 * 2**20))
    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")
    assert files(house) == []


async def test_a_file_of_another_kind_than_announced_is_refused(client: httpx.AsyncClient) -> None:
    answer = await upload(client, "local_1", mediaType="video")
    assert (answer.status_code, answer.json()["error"]) == (415, "not_an_image")


async def test_a_video_is_kept(client: httpx.AsyncClient) -> None:
    await uploaded(client, "local_1", b"\x00\x00\x00\x20ftypisom" + b"v" * 100, mediaType="video")
    (photo,) = (await client.get("/api/gallery")).json()["photos"]
    assert photo["mimeType"] == "video/mp4"


NONSENSE = [
    {"requestId": ""},
    {"requestId": "local_../../x"},
    {"requestId": "local_" + "x" * 200},
    {"requestId": 5},
    {"requestId": "local_1", "timestamp": 2**63},
    {"requestId": "local_1", "timestamp": "now"},
    {"requestId": "local_1", "deviceId": "\0"},
    {"requestId": "local_1", "sha256": "ABC"},
    {"requestId": "local_1", "mediaType": "audio"},
]


async def test_metadata_that_makes_no_sense_is_malformed(
    house: House, client: httpx.AsyncClient, subtests: pytest.Subtests
) -> None:
    for metadata in NONSENSE:
        with subtests.test(metadata=repr(metadata)[:40]):
            answer = await upload(client, **{"request_id": "local_1", **metadata})
            assert (answer.status_code, answer.json()["error"]) == (422, "malformed")
            assert files(house) == []


NO_METADATA = [None, "", "{", "[]", '{"requestId":"\\ud800"}', "[" * 10_000]


async def test_metadata_that_is_none_is_malformed(client: httpx.AsyncClient, subtests: pytest.Subtests) -> None:
    for text in NO_METADATA:
        with subtests.test(text=repr(text)[:40]):
            data = {} if text is None else {"metadata": text}
            answer = await client.post("/api/photos/upload", files={"file": ("p.jpg", picture())}, data=data)
            assert (answer.status_code, answer.json()["error"]) == (422, "malformed")


async def test_a_late_photo_is_kept_and_the_final_answer_stands(house: House, client: httpx.AsyncClient) -> None:
    request_id = (await pressed(client))["requestId"]
    house.clock.advance(10_000)
    house.cloud.desk.expire()
    state = (await client.get(f"/api/photos/requests/{request_id}?wait=5")).json()
    assert (state["status"], state["final"], state["reason"]) == ("failed", True, "gateway_offline")
    photo_id = await uploaded(client, request_id)
    assert [photo["photoId"] for photo in (await client.get("/api/gallery")).json()["photos"]] == [photo_id]
    state = (await client.get(f"/api/photos/requests/{request_id}")).json()
    assert (state["status"], state["reason"], state["photoId"]) == ("failed", "gateway_offline", photo_id)


class DiskFullError(OSError):
    def __init__(self) -> None:
        super().__init__(errno.ENOSPC, "no space left on device")


async def test_a_full_disk_is_said_and_nothing_is_lost(
    house: House, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(key: str, content: object) -> None:
        raise DiskFullError

    with monkeypatch.context() as broken:
        broken.setattr(house.cloud.blobs, "put", full)
        answer = await upload(client, "local_1")
    assert (answer.status_code, answer.json()["error"]) == (507, "storage_full")
    assert await photo_rows(house) == []
    assert files(house) == []
    assert (await upload(client, "local_1")).json()["duplicate"] is False


async def test_death_between_bytes_and_row_leaves_no_ghost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class PowerCut(BaseException):
        pass

    async def cut(*args: object) -> None:
        raise PowerCut

    async with housed(tmp_path) as house, house.client() as client:
        with monkeypatch.context() as broken:
            broken.setattr(intake_module.Intake, "_write", cut)
            with pytest.raises(PowerCut):
                await upload(client, "local_1")
        assert len(files(house)) == 1
    async with housed(tmp_path) as house, house.client() as client:
        assert await photo_rows(house) == []
        assert (await client.get("/api/gallery")).json()["photos"] == []
        photo_id = await uploaded(client, "local_1")
        assert (await client.get(f"/api/gallery/{photo_id}/original")).content == picture()
        assert len(files(house)) == 1


async def test_what_was_staged_when_the_cloud_died_is_swept(tmp_path: Path) -> None:
    (tmp_path / "staging").mkdir()
    (tmp_path / "staging" / "half").write_bytes(b"x")
    async with housed(tmp_path) as house:
        assert files(house) == []


async def test_a_stored_photo_and_its_request_are_one_transaction(house: House, client: httpx.AsyncClient) -> None:
    request_id = (await pressed(client))["requestId"]
    await uploaded(client, request_id)
    async with house.cloud.database.reading() as session:
        row = await session.get(PhotoRequestRow, (ANN, request_id))
    assert row is not None
    assert (row.status, row.finished_at) == ("stored", EPOCH_MS)


async def test_a_photo_that_is_not_for_the_gallery_is_reached_by_its_request_only(
    house: House, client: httpx.AsyncClient
) -> None:
    await house.cloud.desk.request(Ticket(ANN, "r1"), "api", save_to_gallery=False)
    await uploaded(client, "r1")
    assert (await client.get("/api/gallery")).json()["photos"] == []
    state = (await client.get("/api/photos/requests/r1?wait=5")).json()
    assert (await client.get(state["photoUrl"])).content == picture()
