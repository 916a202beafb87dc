"""Rows asked for: one's own, in order, and a final answer written once."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from trifocal_cloud.io import rows
from trifocal_cloud.io.database import Database
from trifocal_cloud.io.tables import PhotoRequestRow, PhotoRow
from trifocal_cloud.photos import Ticket

ANN = "ann@example.com"


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    found = await Database.open(tmp_path)
    yield found
    await found.close()


def request(
    request_id: str, press_id: str = "", created_at: int = 1, finished_at: int | None = None
) -> PhotoRequestRow:
    return PhotoRequestRow(
        user=ANN,
        request_id=request_id,
        press_id=press_id,
        app_id="",
        save_to_gallery=True,
        status="requested" if finished_at is None else "failed",
        reason="" if finished_at is None else "camera_busy",
        created_at=created_at,
        finished_at=finished_at,
    )


def photo(request_id: str, timestamp: int = 1, deleted_at: int | None = None, in_gallery: bool = True) -> PhotoRow:
    return PhotoRow(
        photo_id=f"p-{request_id}",
        user=ANN,
        request_id=request_id,
        press_id="",
        app_id="",
        device_id="",
        mime_type="image/jpeg",
        timestamp=timestamp,
        uploaded_at=timestamp,
        size=5,
        sha256="0" * 64,
        width=1,
        height=1,
        in_gallery=in_gallery,
        blob_key="k",
        thumbnail="",
        deleted_at=deleted_at,
    )


async def fill(database: Database, *found: PhotoRequestRow | PhotoRow) -> None:
    async with database.writing() as session:
        session.add_all(found)


async def test_a_final_answer_is_written_once(database: Database) -> None:
    await fill(database, request("r1"))
    ticket = Ticket(ANN, "r1")
    async with database.writing() as session:
        await rows.reached(session, ticket, "captured")
        await rows.failed(session, ticket, "timed_out", 5)
        await rows.stored(session, ticket, 6)
        await rows.failed(session, ticket, "camera_busy", 7)
        await rows.reached(session, ticket, "captured")
    async with database.reading() as session:
        row = await rows.request(session, ANN, "r1")
    assert row is not None
    assert (row.status, row.reason, row.finished_at) == ("failed", "timed_out", 5)


async def test_open_requests_and_those_of_a_press_come_oldest_first(database: Database) -> None:
    await fill(
        database, request("b", "p", 2), request("a", "p", 3), request("c", "p", 1, finished_at=9), request("d", "", 4)
    )
    async with database.reading() as session:
        assert [row.request_id for row in await rows.open_requests(session)] == ["b", "a", "d"]
        assert [row.request_id for row in await rows.requests_of_press(session, ANN, "p")] == ["c", "b", "a"]
        assert await rows.requests_of_press(session, "bob", "p") == []
        assert {row.request_id for row in await rows.requests_since(session, 2)} == {"a", "b"}


async def test_the_gallery_shows_what_is_there_and_meant_for_it(database: Database) -> None:
    await fill(database, photo("a", 1), photo("b", 3), photo("c", 2, deleted_at=5), photo("d", 4, in_gallery=False))
    async with database.reading() as session:
        assert [row.request_id for row in await rows.gallery_page(session, ANN, 10, None)] == ["b", "a"]
        assert await rows.gallery_page(session, "bob", 10, None) == []
        assert await rows.photo(session, ANN, "p-c") is None
        assert await rows.photo(session, "bob", "p-a") is None
        assert await rows.photo_of_request(session, ANN, "c") is not None
        assert [row.request_id for row in await rows.deleted_with_bytes(session)] == ["c"]


def test_a_trail_is_what_the_row_says() -> None:
    open_trail = rows.trail(request("r1"), None)
    assert (open_trail.status, open_trail.final) == ("requested", False)
    late = rows.trail(request("r1", finished_at=5), photo("r1"))
    assert (late.status, late.final, late.reason, late.photo_id) == ("failed", True, "camera_busy", "p-r1")
    assert rows.trail(request("r1"), photo("r1", deleted_at=5)).photo_id == ""
