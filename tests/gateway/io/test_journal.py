import errno
import random
from contextlib import suppress
from pathlib import Path

import pytest
from tinydb import TinyDB, where

from trifocal_gateway.errors import StorageError, StorageFull, StorageLocked
from trifocal_gateway.testing import MemoryDisk, content, opened, storage


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
        disk.fault = lambda what, _: errno.ENOSPC if what == "write" else None
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
