"""Photos from glasses into spool and queue and on to a cloud, while the power goes at random: none lost, none twice.

The disk forgets or tears what was not synced. The glasses keep a photo until they are told that it is safe. The
cloud keeps of an upload what was durable when it went down, and says how much that is; what it has whole it has once,
and its word of that may be lost. In virtual time.
"""

import hashlib
from pathlib import Path
from random import Random

import pytest
from tinydb.table import Document

from trifocal_gateway import courier, incoming, upload_queue
from trifocal_gateway.courier import Courier
from trifocal_gateway.errors import StorageError
from trifocal_gateway.io.journal import JournalDB
from trifocal_gateway.io.spool import Spool
from trifocal_gateway.queue_entry import SERVER_FAILED, UNAVAILABLE, UPLOADED, Outcome, QueuedPhoto
from trifocal_gateway.receiver import PACK
from trifocal_gateway.resumption import ASK, FETCH, SEND, Resumption
from trifocal_gateway.testing import MemoryDisk, PowerCut, announce, storage
from trifocal_gateway.upload_queue import UploadQueue
from trifocal_shared.frame import PHOTO, FilePacket
from trifocal_shared.messages import FileHave, TransferComplete

SPOOL = Path("spool")
MOST_CUTS = 4
MOST_TURNS = 500
FLUSH = 1_000
"""Bytes of an upload that become durable at once in this cloud."""


