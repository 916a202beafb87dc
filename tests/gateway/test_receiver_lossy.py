"""A whole file over bad links, from a sender as simple as the protocol allows."""

import hashlib

import pytest

from trifocal_gateway.incoming import CheckQueued, DropPart, Send, Store, WritePart
from trifocal_gateway.receiver import PACK, Receiver
from trifocal_shared import reasons
from trifocal_shared.frame import PHOTO, FilePacket
from trifocal_shared.messages import FileAnnounce, FileHave, TransferComplete
from trifocal_shared.testing import LossyLink, VirtualClock, run_until

NAME = "P000000001.jpg"
DATA = bytes((i * i + i // 251) % 256 for i in range(30_123))
ANNOUNCE = FileAnnounce(file_name=NAME, request_id="r-1", size=len(DATA), sha256=hashlib.sha256(DATA).hexdigest())


class Sender:
    """Announces every second; sends sixteen packs from wherever it is asked to."""

    def __init__(self, out: LossyLink) -> None:
        self.completed: list[bool] = []
        self._out = out
        self._sent = 0
        self._announce_at: int | None = 0

    def deadline(self) -> int | None:
        return self._announce_at

    def timeout(self, now: int) -> None:
        if self._announce_at is not None and now >= self._announce_at:
            self._out.send(ANNOUNCE, now)
            self._announce_at = now + 1_000

    def linked(self, now: int) -> None:
        self._announce_at = now

    def heard(self, message: object, now: int) -> None:
        if isinstance(message, TransferComplete):
            self.completed.append(message.success)
            self._announce_at = None if message.success else now
        elif isinstance(message, FileHave) and self._announce_at is not None:
            for at in range(message.offset, min(message.offset + 16 * PACK, len(DATA)), PACK):
                self._out.send(FilePacket(PHOTO, at // PACK, len(DATA), NAME, 0, DATA[at : at + PACK]), now)
            self._announce_at = now + 3_000


class Gateway:
    """A receiver with a disk in memory."""

    def __init__(self, out: LossyLink) -> None:
        self.receiver = Receiver()
        self.part = bytearray()
        self.stored: list[bytes] = []
        self.rot = 0
        self._out = out

    def heard(self, message: object, now: int) -> None:
        if isinstance(message, FilePacket):
            self.receiver.packet(message, now)
        elif isinstance(message, FileAnnounce):
            self.receiver.announced(message, now)

    def drain(self, now: int) -> None:
        for event in self.receiver.events():
            if isinstance(event, CheckQueued):
                if self.stored:
                    self.receiver.already_queued(NAME, now)
                else:
                    self.receiver.begin(NAME, len(self.part), now)
            elif isinstance(event, WritePart):
                assert event.offset <= len(self.part)
                self.part[event.offset : event.offset + len(event.data)] = event.data
            elif isinstance(event, DropPart):
                self.part = bytearray()
            elif isinstance(event, Send):
                self._out.send(event.message, now)
            else:
                self.store(event, now)

    def store(self, event: object, now: int) -> None:
        assert isinstance(event, Store)
        if self.rot:
            self.rot -= 1
            self.receiver.store_failed(NAME, reasons.CORRUPT, now)
            return
        self.stored.append(bytes(self.part))
        self.receiver.stored(NAME, now)


class House:
    """Both ends and the two directions between them."""

    def __init__(self, loss: int, duplicate: int, jitter_ms: int, seed: int) -> None:
        self.clock = VirtualClock()
        self.up = LossyLink(20, loss, duplicate, jitter_ms, seed)
        self.down = LossyLink(20, loss, duplicate, jitter_ms, seed + 100)
        self.sender = Sender(self.up)
        self.gateway = Gateway(self.down)

    def pump(self) -> None:
        now = self.clock.now()
        for message in self.down.events():
            self.sender.heard(message, now)
        for message in self.up.events():
            self.gateway.heard(message, now)
        for _ in range(3):
            self.gateway.drain(now)

    def run(self, until_ms: int = 600_000) -> bool:
        machines = [self.sender, self.up, self.down, self.gateway.receiver]
        return run_until(machines, self.clock, self.pump, lambda: True in self.sender.completed, until_ms)

    def reconnect(self) -> None:
        self.up.cut()
        self.down.cut()
        self.gateway.receiver.link_lost(self.clock.now())
        self.up.restore()
        self.down.restore()
        self.sender.linked(self.clock.now())


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("loss", "duplicate", "jitter_ms"), [(0, 0, 0), (5, 0, 0), (0, 50, 0), (0, 0, 100), (20, 20, 50), (40, 0, 0)]
)
def test_the_file_arrives_once_and_whole(loss: int, duplicate: int, jitter_ms: int, seed: int) -> None:
    house = House(loss, duplicate, jitter_ms, seed)
    assert house.run()
    assert house.gateway.stored == [DATA]


def test_a_good_link_is_not_asked_twice() -> None:
    house = House(0, 0, 0, 1)
    assert house.run()
    assert house.up.sent < 1 + 3 * len(DATA) // PACK
    assert house.gateway.receiver.counts["early"] == 0


def test_a_link_that_breaks_every_second_makes_progress() -> None:
    house = House(10, 0, 0, 1)
    while not house.run(1_000):
        assert house.clock.now() < 120_000
        house.reconnect()
    assert house.gateway.stored == [DATA]


def test_rotten_bytes_are_fetched_anew() -> None:
    house = House(10, 0, 0, 1)
    house.gateway.rot = 2
    assert house.run()
    assert house.gateway.stored == [DATA]
    assert house.sender.completed.count(False) >= 1
