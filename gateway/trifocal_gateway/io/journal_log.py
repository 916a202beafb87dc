"""The log of a journal: one line for each transaction, durable before it is acknowledged.

    crc32(8 hex) SPACE length(hex) SPACE body LF                      body: JSON without line feeds

The file is zeros ahead of the last line, so that an append changes no metadata and the end is known when it is read
again. Every append is synced before the next one begins; therefore only the last line can be torn, and whatever is
unreadable *before* a readable line was damaged later, by the medium.

Promises: `append` returns when the line is on the medium. Room is made ahead of the lines, so a full disk is noticed
before anything is written; after any other failure the log is `broken` and refuses to go on until `start_anew`.
"""

import re
from pathlib import Path
from zlib import crc32

from trifocal_gateway.errors import StorageError, storage_error
from trifocal_gateway.io.disk import Disk

ROOM_BYTES = 256 * 1024
"""Zeros that are laid out at once ahead of the lines."""

_HEAD = re.compile(rb"([0-9a-f]{8}) ([0-9a-f]{1,8}) ")


class Scan:
    """What lies in a log: whole bodies in order, where they end, what is torn off after, what is damaged between."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.bodies: list[bytes] = []
        self.damaged: list[tuple[int, int]] = []
        self.torn_bytes = 0
        end = len(data.rstrip(b"\0"))
        at = 0
        while at < end:
            found = _line_at(data, at)
            if found:
                self.bodies.append(found[0])
                at = found[1]
                continue
            following = _next_line(data, at + 1, end)
            # A torn line ends at the end: a line feed before that says that more than one line is unreadable.
            if following is not None or b"\n" in data[at : end - 1]:
                self.damaged.append((at, following or end))
            if following is None:
                self.torn_bytes = end - at
                break
            at = following
        self.end = at


def _line_at(data: bytes, at: int) -> tuple[bytes, int] | None:
    head = _HEAD.match(data, at)
    if head is None:
        return None
    end = head.end() + int(head[2], 16)
    body = data[head.end() : end]
    if data[end : end + 1] != b"\n" or crc32(body) != int(head[1], 16):
        return None
    return body, end + 1


def _next_line(data: bytes, at: int, end: int) -> int | None:
    for head in _HEAD.finditer(data, at, end):
        if _line_at(data, head.start()):
            return head.start()
    return None


class Log:
    """Appends lines to the file at `path`. `end` is where the next line goes."""

    def __init__(self, path: Path, scan: Scan, disk: Disk) -> None:
        """Open or create the file, in which `scan` was found; a torn last line is wiped. Raises StorageError."""
        self._path = path
        self._disk = disk
        self.broken = False
        self.end = scan.end
        self._room = len(scan.data)
        try:
            self._file = disk.open(path)
            if scan.torn_bytes:
                disk.write(self._file, bytes(scan.torn_bytes), self.end)
                disk.sync(self._file)
        except OSError as error:
            raise storage_error(error, "opening the journal") from error

    def append(self, body: bytes) -> None:
        """Add one line; it is on the medium when this returns. Raises StorageError, StorageFull: it is not there."""
        if self.broken:
            raise StorageError("the journal waits to be started anew after a failure of the disk")
        line = b"%08x %x %b\n" % (crc32(body), len(body), body)
        if self.end + len(line) > self._room:
            self._make_room(len(line))
        try:
            self._disk.write_durably(self._file, line, self.end)
        except OSError as error:
            # Whether the line lies there, nobody knows: asking the same file again would not tell (its pages count as
            # clean now), so a new one must take over.
            self.broken = True
            raise storage_error(error, "writing the journal") from error
        self.end += len(line)

    def start_anew(self) -> None:
        """Replace the log by an empty one, after a snapshot took over what it said. Raises StorageError."""
        aside = self._path.with_name(self._path.name + ".new")
        try:
            fresh = self._disk.open(aside, fresh=True)
            try:
                self._disk.write(fresh, bytes(ROOM_BYTES), 0)
                self._disk.sync(fresh)
                self._disk.rename(aside, self._path)
                # From here on the old file has no name: whatever fails next, lines belong into the fresh one.
                fresh, self._file = self._file, fresh
                self.end, self._room, self.broken = 0, ROOM_BYTES, True
                self._disk.sync_folder(self._path.parent)
                self.broken = False
            finally:
                self._disk.close(fresh)
        except OSError as error:
            raise storage_error(error, "starting the journal anew") from error

    def close(self) -> None:
        """Give the file back; everything in it is durable already."""
        self._disk.close(self._file)

    def _make_room(self, needed: int) -> None:
        room = self.end + max(needed, ROOM_BYTES)
        try:
            self._disk.write(self._file, bytes(room - self._room), self._room)
            self._disk.sync(self._file)
        except OSError as error:
            # Zeros beyond the end harm nobody; only the room is not to be relied upon.
            raise storage_error(error, "making room in the journal") from error
        self._room = room