class Cloud:
    """Goes down whenever chance wants it, and keeps what was durable."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.parts: dict[str, bytes] = {}
        self.gallery: list[tuple[str, bytes]] = []

    def upload(self, photo: QueuedPhoto, data: bytes, calm: bool) -> Outcome:
        """One attempt, by the gateway's own rules of how to go on."""
        state = Resumption(photo.size)
        while state.step in (ASK, SEND):
            if not calm and self.chance.random() < 0.15:
                return Outcome(UNAVAILABLE)
            have = self.parts.get(photo.request_id, b"")
            if photo.request_id in dict(self.gallery):
                state.found(photo.size)
            elif state.step == ASK:
                state.found(len(have))
            else:
                assert state.offset == len(have)
                room = photo.size if calm or self.chance.random() < 0.5 else self.chance.randrange(photo.size)
                whole = data[: len(have) + room]
                if len(whole) < photo.size:
                    self.parts[photo.request_id] = whole[: len(have) + (len(whole) - len(have)) // FLUSH * FLUSH]
                    state.broke()
                else:
                    assert hashlib.sha256(whole).hexdigest() == photo.sha256
                    self.gallery.append((photo.request_id, whole))
                    state.found(photo.size)
        answered = state.step == FETCH and (calm or self.chance.random() < 0.8)
        return Outcome(UPLOADED if answered else SERVER_FAILED)


class World:
    """Glasses with three photos, a gateway that loses its power, and the cloud."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.chance = Random(seed)
        self.folder = folder
        self.disk = MemoryDisk()
        self.cloud = Cloud(self.chance)
        self.photos = {f"P{n:09d}.jpg": self.chance.randbytes(PACK * self.chance.randrange(1, 9) + n) for n in range(3)}
        self.taken = {f"local_{name}": data for name, data in self.photos.items()}
        self.calm = False
        self.now = 0
        self.db: JournalDB | None = None
        self.start()

    def start(self) -> None:
        self.spool = Spool(SPOOL, self.disk)
        self.db = JournalDB(self.folder / "queue.json", self.disk, compact_bytes=900)
        self.courier = Courier(UploadQueue())
        rows = [(row.doc_id, dict(row)) for row in self.db]
        orphans = self.spool.recover({str(row["request_id"]) for _, row in rows})
        self.courier.restore(rows, orphans, self.now)
        self.drain()

    def cut(self) -> None:
        if self.db is not None:
            storage(self.db)._lock.release()
        self.db = None
        self.disk.restore(self.chance)

    def live(self) -> None:
        """Until glasses and gateway have nothing left, or the power goes."""
        for _ in range(MOST_TURNS):
            if not (self.photos or self.courier.queue.entries()):
                return
            for name in list(self.photos)[:1]:
                data = self.photos[name]
                digest = hashlib.sha256(data).hexdigest()
                self.courier.announced(announce(name, len(data), f"local_{name}", digest), self.now)
                self.drain()
            deadline = self.courier.deadline()
            self.now = max(self.now + 1, deadline or 0)
            self.courier.timeout(self.now)
            self.drain()
        raise AssertionError("it never comes to an end")

    def drain(self) -> None:
        while events := self.courier.events():
            for event in events:
                self.do(event)

    def do(self, event: courier.Event) -> None:
        if isinstance(event, courier.Say):
            self.say(event.message)
        elif isinstance(event, courier.OpenPart):
            have = self.spool.part(event.announce)
            self.courier.part_opened(event.announce.file_name, have, self.now)
        elif isinstance(event, incoming.WritePart):
            self.spool.write(event.file_name, event.offset, event.data)
        elif isinstance(event, incoming.DropPart):
            self.spool.drop(event.file_name)
        elif isinstance(event, courier.StorePhoto):
            self.store(event)
        elif isinstance(event, courier.RemovePhoto):
            self.spool.remove(event.request_id)
        elif isinstance(event, upload_queue.Save):
            assert self.db is not None
            self.db.upsert(Document(event.row, event.sequence))
            if event.is_new:
                self.courier.row_saved(event.request_id, True, self.now)
        elif isinstance(event, upload_queue.Forget):
            assert self.db is not None
            self.db.remove(doc_ids=[event.sequence])
            self.spool.remove(event.photo.request_id)
        elif isinstance(event, upload_queue.Upload):
            name = event.photo.request_id
            outcome = self.cloud.upload(event.photo, self.disk.read(self.spool.path(name)), self.calm)
            self.courier.upload_ended(name, outcome, self.chance.random(), self.now)

    def store(self, event: courier.StorePhoto) -> None:
        name = event.announce.file_name
        try:
            photo = self.spool.finish(event.announce, event.taken_at)
        except StorageError:
            self.courier.part_failed(name, "corrupt", self.now)
        else:
            self.courier.photo_stored(name, photo, self.now)

    def say(self, message: object) -> None:
        if isinstance(message, TransferComplete) and message.success:
            self.photos.pop(message.file_name, None)
        elif isinstance(message, FileHave) and (data := self.photos.get(message.file_name)):
            for at in range(message.offset, len(data), PACK):
                packet = FilePacket(PHOTO, at // PACK, len(data), message.file_name, 0, data[at : at + PACK])
                self.courier.piece(packet, announced=True, now=self.now)


@pytest.mark.parametrize("first", range(0, 1_000, 100))
def test_no_cut_loses_or_doubles_a_photo(tmp_path: Path, first: int) -> None:
    cuts = 0
    for seed in range(first, first + 100):
        world = World(seed, tmp_path / str(seed))
        cuts += lived(world)
        assert len(world.cloud.gallery) == len(world.taken), seed
        assert dict(world.cloud.gallery) == world.taken, seed
        assert not [name for name in world.disk.names(SPOOL) if name.endswith((".whole", ".json"))], seed
    assert cuts >= 250


def lived(world: World) -> int:
    """Cut the power up to four times, then let everything come to its end; how many times it was."""
    cuts = 0
    while True:
        world.calm = cuts == MOST_CUTS
        world.disk.cut_at = None if world.calm else world.disk.steps + world.chance.randrange(1, 60)
        try:
            if cuts:
                world.start()
            world.live()
        except PowerCut:
            cuts += 1
            world.cut()
            continue
        world.disk.cut_at = None
        assert world.db is not None
        world.db.close()
        return cuts
