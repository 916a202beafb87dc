"""A TinyDB storage that loses nothing and costs the same at ten entries and at ten thousand.

The state lives in memory. A transaction is one line in a log, synced before it is acknowledged (`journal_log`); now
and then the whole state is written as a snapshot that stock TinyDB opens (`snapshot`), and the log begins anew. On
start the log is replayed over the snapshot; that gives the same state however often it is done, because a line says
what documents *are*, not what to do to them.

Promises
- When an operation returns, or `durably` does, its changes survive `kill -9` and power loss.
- When it raises StorageError, memory is what it was before; a later try may succeed.
- A torn last line was never acknowledged and is wiped. Anything else unreadable is copied aside and named in
  `recovery`, and every readable line around it is kept.
- One process: a second one gets StorageLocked.

Group commit: changes made within `durably` by many tasks share one line and one sync. They can be seen at once, and
are all taken back together should the disk refuse them. One thread (the event loop's) makes changes; the disk is
written in a thread of its own.
"""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any, TypeVar

from tinydb import TinyDB
from tinydb.storages import Storage

from trifocal_gateway.errors import StorageError, storage_error
from trifocal_gateway.io.disk import Disk
from trifocal_gateway.io.file_lock import FileLock
from trifocal_gateway.io.journal_group import Group
from trifocal_gateway.io.journal_log import Log, Scan
from trifocal_gateway.io.journal_state import apply_changes, difference, encode_json, normalised, recover
from trifocal_gateway.io.journal_table import Change, JournalTable
from trifocal_gateway.io.snapshot import Documents, Tables, write_snapshot

T = TypeVar("T")

COMPACT_BYTES = 1024 * 1024
"""A log shorter than this is not worth a snapshot, nor is one shorter than twice the snapshot."""


