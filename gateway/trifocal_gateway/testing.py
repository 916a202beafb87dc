"""What the gateway's tests share: a disk that forgets, tears and fails, and scripted glasses, clouds and files."""

import hashlib
import os
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from tinydb import TinyDB

from trifocal_gateway.incoming import Send
from trifocal_gateway.io.disk import Disk
from trifocal_gateway.io.journal import JournalDB, JournalStorage
from trifocal_gateway.receiver import PACK, Receiver
from trifocal_gateway.relay import Event, Relay, ToCloud, ToGlasses
from trifocal_shared.cloud_messages import ButtonPressAnswer, ConnectionAck, GlassesConnectionState, PhotoRequest
from trifocal_shared.frame import PHOTO, FilePacket
from trifocal_shared.message import Message
from trifocal_shared.messages import ButtonPress, FileAnnounce, FileHave, GlassesReady, PhotoStatus, TransferComplete

if TYPE_CHECKING:
    from collections.abc import Callable

SECTOR = 512

EPOCH = 1_800_000_000_000
ACK = ConnectionAck(session_id="s", user_session={})
CONNECTED = GlassesConnectionState(status="CONNECTED", link="glasses_ready")
PRESS = ButtonPress(press_id="p-1", button_id="photo", press_type="short")
TAKE = ButtonPressAnswer(success=True, action="take_photo", request_id="r-1")

NAME = "P000000001.jpg"
DATA = bytes(range(256)) * 20
SIZE = len(DATA)  # 12 packs and 320 bytes


class PowerCut(BaseException):
    """The lights went out, which no code can handle; only `MemoryDisk.restore` comes after."""


