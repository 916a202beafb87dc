import json
import sqlite3
from pathlib import Path

import pytest
from tinydb import TinyDB

from trifocal_tools.bench.queue_stores import OURS, SQLITE, STOCK, Kept, SqliteStore, row


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    made = Kept(tmp_path, 3)
    made.open()
    return made


def held(kept: Kept, name: str, folder: Path) -> list[str]:
    """The request ids and states that lie on disk now."""
    kept.close()
    number = (OURS, SQLITE, STOCK).index(name)
    path = folder / f"{number}-3"
    if name == SQLITE:
        with sqlite3.connect(path) as database:
            found = database.execute("SELECT request_id, state FROM queue ORDER BY id").fetchall()
        database.close()
        return [" ".join(one) for one in found]
    if name == OURS:
        kept.open()
        kept.stores[OURS].database.storage.compact()  # type: ignore[attr-defined]
        kept.close()
    with TinyDB(path) as database:
        return [f"{one['request_id']} {one['state']}" for one in database]


@pytest.mark.parametrize("name", [OURS, SQLITE, STOCK])
def test_all_do_the_same(kept: Kept, tmp_path: Path, name: str) -> None:
    store = kept.stores[name]
    store.insert(row(7))
    store.remove()
    store.update()
    assert held(kept, name, tmp_path) == [
        "local_0123abcd_1 uploading",
        "local_0123abcd_2 queued",
        "local_0123abcd_7 queued",
    ]


def test_what_was_done_is_there_after_another_start(kept: Kept) -> None:
    for store in kept.stores.values():
        store.insert(row(7))
    kept.open()
    for store in kept.stores.values():
        for _ in range(4):
            store.remove()
        with pytest.raises(IndexError):
            store.remove()
    kept.close()


def test_sqlite_is_as_durable_as_it_can_be(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "q")
    assert store._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert store._db.execute("PRAGMA synchronous").fetchone() == (2,)
    store.close()


def test_a_row_is_one_of_the_gateways() -> None:
    assert 200 < len(json.dumps(row(1))) < 400