class JournalStorage(Storage):
    """The state of one database; see the head of this file. `path` is the snapshot, `path` + `.log` the log."""

    def __init__(self, path: str | Path, disk: Disk | None = None, compact_bytes: int = COMPACT_BYTES) -> None:
        """Open or create, replay and repair; `recovery` says what was found. Raises StorageLocked, StorageError."""
        self._path = Path(path)
        self._disk = disk or Disk()
        self._compact_bytes = compact_bytes
        self._writing = RLock()
        self._thread: ThreadPoolExecutor | None = None
        self._writer: asyncio.Task[None] | None = None
        self._open = Group()
        self._flying: Group | None = None
        self._deferring = False
        self._closed = False
        self.rollbacks = 0
        self.compaction_failures = 0
        self._lock = FileLock(self._path.with_name(self._path.name + ".lock"))
        try:
            self._start()
        except BaseException:
            self._lock.release()
            raise

    def _start(self) -> None:
        path = self._path.with_name(self._path.name + ".log")
        try:
            scan = Scan(self._disk.read(path))
        except OSError as error:
            raise storage_error(error, "reading the journal") from error
        self._tables, self._snapshot_bytes, self.recovery = recover(self._path, path, scan, self._disk)
        self._log = Log(path, scan, self._disk)
        self._compact_at = self._limit()
        if not scan.data:
            self.compact()
        elif self.recovery.quarantined:
            self._try_compact(self._durable_tables(), self._log.end)

    def read(self) -> Tables | None:
        """All tables; None when there is none. The documents are the live ones and must not be changed."""
        return dict(self._tables) or None

    def table(self, name: str) -> Documents:
        """The live documents of one table by id; they must not be changed."""
        return self._tables.get(name, {})

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        """Make `data` the whole state, writing only what differs from what there is."""
        self.apply(difference(self._tables, data))

    def apply(self, changes: list[Change]) -> None:
        """Make these changes, all or none. Durable on return, except within `transaction` and `durably`.

        Raises StorageError; TypeError and ValueError for what JSON cannot say.
        """
        if self._closed:
            raise StorageError("the journal is closed")
        if not changes:
            return
        text = encode_json(changes)
        # Memory takes what a replay would read, so that no restart changes anything and nothing is shared.
        changes = normalised(changes, text)
        if not self._deferring and self._flying is None and not self._open.texts and not self._log.broken:
            with self._writing:
                self._log.append(text.encode())
                apply_changes(self._tables, changes)
                if self._log.end >= self._compact_at:
                    self._try_compact(self._durable_tables(), self._log.end)
            return
        self._open.undo.append(apply_changes(self._tables, changes))
        self._open.texts.append(text[1:-1])
        if not self._deferring:
            self.flush()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All changes made within are one transaction: durable at the end, or none of them when something raises.

        Do not await within; for that there is `durably`.
        """
        outer, self._deferring = self._deferring, True
        group, mark = self._open, len(self._open.undo)
        try:
            yield
        except BaseException:
            self._take_back(group, mark)
            raise
        finally:
            self._deferring = outer
        if not outer:
            self.flush()

    async def durably(self, change: Callable[[], T]) -> T:
        """Call `change`, whose changes are one transaction; return its result when they are durable.

        Raises StorageError after they were taken back. Cancelling stops the wait, not the transaction.
        """
        outer, self._deferring = self._deferring, True
        group, mark = self._open, len(self._open.undo)
        try:
            result = change()
        except BaseException:
            self._take_back(group, mark)
            raise
        finally:
            self._deferring = outer
        # Even without a change of its own: what `change` saw may not be durable yet.
        unsettled = group if group.texts else self._flying
        if unsettled is not None:
            if self._writer is None or self._writer.done():
                self._writer = asyncio.get_running_loop().create_task(self._write_groups())
            await unsettled.waiter()
        return result

    def flush(self) -> None:
        """Make everything changed so far durable now. Raises StorageError when some of it could not be."""
        with self._writing:
            if self._flying is not None:
                self._finish(self._flying)
            if (group := self._take_open()) is not None:
                self._finish(group)
            if self._log.end >= self._compact_at:
                self._try_compact(self._durable_tables(), self._log.end)

    def compact(self) -> None:
        """Write a snapshot and begin the log anew. Raises StorageError; nothing is lost then."""
        with self._writing:
            self._replace(self._durable_tables(), self._log.end)

    def close(self) -> None:
        """Make everything durable and give the files back. Raises StorageError when the last changes were lost."""
        if self._closed:
            return
        self._closed = True
        try:
            self.flush()
            if self._log.broken:  # a line that was refused may lie in it
                self._try_compact(self._durable_tables(), self._log.end)
        finally:
            if self._thread is not None:
                self._thread.shutdown()
            self._log.close()
            self._lock.release()

    # Groups: open while changes join it, flying while its line is written, settled when everybody knows.

    def _take_open(self) -> Group | None:
        group = self._open
        if not group.texts:
            return None
        self._open = Group()
        return group

    def _finish(self, group: Group) -> None:
        self._write(group, self._durable_tables(group) if self._log.broken else None)
        self._settle(group)
        if group.error is not None:
            raise group.error

    def _write(self, group: Group, repair: Tables | None) -> None:
        """Write the line of a group, once; what the disk says goes into `group.error`. Runs in any thread."""
        with self._writing:
            if group.written:
                return
            group.written = True
            try:
                if repair is not None:
                    self._replace(repair, self._log.end)
                self._log.append(group.line())
            except StorageError as error:
                group.error = error

    def _settle(self, group: Group) -> None:
        if group.settled:
            return
        if group is self._flying:
            self._flying = None
        if group.error is not None:
            # What was changed since stands on what is taken back now, so it goes first.
            later, self._open = self._open, Group()
            later.error = group.error
            self._take_back(later, 0)
            self._take_back(group, 0)
            later.tell()
        group.tell()

    def _take_back(self, group: Group, mark: int) -> None:
        for undo in reversed(group.undo[mark:]):
            apply_changes(self._tables, undo)
        del group.undo[mark:], group.texts[mark:]
        self.rollbacks += 1

    async def _write_groups(self) -> None:
        loop = asyncio.get_running_loop()
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "journal")
        await asyncio.sleep(0)  # everybody who is ready now gets aboard
        while (group := self._flying or self._take_open()) is not None:
            self._flying = group
            repair = self._durable_tables(group) if self._log.broken else None
            await loop.run_in_executor(self._thread, self._write, group, repair)
            self._settle(group)
            if self._log.end >= self._compact_at:
                tables, end = self._durable_tables(), self._log.end
                await loop.run_in_executor(self._thread, self._try_compact, tables, end)

    # Compaction

    def _limit(self) -> int:
        return max(self._compact_bytes, 2 * self._snapshot_bytes)

    def _durable_tables(self, *unwritten: Group) -> Tables:
        """A copy of the state without what is not durable yet. The documents in it are shared: nobody changes those."""
        tables = {name: dict(documents) for name, documents in self._tables.items()}
        for group in (self._open, *unwritten):
            for undo in reversed(group.undo):
                apply_changes(tables, undo)
        return tables

    def _replace(self, tables: Tables, end: int) -> None:
        with self._writing:
            if self._log.end != end:
                return  # something was written since `tables` were copied; the next attempt takes it along
            self._snapshot_bytes = write_snapshot(self._path, tables, self._disk)
            self._log.start_anew()
            self._compact_at = self._limit()

    def _try_compact(self, tables: Tables, end: int) -> None:
        try:
            self._replace(tables, end)
        except StorageError:
            # What was to be compacted is durable all the same; a later attempt will find more room.
            self.compaction_failures += 1
            self._compact_at = self._log.end + self._compact_bytes


class JournalDB(TinyDB):
    """TinyDB on a journal: `JournalDB(path)`."""

    table_class = JournalTable
    default_storage_class = JournalStorage  # type: ignore[assignment] # TinyDB's annotation knows only its own
