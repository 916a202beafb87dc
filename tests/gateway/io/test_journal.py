import asyncio
import errno
import os
import random
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from tinydb import TinyDB, where

from trifocal_gateway.errors import StorageError, StorageFull, StorageLocked
from trifocal_gateway.io.journal import JournalDB, JournalStorage
from trifocal_gateway.testing import MemoryDisk, PowerCut

CHILD = Path(__file__).with_name("journal_child.py")


def opened(folder: Path, disk: MemoryDisk | None = None, **options: Any) -> JournalDB:
    return JournalDB(folder / "queue.json", disk, **options)


def storage(db: JournalDB) -> JournalStorage:
    found = db.storage
    assert isinstance(found, JournalStorage)
    return found


def content(db: TinyDB) -> dict[int, dict[str, Any]]:
    return {document.doc_id: dict(document) for document in db}


def test_everything_is_there_again_after_a_restart(tmp_path: Path) -> None:
    with opened(tmp_path) as db:
        first, second = db.insert({"n": 1}), db.insert({"n": 2})
        db.update({"n": 3}, doc_ids=[second])
        db.remove(doc_ids=[first])
        db.table("other").insert({"x": 1})
    with opened(tmp_path) as db:
        assert content(db) == {second: {"n": 3}}
        assert db.table("other").all() == [{"x": 1}]
        assert storage(db).recovery.replayed == 5


def test_the_files_of_a_live_journal_can_be_read_by_another(tmp_path: Path) -> None:
    disk = MemoryDisk()
    with opened(tmp_path, disk) as db:
        db.insert({"n": 1})
        disk.restore(random.Random(1))
        storage(db)._lock.release()
        with opened(tmp_path, disk) as again:
            assert content(again) == {1: {"n": 1}}
        storage(db)._closed = True


def test_one_process_owns_it(tmp_path: Path) -> None:
    with opened(tmp_path), pytest.raises(StorageLocked):
        opened(tmp_path)
    opened(tmp_path).close()


def test_a_journal_that_could_not_open_holds_no_lock(tmp_path: Path) -> None:
    disk = MemoryDisk()
    for operation in ("read", "open"):
        disk.fault = lambda what, _, failing=operation: errno.EIO if what == failing else None
        with pytest.raises(StorageError):
            opened(tmp_path, disk)
    disk.fault = lambda *_: None
    opened(tmp_path, disk).close()


def test_a_closed_journal_takes_nothing(tmp_path: Path) -> None:
    db = opened(tmp_path)
    db.close()
    storage(db).close()
    with pytest.raises(StorageError):
        db.insert({})


def test_a_snapshot_is_taken_when_the_log_has_grown_and_stock_tinydb_opens_it(tmp_path: Path) -> None:
    with opened(tmp_path, compact_bytes=4000) as db:
        for n in range(200):
            db.insert({"n": n})
        assert (tmp_path / "queue.json").stat().st_size > 1000
        assert storage(db)._log.end < 2 * (tmp_path / "queue.json").stat().st_size
        before = content(db)
        storage(db).compact()
    with TinyDB(tmp_path / "queue.json") as stock:
        assert content(stock) == before
    with opened(tmp_path) as db:
        assert content(db) == before


def test_a_whole_state_can_be_written_as_to_any_storage(tmp_path: Path) -> None:
    with opened(tmp_path) as db:
        db.insert({"n": 1})
        db.storage.write({"_default": {"1": {"n": 1}, "2": {"n": 2}}, "other": {}})
        db.drop_table("other")
    with opened(tmp_path) as db:
        assert db.storage.read() == {"_default": {"1": {"n": 1}, "2": {"n": 2}}}
        db.drop_tables()
        assert db.storage.read() is None


def test_a_transaction_is_one_line_or_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as db:
        db.insert({"n": 1})
        with storage(db).transaction():
            db.insert({"n": 2})
            db.table("other").insert({"n": 3})
            db.remove(doc_ids=[1])
        with suppress(ZeroDivisionError), storage(db).transaction():
            db.insert({"n": 4})
            assert db.search(where("n") == 4)
            raise ZeroDivisionError
        assert content(db) == {2: {"n": 2}}
        assert not db.search(where("n") == 4)
    with opened(tmp_path) as db:
        assert content(db) == {2: {"n": 2}}
        assert storage(db).recovery.replayed == 2


@pytest.mark.parametrize("operation", ["write", "sync"])
def test_a_failing_disk_is_a_typed_error_and_memory_is_as_before(tmp_path: Path, operation: str) -> None:
    disk = MemoryDisk()
    with opened(tmp_path, disk) as db:
        db.insert({"n": 1})
        before = content(db)
        for change in (
            lambda: db.insert({"n": 2}),
            lambda: db.update({"n": 3}),
            lambda: db.remove(doc_ids=[1]),
            db.truncate,
            db.drop_tables,
        ):
            disk.fault = lambda what, _: errno.EIO if what == operation else None
            with pytest.raises(StorageError):
                change()
            with pytest.raises(StorageError):
                change()
            assert content(db) == before
            disk.fault = lambda *_: None
            db.table("other").insert({"works": "again"})
            assert content(db) == before
        db.insert({"n": 9})
    with opened(tmp_path, disk) as db:
        assert [document["n"] for document in db] == [1, 9]
        assert len(db.table("other")) == 5


