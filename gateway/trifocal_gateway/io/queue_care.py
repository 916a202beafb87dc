"""The upload queue, to look after by hand: what waits, what is dead and why, and what is to become of it.

`looked_at` only reads, and may do so beside a gateway at work. `QueueCare` changes, and owns the files while it does.
"""

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from tinydb.table import Document

from trifocal_gateway.errors import storage_error
from trifocal_gateway.io.disk import Disk
from trifocal_gateway.io.journal import JournalDB
from trifocal_gateway.io.journal_log import Scan
from trifocal_gateway.io.journal_state import apply_changes, decode_changes
from trifocal_gateway.io.snapshot import parse_snapshot
from trifocal_gateway.io.spool import Spool, safe_name
from trifocal_gateway.queue_entry import DEAD, Entry, entries_of
from trifocal_shared import reasons

QUEUE, SPOOL = "queue.json", "spool"
ENDINGS = {"photo": ".jpg", "video": ".mp4"}


def looked_at(folder: Path) -> list[Entry]:
    """The entries in a gateway's folder as they are on the disk now, none if there is no queue. Raises StorageError."""
    path = folder / QUEUE
    disk = Disk()
    try:
        while True:
            before = _version(path)
            tables, _ = parse_snapshot(disk.read(path))
            scan = Scan(disk.read(path.with_name(QUEUE + ".log")))
            if _version(path) == before:  # else a gateway has just compacted its journal
                break
    except OSError as error:
        raise storage_error(error, "reading the queue") from error
    for body in scan.bodies:
        with suppress(ValueError):
            apply_changes(tables, decode_changes(body))
    rows = tables.get("_default", {})
    return entries_of((int(key), row) for key, row in rows.items() if key.isdecimal())


class QueueCare:
    """The queue in a gateway's folder, whose gateway does not run. Everything raises StorageError and is durable."""

    def __init__(self, folder: Path) -> None:
        """Raises StorageLocked when a gateway runs on it."""
        self._db = JournalDB(folder / QUEUE)
        self._spool = Spool(folder / SPOOL)

    def entries(self) -> list[Entry]:
        """All of them, in their order."""
        return entries_of((row.doc_id, dict(row)) for row in self._db)

    def chosen(self, request_ids: Iterable[str], dead: bool) -> list[Entry]:
        """The entries of these ids, and with `dead` all dead ones. Raises KeyError for an id that is not here."""
        there = {entry.photo.request_id: entry for entry in self.entries()}
        found = {request_id: there[request_id] for request_id in request_ids}
        if dead:
            found |= {name: entry for name, entry in there.items() if entry.state == DEAD}
        return list(found.values())

    def retry(self, entries: Iterable[Entry]) -> list[Entry]:
        """Queue these anew, as if they had never failed; those that were. What makes no sense stays as it is."""
        found = []
        for entry in entries:
            if entry.reason != reasons.MALFORMED or entry.photo.sha256:
                fresh = Entry(entry.sequence, entry.photo)
                self._db.upsert(Document(fresh.row(), entry.sequence))
                found.append(fresh)
        return found

    def drop(self, entries: Iterable[Entry]) -> None:
        """Forget these and remove their bytes, which nobody else may have."""
        for entry in entries:
            self._db.remove(doc_ids=[entry.sequence])
            self._spool.remove(entry.photo.request_id)

    def export(self, entries: Iterable[Entry], folder: Path) -> Iterator[Path]:
        """Copy the bytes of these into a folder; the copies, without those whose bytes are gone."""
        for entry in entries:
            whole = self._spool.path(entry.photo.request_id)
            copy = folder / (safe_name(entry.photo.request_id) + ENDINGS.get(entry.photo.media_type, ".bin"))
            try:
                folder.mkdir(parents=True, exist_ok=True)
                with suppress(FileNotFoundError), whole.open("rb") as source, copy.open("wb") as target:
                    shutil.copyfileobj(source, target)
                    target.flush()
                    os.fsync(target.fileno())
                    yield copy
            except OSError as error:
                raise storage_error(error, "copying a photo") from error

    def close(self) -> None:
        """Give the files back."""
        self._spool.close()
        self._db.close()


def _version(path: Path) -> tuple[int, int]:
    with suppress(FileNotFoundError):
        found = path.stat()
        return found.st_ino, found.st_mtime_ns
    return 0, 0
