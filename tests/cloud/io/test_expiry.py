"""What is over goes: pictures outside the gallery after a day, what was delivered after a week, nothing else."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from trifocal_cloud.io import expiry, rows
from trifocal_cloud.io.blobs import BlobMissingError
from trifocal_cloud.io.tables import AppDeliveryRow, PhotoRow
from trifocal_cloud.photos import Ticket
from trifocal_cloud.testing import ANN, House, eventually, housed, uploaded

DAY_MS = 86_400_000


async def photo(house: House, client: Any, request_id: str, gallery: bool) -> PhotoRow:
    await house.cloud.desk.request(Ticket(ANN, request_id), "com.example.cam", gallery)
    await uploaded(client, request_id)
    async with house.cloud.database.reading() as session:
        found = await rows.photo_of_request(session, ANN, request_id)
    assert found is not None
    return found


async def delivery(house: House, request_id: str, done_at: int | None) -> None:
    row = AppDeliveryRow(
        user=ANN,
        request_id=request_id,
        package="com.example.cam",
        webhook_url="",
        auth_token="",
        created_at=0,
        done_at=done_at,
        error="",
    )
    async with house.cloud.database.writing() as session:
        session.add(row)


async def deliveries(house: House) -> list[str]:
    async with house.cloud.database.reading() as session:
        return sorted(await session.scalars(select(AppDeliveryRow.request_id)))


async def there(house: House, row: PhotoRow) -> bool:
    async with house.cloud.database.reading() as session:
        return await rows.photo(session, ANN, row.photo_id) is not None


async def test_a_picture_outside_the_gallery_goes_after_a_day(house: House, client: Any) -> None:
    kept, passing = await photo(house, client, "r1", True), await photo(house, client, "r2", False)
    house.clock.advance(DAY_MS)
    await house.cloud.expiry.look()
    assert await there(house, passing)
    house.clock.advance(1)
    await house.cloud.expiry.look()
    assert not await there(house, passing)
    with pytest.raises(BlobMissingError):
        await house.cloud.blobs.get(passing.blob_key)
    assert await there(house, kept)
    assert await house.cloud.blobs.get(kept.blob_key)


async def test_more_than_one_batch(house: House, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expiry, "BATCH", 2)
    photos = [await photo(house, client, f"r{number}", False) for number in range(5)]
    house.clock.advance(DAY_MS + 1)
    await house.cloud.expiry.look()
    assert not any([await there(house, row) for row in photos])


async def test_one_that_somebody_deletes_meanwhile_is_no_trouble(
    house: House, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = await photo(house, client, "r1", False)
    assert (await client.delete(f"/api/gallery/{row.photo_id}")).status_code == 200

    async def found(*args: Any) -> list[PhotoRow]:
        return [row]

    monkeypatch.setattr(rows, "passing_photos", found)
    await house.cloud.expiry.look()


async def test_what_was_delivered_is_forgotten_after_a_week(house: House) -> None:
    now = house.clock.epoch_ms()
    await delivery(house, "old", now - 7 * DAY_MS - 1)
    await delivery(house, "young", now - 7 * DAY_MS)
    await delivery(house, "open", None)
    await house.cloud.expiry.look()
    assert await deliveries(house) == ["open", "young"]


@pytest.fixture
async def looks(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[int]]:
    monkeypatch.setattr(expiry, "HOUR_MS", 1)
    found: list[int] = []

    async def look(self: expiry.Expiry) -> None:
        found.append(1)
        if len(found) == 1:
            raise OperationalError("", None, Exception("the disk is full"))

    monkeypatch.setattr(expiry.Expiry, "look", look)
    return found


async def test_it_looks_when_the_cloud_starts_and_again_also_after_a_failure(looks: list[int], tmp_path: Any) -> None:
    async with housed(tmp_path):
        await eventually(lambda: len(looks) >= 3)