def test_a_full_disk_refuses_what_does_not_fit_and_takes_what_fits(tmp_path: Path) -> None:
    disk = MemoryDisk()
    with opened(tmp_path, disk) as db:
        disk.fault = lambda what, _: errno.ENOSPC if what in ("write", "truncate") else None
        with pytest.raises(StorageFull):
            db.insert({"photo": "x" * 400_000})
        disk.fault = lambda *_: None
        db.insert({"n": 1})
        disk.fault = lambda what, path: errno.ENOSPC if path.name.endswith(".new") else None
        storage(db)._compact_at = 0
        db.insert({"n": 2})
        assert storage(db).compaction_failures == 1
        with pytest.raises(StorageFull):
            storage(db).compact()
        assert [document["n"] for document in db] == [1, 2]
    with opened(tmp_path, disk) as db:
        assert [document["n"] for document in db] == [1, 2]


def test_what_the_medium_damaged_is_kept_aside_and_the_rest_recovered(tmp_path: Path) -> None:
    with opened(tmp_path) as db:
        for n in range(9):
            db.insert({"n": n})
    log = tmp_path / "queue.json.log"
    data = log.read_bytes()
    log.write_bytes(data.replace(b'"n":4', b'"n":5'))
    with opened(tmp_path) as db:
        assert sorted(document["n"] for document in db) == [0, 1, 2, 3, 5, 6, 7, 8]
        assert [path.name for path in storage(db).recovery.quarantined] == ["queue.json.log.damaged-1"]
    assert b'"n":5}]]\n' in (tmp_path / "queue.json.log.damaged-1").read_bytes()
    with opened(tmp_path) as db:
        assert storage(db).recovery.quarantined == []
        assert len(db) == 8


def test_a_damaged_snapshot_gives_back_what_can_be_read(tmp_path: Path) -> None:
    with opened(tmp_path) as db:
        db.insert_multiple([{"n": n} for n in range(5)])
        storage(db).compact()
        db.insert({"n": 5})
    path = tmp_path / "queue.json"
    path.write_bytes(path.read_bytes().replace(b'{"n":2}', b'{"n"\xfe2}'))
    with opened(tmp_path) as db:
        assert sorted(document["n"] for document in db) == [0, 1, 3, 4, 5]
        assert [found.name for found in storage(db).recovery.quarantined] == ["queue.json.damaged-1"]


# Group commit


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


# Crashes


def work(db: JournalDB, acked: list[dict[int, dict[str, Any]]]) -> None:
    """Insert, update, remove and group; after each acknowledgement note the state."""
    ids: list[int] = []
    for n in range(14):
        ids.append(db.insert({"n": n, "text": "x" * (n * 37 % 400)}))
        acked.append(content(db))
        db.update({"state": "uploading"}, doc_ids=[ids[n // 2]])
        acked.append(content(db))
        if n % 3 == 2:
            with storage(db).transaction():
                db.remove(doc_ids=[ids[n // 3]])
                db.update({"state": "queued"}, doc_ids=ids[-2:])
            acked.append(content(db))


@pytest.mark.parametrize("compact_bytes", [10**6, 700])
def test_a_power_cut_at_any_step_loses_nothing_acknowledged(tmp_path: Path, compact_bytes: int) -> None:
    states: list[dict[int, dict[str, Any]]] = []
    rehearsal = MemoryDisk()
    with opened(tmp_path, rehearsal, compact_bytes=compact_bytes) as db:
        begin = rehearsal.steps
        work(db, states)
        steps = rehearsal.steps
    for cut in range(begin, steps + 1):
        acked: list[dict[int, dict[str, Any]]] = [{}]
        disk = MemoryDisk()
        db = opened(tmp_path, disk, compact_bytes=compact_bytes)
        disk.cut_at = cut
        with suppress(PowerCut):
            work(db, acked)
        storage(db)._lock.release()
        disk.restore(random.Random(cut))
        with opened(tmp_path, disk) as again:
            allowed = [acked[-1], states[len(acked) - 1] if len(acked) <= len(states) else acked[-1]]
            assert content(again) in allowed, cut
            assert storage(again).recovery.quarantined == [], cut
            again.insert({"goes": "on"})


def test_a_power_cut_while_recovering_changes_nothing(tmp_path: Path) -> None:
    disk = MemoryDisk()
    db = opened(tmp_path, disk)
    for n in range(5):
        db.insert({"n": n})
    expected = content(db)
    storage(db)._lock.release()
    for cut in range(1, 60):
        disk.restore(random.Random(cut))
        disk.steps, disk.cut_at = 0, cut
        with suppress(PowerCut):
            db = opened(tmp_path, disk, compact_bytes=1)
            try:
                storage(db).compact()
            finally:
                storage(db)._lock.release()
        disk.restore(random.Random(cut))
        db = opened(tmp_path, disk)
        assert content(db) == expected
        storage(db)._lock.release()


def test_kill_minus_nine_at_random_moments_loses_nothing_acknowledged(tmp_path: Path) -> None:
    chance = random.Random(9)
    held: dict[str, str] = {}
    for _ in range(15):
        child = subprocess.Popen(
            [sys.executable, str(CHILD), str(tmp_path / "queue.json")], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        for _ in range(chance.randrange(1, 60)):
            acknowledge(child.stdout.readline(), held)
        os.kill(child.pid, signal.SIGKILL)
        rest = child.stdout.read()
        child.wait()
        child.stdout.close()
        for line in rest.splitlines(keepends=True):
            acknowledge(line, held)
        with opened(tmp_path) as db:
            found = {document["key"]: document["value"] for document in db}
            assert storage(db).recovery.quarantined == []
        # One operation may have become durable without its word getting out.
        assert len(set(held.items()) ^ set(found.items())) <= 2
        assert len(set(held) ^ set(found)) <= 1
        held = found


def acknowledge(line: str, held: dict[str, str]) -> None:
    if not line.endswith("\n"):
        return
    verb, key, value = line.split()
    if verb == "set":
        held[key] = value
    else:
        held.pop(key, None)
