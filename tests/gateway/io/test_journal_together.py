"""Group commit: many tasks, one line, one sync."""

import asyncio
import errno
from pathlib import Path

import pytest
from tinydb import where

from trifocal_gateway.errors import StorageError
from trifocal_gateway.io.journal import JournalDB
from trifocal_gateway.testing import MemoryDisk, content, opened, storage


async def under_way(db: JournalDB) -> None:
    while storage(db)._flying is None:  # noqa: ASYNC110 - a turn of the loop, not a wait
        await asyncio.sleep(0)


async def test_many_tasks_share_one_sync_and_each_is_durable(tmp_path: Path) -> None:
    disk = MemoryDisk()
    db = opened(tmp_path, disk)
    syncs: list[str] = []
    disk.fault = lambda what, _: syncs.append(what) if what == "sync" else None

    async def produce(producer: int) -> None:
        for n in range(5):
            doc_id = await storage(db).durably(lambda n=n: db.insert({"p": producer, "n": n}))
            durable = bytes(disk._durable_names[tmp_path / "queue.json.log"].durable)
            assert b'"%d",{"p":%d,"n":%d}' % (doc_id, producer, n) in durable

    await asyncio.gather(*[produce(producer) for producer in range(64)])
    assert len(db) == 320
    assert len(syncs) <= 10
    disk.fault = lambda *_: None
    db.close()
    with opened(tmp_path, disk) as db:
        assert len(db) == 320


async def test_when_the_disk_refuses_a_group_all_of_it_is_taken_back(tmp_path: Path) -> None:
    disk = MemoryDisk()
    db = opened(tmp_path, disk)
    db.insert({"n": 0})
    disk.fault = lambda what, _: errno.EIO if what == "sync" else None
    outcomes = await asyncio.gather(
        *[storage(db).durably(lambda n=n: db.update({"n": n}, doc_ids=[1])) for n in range(1, 9)],
        *[storage(db).durably(lambda n=n: db.insert({"n": n})) for n in range(8)],
        return_exceptions=True,
    )
    assert all(isinstance(outcome, StorageError) for outcome in outcomes)
    assert content(db) == {1: {"n": 0}}
    disk.fault = lambda *_: None
    await storage(db).durably(lambda: db.update({"n": 7}, doc_ids=[1]))
    db.close()
    with opened(tmp_path, disk) as db:
        assert content(db) == {1: {"n": 7}}


async def test_changes_that_follow_a_failing_group_are_taken_back_with_it(tmp_path: Path) -> None:
    disk = MemoryDisk()
    db = opened(tmp_path, disk)
    db.insert({"n": 0})
    disk.fault = lambda what, _: errno.EIO if what == "sync" else None
    first = asyncio.create_task(storage(db).durably(lambda: db.update({"n": 1}, doc_ids=[1])))
    await under_way(db)
    second = asyncio.create_task(storage(db).durably(lambda: db.update({"m": 2}, doc_ids=[1])))
    outcomes = await asyncio.gather(first, second, return_exceptions=True)
    assert all(isinstance(outcome, StorageError) for outcome in outcomes)
    assert content(db) == {1: {"n": 0}}
    disk.fault = lambda *_: None
    db.close()


async def test_a_change_that_only_saw_others_waits_for_them(tmp_path: Path) -> None:
    disk = MemoryDisk()
    db = opened(tmp_path, disk)
    disk.fault = lambda what, _: errno.EIO if what == "sync" else None
    first = asyncio.create_task(storage(db).durably(lambda: db.insert({"n": 1})))
    await under_way(db)
    with pytest.raises(StorageError):
        await storage(db).durably(lambda: db.contains(where("n") == 1))
    with pytest.raises(StorageError):
        await first
    disk.fault = lambda *_: None
    db.close()


async def test_a_plain_change_waits_its_turn_behind_a_group_under_way(tmp_path: Path) -> None:
    db = opened(tmp_path)
    first = asyncio.create_task(storage(db).durably(lambda: db.insert({"n": 1})))
    await under_way(db)
    db.update({"n": 2}, doc_ids=[1])
    await first
    db.close()
    with opened(tmp_path) as db:
        assert content(db) == {1: {"n": 2}}


async def test_a_change_that_raises_leaves_the_group_without_it(tmp_path: Path) -> None:
    db = opened(tmp_path)

    def fail() -> None:
        db.insert({"n": 2})
        raise ZeroDivisionError

    good = asyncio.create_task(storage(db).durably(lambda: db.insert({"n": 1})))
    with pytest.raises(ZeroDivisionError):
        await storage(db).durably(fail)
    await good
    assert [document["n"] for document in db] == [1]
    db.close()


async def test_a_cancelled_wait_disturbs_nobody(tmp_path: Path) -> None:
    db = opened(tmp_path)
    tasks = [asyncio.create_task(storage(db).durably(lambda n=n: db.insert({"n": n}))) for n in range(3)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    await asyncio.wait(tasks)
    assert len(db) == 3
    db.close()


async def test_the_journal_compacts_itself_while_groups_go_on(tmp_path: Path) -> None:
    db = opened(tmp_path, compact_bytes=2000)

    async def produce(producer: int) -> None:
        for n in range(20):
            doc_id = await storage(db).durably(lambda n=n: db.insert({"p": producer, "n": n}))
            if n % 2:
                await storage(db).durably(lambda doc_id=doc_id: db.remove(doc_ids=[doc_id]))
            if producer == 0:
                db.table("plain").insert({"n": n})

    await asyncio.gather(*[produce(producer) for producer in range(8)])
    assert storage(db).compaction_failures == 0
    before, plain = content(db), len(db.table("plain"))
    db.close()
    assert (tmp_path / "queue.json").stat().st_size > 100
    with opened(tmp_path) as db:
        assert content(db) == before
        assert len(db.table("plain")) == plain == 20
