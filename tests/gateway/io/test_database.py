import asyncio
from pathlib import Path

import pytest
from tinydb import TinyDB

from trifocal_gateway.errors import StorageLocked
from trifocal_gateway.io.database import Database
from trifocal_gateway.queue_entry import Entry, QueuedPhoto
from trifocal_shared.messages import PhotoStatus


def row(number: int, state: str = "queued") -> dict[str, object]:
    return Entry(number, QueuedPhoto(f"local_{number}", "a" * 64, 10), state).row()


def failed(request_id: str, reason: str = "battery_low") -> PhotoStatus:
    return PhotoStatus(request_id=request_id, status="failed", error_code=reason, timestamp=3)


async def test_rows_survive_a_restart(tmp_path: Path) -> None:
    database = Database(tmp_path / "queue.json")
    await asyncio.gather(*[database.save(number, row(number)) for number in (1, 2, 3)])
    await database.save(2, row(2, "dead"))
    await database.forget(1)
    await database.forget(1)
    database.close()
    again = Database(tmp_path / "queue.json")
    assert again.rows() == [(2, row(2, "dead")), (3, row(3))]
    assert again.recovery.quarantined == []
    again.close()


async def test_last_words_survive_a_restart_in_their_order(tmp_path: Path) -> None:
    database = Database(tmp_path / "queue.json")
    for request_id in ("r1", "r2", "r3"):
        await database.keep_result(failed(request_id))
    await database.keep_result(failed("r1", "camera_busy"))
    await database.forget_result("r2")
    await database.forget_result("r2")
    database.close()
    again = Database(tmp_path / "queue.json")
    assert again.results() == [failed("r3"), failed("r1", "camera_busy")]
    assert again.rows() == []
    again.close()


async def test_a_last_word_that_makes_no_sense_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "queue.json").write_text(
        '{"results": {"1": {"status": 4}, "2": {"requestId": "r", "status": "failed"}}}'
    )
    database = Database(tmp_path / "queue.json")
    assert [result.request_id for result in database.results()] == ["r"]
    database.close()


async def test_a_database_of_stock_tinydb_is_taken_over(tmp_path: Path) -> None:
    with TinyDB(tmp_path / "queue.json") as stock:
        stock.insert(row(1))
    database = Database(tmp_path / "queue.json")
    assert database.rows() == [(1, row(1))]
    database.close()


def test_one_gateway_runs_on_it(tmp_path: Path) -> None:
    database = Database(tmp_path / "queue.json")
    with pytest.raises(StorageLocked):
        Database(tmp_path / "queue.json")
    database.close()
