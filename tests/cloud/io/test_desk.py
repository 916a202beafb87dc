"""The desk's rows and words: a final answer is durable before it is told, and told once."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from trifocal_cloud import photos
from trifocal_cloud.io import rows
from trifocal_cloud.io.database import Database
from trifocal_cloud.io.desk import OPEN_LIMIT, Desk
from trifocal_cloud.io.feed import Feed
from trifocal_cloud.io.refusals import RefusedError
from trifocal_cloud.io.tables import PhotoRequestRow
from trifocal_cloud.photos import Ticket
from trifocal_cloud.testing import ANN, EPOCH_MS, eventually
from trifocal_shared.clock import Clock
from trifocal_shared.messages import PhotoStatus
from trifocal_shared.testing import VirtualClock

TICKET = Ticket(ANN, "r1", "boot-1")


class Bench:
    """A desk with its database and its feed, and nothing else of the cloud."""

    def __init__(self, database: Database, clock: Any) -> None:
        self.database = database
        self.clock = clock
        self.feed = Feed(clock)
        self.desk = Desk(clock, database, self.feed)

    async def row(self, request_id: str = "r1") -> PhotoRequestRow:
        async with self.database.reading() as session:
            found = await rows.request(session, ANN, request_id)
        assert found is not None
        return found

    async def final(self, request_id: str = "r1") -> tuple[str, str]:
        """Wait for the final answer as it is told."""

        def is_final() -> bool:
            trail = self.feed.trails(ANN).of_request(request_id)
            return trail is not None and trail.final

        await eventually(is_final)
        trail = self.feed.trails(ANN).request(request_id)
        return trail.status, trail.reason


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    database = await Database.open(tmp_path)
    found = Bench(database, VirtualClock(1_000, EPOCH_MS))
    running = asyncio.create_task(found.desk.run())
    yield found
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await database.close()


def says(status: str, request_id: str = "r1", **more: str) -> PhotoStatus:
    return PhotoStatus(request_id=request_id, status=status, **more)


async def test_a_request_is_a_row_before_its_time_runs(bench: Bench) -> None:
    await bench.desk.request(TICKET, "system", True)
    row = await bench.row()
    assert (row.status, row.press_id, row.app_id, row.created_at) == ("requested", "boot-1", "system", EPOCH_MS)
    assert bench.desk.open(TICKET)


async def test_a_failure_is_a_row_before_it_is_told(bench: Bench) -> None:
    await bench.desk.request(TICKET, "system", True)
    await bench.desk.report(ANN, says("failed", error_code="camera_busy"))
    assert await bench.final() == ("failed", "camera_busy")
    row = await bench.row()
    assert (row.status, row.reason, row.finished_at) == ("failed", "camera_busy", EPOCH_MS)


async def test_a_failure_that_cannot_be_written_down_is_told_all_the_same(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*args: object) -> None:
        raise OSError

    monkeypatch.setattr(rows, "failed", full)
    await bench.desk.request(TICKET, "system", True)
    await bench.desk.report(ANN, says("failed", error_code="camera_busy"))
    assert await bench.final() == ("failed", "camera_busy")


async def test_time_runs_out_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photos, "SILENCE_MS", 10)
    database = await Database.open(tmp_path)
    bench = Bench(database, Clock())
    async with asyncio.TaskGroup() as group:
        running = group.create_task(bench.desk.run())
        await bench.desk.request(TICKET, "system", True)
        assert await bench.final() == ("failed", "gateway_offline")
        running.cancel()
    await database.close()


async def test_that_a_photo_was_taken_is_remembered_over_a_restart(bench: Bench) -> None:
    await bench.desk.request(TICKET, "system", True)
    await bench.desk.report(ANN, says("captured"))
    await eventually(lambda: _has_status(bench, "captured"))
    again = Bench(bench.database, bench.clock)
    await again.desk.restore()
    async with asyncio.TaskGroup() as group:
        running = group.create_task(again.desk.run())
        bench.clock.advance(60_000)
        again.desk.expire()
        assert await again.final() == ("failed", "upload_pending")
        running.cancel()


async def _has_status(bench: Bench, status: str) -> bool:
    return (await bench.row()).status == status


async def test_what_was_final_is_not_restored(bench: Bench) -> None:
    await bench.desk.request(TICKET, "system", True)
    await bench.desk.report(ANN, says("failed", error_code="camera_busy"))
    await bench.final()
    again = Desk(bench.clock, bench.database, bench.feed)
    await again.restore()
    assert not again.open(TICKET)


async def test_a_local_photo_gets_a_row_when_it_is_first_heard_of(bench: Bench) -> None:
    await bench.desk.report(ANN, says("captured", "local_1", press_id="b-1"))
    await bench.desk.report(ANN, says("queued", "local_1"))
    assert ((await bench.row("local_1")).press_id, bench.desk.open(Ticket(ANN, "local_1"))) == ("b-1", True)


async def test_reports_of_a_local_photo_at_the_same_instant_make_one_row(bench: Bench) -> None:
    await asyncio.gather(*(bench.desk.report(ANN, says(status, "local_1")) for status in ("capturing", "captured")))
    assert (await bench.row("local_1")).finished_at is None


async def test_a_local_photo_that_is_over_is_not_begun_again(bench: Bench) -> None:
    await bench.desk.report(ANN, says("failed", "local_1", error_code="unsupported"))
    assert await bench.final("local_1") == ("failed", "unsupported")
    await bench.desk.report(ANN, says("captured", "local_1"))
    assert not bench.desk.open(Ticket(ANN, "local_1"))
    assert await bench.final("local_1") == ("failed", "unsupported")


async def test_a_report_about_nothing_is_an_event_and_no_more(bench: Bench) -> None:
    await bench.desk.report(ANN, says("captured", "never-asked"))
    await eventually(lambda: bool(bench.feed.ring(ANN).after(0)))
    assert bench.feed.ring(ANN).after(0)[0]["status"] == "unknown"
    assert bench.feed.trails(ANN).of_request("never-asked") is None


async def test_only_so_many_requests_are_open(bench: Bench) -> None:
    for number in range(OPEN_LIMIT):
        await bench.desk.request(Ticket(ANN, f"r{number}"), "", True)
    with pytest.raises(RefusedError):
        await bench.desk.request(Ticket(ANN, "one-more"), "", True)
    await bench.desk.request(Ticket("bob@example.com", "r1"), "", True)


async def test_a_photo_that_could_not_be_stored_leaves_its_request_open(bench: Bench) -> None:
    await bench.desk.request(TICKET, "", True)
    bench.desk.storing(TICKET)
    bench.desk.unstored(TICKET)
    bench.clock.advance(10_000)
    bench.desk.expire()
    assert await bench.final() == ("failed", "gateway_offline")