class _File:
    def __init__(self) -> None:
        self.now = bytearray()
        self.durable = bytearray()
        self.dirty: set[int] = set()

    def write(self, data: bytes, offset: int) -> None:
        if offset > len(self.now):
            self.now += bytes(offset - len(self.now))
        self.now[offset : offset + len(data)] = data
        self.dirty.update(range(offset // SECTOR, (offset + len(data) + SECTOR - 1) // SECTOR))

    def sync(self) -> None:
        self.durable = bytearray(self.now)
        self.dirty.clear()

    def tear(self, chance: Random) -> None:
        """What a power cut leaves: any of the unsynced sectors, with or without the new size."""
        kept = bytearray(self.durable)
        if len(self.now) != len(kept) and chance.random() < 0.5:
            kept = kept[: len(self.now)] + bytes(max(0, len(self.now) - len(kept)))
        for sector in sorted(self.dirty):
            span = slice(sector * SECTOR, min((sector + 1) * SECTOR, len(kept)))
            if span.start < len(kept) and chance.random() < 0.5:
                piece = self.now[span]
                kept[span.start : span.start + len(piece)] = piece
        self.now, self.durable, self.dirty = kept, bytearray(kept), set()


class MemoryDisk(Disk):
    """Files in memory. Each operation is a step; `cut_at` is the step at which the power goes.

    `fault(operation, path)` may return an errno, with which the operation then fails.
    """

    def __init__(self, cut_at: int | None = None) -> None:
        self.cut_at = cut_at
        self.steps = 0
        self.free = 10**9
        self.fault: Callable[[str, Path], int | None] = lambda operation, path: None
        self._names: dict[Path, _File] = {}
        self._durable_names: dict[Path, _File] = {}
        self._unsynced_names: list[dict[Path, _File]] = []
        self._open: dict[int, tuple[Path, _File]] = {}
        self._next = 100

    def restore(self, chance: Random) -> None:
        """The power is back: unsynced sectors may be there or not, names changed since the last sync up to any one."""
        kept = chance.randrange(len(self._unsynced_names) + 1)
        self._names = dict(self._unsynced_names[kept - 1] if kept else self._durable_names)
        self._durable_names = dict(self._names)
        for file in set(self._names.values()):
            file.tear(chance)
        self._unsynced_names, self._open, self.cut_at = [], {}, None

    def open(self, path: Path, fresh: bool = False) -> int:
        self._step("open", path)
        if path not in self._names:
            self._names[path] = _File()
            self._unsynced_names.append(dict(self._names))
        if fresh:
            self._names[path].now.clear()
        self._next += 1
        self._open[self._next] = (path, self._names[path])
        return self._next

    def close(self, descriptor: int) -> None:
        self._open.pop(descriptor, None)

    def read(self, path: Path) -> bytes:
        self._step("read", path)
        return bytes(self._names[path].now) if path in self._names else b""

    def write(self, descriptor: int, data: bytes, offset: int) -> None:
        path, file = self._open[descriptor]
        try:
            self._step("write", path)
        except PowerCut:
            file.write(data, offset)  # it was under way
            raise
        file.write(data, offset)

    def sync(self, descriptor: int) -> None:
        path, file = self._open[descriptor]
        self._step("sync", path)
        file.sync()

    def write_durably(self, descriptor: int, data: bytes, offset: int) -> None:
        self.write(descriptor, data, offset)
        self.sync(descriptor)

    def rename(self, old: Path, new: Path) -> None:
        self._step("rename", old)
        self._names[new] = file = self._names.pop(old)
        self._open |= {number: (new, file) for number, (path, _) in self._open.items() if path == old}
        self._unsynced_names.append(dict(self._names))

    def remove(self, path: Path) -> None:
        self._step("remove", path)
        if self._names.pop(path, None) is not None:
            self._unsynced_names.append(dict(self._names))

    def sync_folder(self, folder: Path) -> None:
        self._step("sync_folder", folder)
        self._durable_names, self._unsynced_names = dict(self._names), []

    def names(self, folder: Path) -> list[str]:
        self._step("names", folder)
        return sorted(path.name for path in self._names if path.parent == folder)

    def size(self, path: Path) -> int:
        return len(self._names[path].now) if path in self._names else 0

    def digest(self, path: Path) -> tuple[int, str]:
        data = self.read(path)
        return len(data), hashlib.sha256(data).hexdigest()

    def age_order(self, path: Path) -> float:
        return list(self._names).index(path)

    def free_bytes(self, folder: Path) -> int:
        return self.free

    def _step(self, operation: str, path: Path) -> None:
        self.steps += 1
        if self.cut_at is not None and self.steps >= self.cut_at:
            raise PowerCut
        if (code := self.fault(operation, path)) is not None:
            raise OSError(code, os.strerror(code), str(path))


# Journals


def opened(folder: Path, disk: MemoryDisk | None = None, **options: Any) -> JournalDB:
    """The journal of a folder."""
    return JournalDB(folder / "queue.json", disk, **options)


def storage(db: JournalDB) -> JournalStorage:
    """The storage under a journal."""
    found = db.storage
    assert isinstance(found, JournalStorage)
    return found


def content(db: TinyDB) -> dict[int, dict[str, Any]]:
    """All documents of the default table, by their id."""
    return {document.doc_id: dict(document) for document in db}


# Glasses and clouds on either side of a relay


def request(request_id: str = "r-1", timestamp: int = EPOCH) -> PhotoRequest:
    """The cloud asks for a photo."""
    return PhotoRequest(request_id=request_id, app_id="app", timestamp=timestamp)


def status(word: str, request_id: str = "r-1", source: str = "glasses") -> PhotoStatus:
    """How far a photo is."""
    return PhotoStatus(request_id=request_id, status=word, source=source)


def relay(cloud: bool = True, glasses: bool = True, token: str = "secret") -> Relay:  # noqa: S107 - of a test
    """A relay whose cloud and glasses are there, unless told otherwise, and whose first events are over."""
    made = Relay(token)
    made.epoch_known(EPOCH, 0)
    if cloud:
        made.cloud_said(ACK, 0)
    if glasses:
        made.link_opened(0)
        made.glasses_said(GlassesReady(sid="aaaa", protocol=2), 0)
    made.events()
    return made


def up(events: list[Event]) -> list[Message]:
    """What goes to the cloud."""
    return [event.message for event in events if isinstance(event, ToCloud)]


def down(events: list[Event]) -> list[Message]:
    """What goes to the glasses; words to their controller are left out."""
    messages = [event.message for event in events if isinstance(event, ToGlasses)]
    return [message for message in messages if isinstance(message, Message)]


def failed(events: list[Event]) -> list[tuple[str, str]]:
    """Request id and reason of each failure that the cloud is told."""
    return [
        (message.request_id, message.error_code)
        for message in up(events)
        if isinstance(message, PhotoStatus) and message.status == "failed"
    ]


# Files on their way to a receiver


def announce(name: str = NAME, size: int = SIZE, request_id: str = "r-1", sha256: str = "0a" * 32) -> FileAnnounce:
    """The glasses announce a file."""
    return FileAnnounce(file_name=name, request_id=request_id, size=size, sha256=sha256)


def pack(index: int, name: str = NAME, data: bytes | None = None) -> FilePacket:
    """A piece of `DATA`, or other data in its place, as a packet."""
    piece = DATA[index * PACK : index * PACK + PACK] if data is None else data
    return FilePacket(PHOTO, index, SIZE, name, 0, piece)


def have(offset: int, name: str = NAME, window: int = 0) -> Send:
    """The answer that the bytes before `offset` are here."""
    return Send(FileHave(file_name=name, offset=offset, window=window))


def complete(success: bool, name: str = NAME) -> Send:
    """The answer that a file is stored, or is not."""
    return Send(TransferComplete(file_name=name, success=success))


def receiving(have_bytes: int = 0) -> Receiver:
    """A receiver to which `NAME` is announced and begun, its first events over."""
    receiver = Receiver()
    receiver.announced(announce(), 0)
    receiver.begin(NAME, have_bytes, 0)
    receiver.events()
    return receiver
