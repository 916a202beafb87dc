"""What must survive a restart, in TinyDB on a journal: the upload queue's rows, and last words kept for the cloud."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tinydb import where
from tinydb.table import Document

from trifocal_gateway.io.disk import Disk
from trifocal_gateway.io.journal import JournalDB, JournalStorage
from trifocal_gateway.io.journal_state import Recovery
from trifocal_shared.message import Message, ProtocolError, from_wire
from trifocal_shared.messages import PhotoStatus


class Database:
    """One file, one owner. What is awaited is durable when it returns; everything raises StorageError."""

    def __init__(self, path: Path, disk: Disk | None = None) -> None:
        """Raises StorageLocked when another gateway runs on it."""
        self._db = JournalDB(path, disk)
        storage = self._db.storage
        assert isinstance(storage, JournalStorage)
        self._storage = storage
        self._results = self._db.table("results")

    @property
    def recovery(self) -> Recovery:
        """What was found on start."""
        return self._storage.recovery

    def rows(self) -> list[tuple[int, Mapping[str, Any]]]:
        """The rows of the queue with their sequence numbers: the live ones, for there may be very many."""
        found = self._storage.table(self._db.default_table_name)
        return [(int(key), row) for key, row in found.items() if key.isdecimal()]

    async def save(self, sequence: int, row: dict[str, object]) -> None:
        """Write a row of the queue, new or changed."""
        await self._storage.durably(lambda: self._db.upsert(Document(row, sequence)))

    async def forget(self, sequence: int) -> None:
        """Remove a row of the queue; none there is fine."""
        await self._storage.durably(lambda: self._db.remove(doc_ids=[sequence]))

    def results(self) -> list[PhotoStatus]:
        """The last words that wait for the cloud, oldest first; unreadable ones are left out."""
        found = []
        for row in sorted(self._results, key=lambda row: row.doc_id):
            try:
                found.append(from_wire(PhotoStatus, row))
            except ProtocolError:
                continue
        return found

    async def keep_result(self, result: Message) -> None:
        """Write a last word; it takes the place of an earlier one about the same request."""
        wire = result.to_wire()

        def replace() -> None:
            self._results.remove(where("requestId") == wire["requestId"])
            self._results.insert(wire)

        await self._storage.durably(replace)

    async def forget_result(self, request_id: str) -> None:
        """Remove a last word; none there is fine."""
        await self._storage.durably(lambda: self._results.remove(where("requestId") == request_id))

    def close(self) -> None:
        """Give the file back."""
        self._db.close()
