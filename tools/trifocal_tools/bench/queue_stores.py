"""One queue, kept in three ways: our journal, TinyDB's JSONStorage, sqlite3 with WAL and a sync for each commit."""

import sqlite3
from collections import deque
from pathlib import Path
from typing import Any, Protocol

from tinydb import TinyDB

from trifocal_gateway.io.journal import JournalDB
from trifocal_gateway.queue_entry import Entry, QueuedPhoto

COLUMNS = ("request_id", "sha256", "size", "media_type", "press_id", "timestamp", "state", "attempts", "reason")


def row(number: int) -> dict[str, Any]:
    """A row of the upload queue as the gateway writes it, some 250 bytes of JSON."""
    photo = QueuedPhoto(
        f"local_0123abcd_{number}", f"{number:064x}", 123_456, "photo", f"0123abcd-{number}", 1_780_000_000_000
    )
    return Entry(number, photo).row()


OURS, STOCK, SQLITE = "our journal", "TinyDB JSONStorage", "sqlite3 WAL FULL"


class Store(Protocol):
    """A queue on disk: each call is durable when it returns."""

    def insert(self, row: dict[str, Any]) -> None:
        """Add one at the end."""

    def update(self) -> None:
        """Change the oldest one."""

    def remove(self) -> None:
        """Take the oldest one out."""

    def close(self) -> None:
        """Give the files back."""


class TinyStore:
    """A queue in TinyDB, ours or stock: the same code."""

    def __init__(self, database: TinyDB) -> None:
        self.database = database
        self._ids = deque(sorted(document.doc_id for document in database))

    def insert(self, row: dict[str, Any]) -> None:
        self._ids.append(self.database.insert(row))

    def update(self) -> None:
        self.database.update({"state": "uploading", "attempts": self._ids[0]}, doc_ids=[self._ids[0]])

    def remove(self) -> None:
        self.database.remove(doc_ids=[self._ids.popleft()])

    def close(self) -> None:
        self.database.close()


class SqliteStore:
    """A queue in sqlite3, one column for each field."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute(f"CREATE TABLE IF NOT EXISTS queue (id INTEGER PRIMARY KEY, {', '.join(COLUMNS)})")
        self._insert = f"INSERT INTO queue ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608 - our own names
        self._ids = deque(found for (found,) in self._db.execute("SELECT id FROM queue ORDER BY id"))

    def fill(self, rows: list[dict[str, Any]]) -> None:
        """Put all of them in, in one transaction."""
        with self._db:
            self._db.executemany(self._insert, [tuple(row.values()) for row in rows])

    def insert(self, row: dict[str, Any]) -> None:
        with self._db:
            self._ids.append(self._db.execute(self._insert, tuple(row.values())).lastrowid or 0)

    def update(self) -> None:
        with self._db:
            values = ("uploading", self._ids[0], self._ids[0])
            self._db.execute("UPDATE queue SET state = ?, attempts = ? WHERE id = ?", values)

    def remove(self) -> None:
        with self._db:
            self._db.execute("DELETE FROM queue WHERE id = ?", (self._ids.popleft(),))

    def close(self) -> None:
        self._db.close()


class Kept:
    """All three with so many rows in them, side by side in `folder`."""

    def __init__(self, folder: Path, count: int) -> None:
        self._paths = {name: folder / f"{number}-{count}" for number, name in enumerate((OURS, SQLITE, STOCK))}
        rows = [row(number) for number in range(count)]
        for name in (OURS, STOCK):
            with self._tiny(name) as database:
                database.insert_multiple(rows)
        sqlite = SqliteStore(self._paths[SQLITE])
        sqlite.fill(rows)
        sqlite.close()
        self.stores: dict[str, Store] = {}

    def open(self) -> None:
        """Open them anew, as when a gateway starts."""
        self.close()
        self.stores[OURS] = TinyStore(self._tiny(OURS))
        self.stores[SQLITE] = SqliteStore(self._paths[SQLITE])
        self.stores[STOCK] = TinyStore(self._tiny(STOCK))

    def close(self) -> None:
        """Give the files back."""
        for store in self.stores.values():
            store.close()
        self.stores = {}

    def _tiny(self, name: str) -> TinyDB:
        return JournalDB(self._paths[name]) if name == OURS else TinyDB(self._paths[name])
