"""Real glasses and a real gateway, minus hardware, disks and sockets, over the model of the air in virtual time.

Both ends are the machines that run everywhere; flash and spool are in memory and outlive a restart of their end. A cut
loses what is under way; the link comes back by itself as soon as the gateway tries again. So a transfer can be cut at
each of its pieces within seconds, and every run is the same.
"""

import hashlib
from collections.abc import Callable
from random import Random

from trifocal_firmware.glasses import Glasses
from trifocal_firmware.memory_flash import MemoryFlash
from trifocal_firmware.note import Photo
from trifocal_firmware.owner import Owner
from trifocal_firmware.packer import Packer
from trifocal_firmware.settings import Settings
from trifocal_firmware.store import PhotoStore
from trifocal_gateway import courier, gateway, incoming, upload_queue
from trifocal_gateway.gateway import Gateway
from trifocal_gateway.queue_entry import QueuedPhoto
from trifocal_gateway.upload_queue import UploadQueue
from trifocal_shared import reasons
from trifocal_shared.messages import PROTOCOL_VERSION, FileAnnounce
from trifocal_shared.testing import VirtualClock
from trifocal_tools.bench.notifications import Notifications
from trifocal_tools.radio.air import Air


def make_air(interval_ms: int = 15, loss_percent: int = 0, seed: int = 1) -> Air:
    """Air at 2M, the same in every run of this seed."""
    return Air(Random(seed).random, interval_us=interval_ms * 1_000, loss=loss_percent / 100)  # noqa: S311


class Ends:
    """One pair of glasses, one gateway, the air between them. `protocol` 1 makes the gateway an older one."""

    def __init__(self, air: Air, protocol: int = PROTOCOL_VERSION, flash: MemoryFlash | None = None) -> None:
        self.air = air
        self.clock = VirtualClock(epoch_ms=1_780_000_000_000)
        self.flash = flash or MemoryFlash()
        self.parts: dict[str, bytearray] = {}
        self.stored: list[tuple[str, bytes]] = []
        """What became durable at the gateway, in order: request id and bytes."""
        self.pieces = 0
        """Pieces of photos that have come to the gateway."""
        self.sent = 0
        """Bytes of photos that the glasses have put on the air."""
        self.stored_at = self.first_piece_at = self.last_piece_at = 0
        self.on_piece: Callable[[], None] = lambda: None
        self._protocol = protocol
        self._boots = self._starts = 0
        self._linked = False
        self._rows: dict[str, tuple[int, dict[str, object]]] = {}
        self.boot_glasses()
        self.start_gateway()

    # The two ends, and what may happen to them

    def boot_glasses(self) -> None:
        """Fresh glasses on the same flash; their link is down."""
        self.cut()
        self._boots += 1
        self.boot_id = f"{self._boots:08x}"
        self.store = PhotoStore(self.flash, self.boot_id)
        self.packer = Packer(self.store, self._send_piece)
        self.glasses = Glasses(self.store, Owner(Settings(self.flash), b""), self.boot_id, "device", "model")

    def start_gateway(self) -> None:
        """A fresh gateway with the parts and rows of the one before."""
        self._linked = False
        queue = UploadQueue()
        self._starts += 1
        self.gateway = Gateway("", queue, self._protocol, first_id=self._starts << 20)
        self.gateway.courier.restore(list(self._rows.values()), [], self.clock.now())
        self.gateway.start(self.clock.now())
        self._new_link()

    def add_photo(self, request_id: str, jpeg: bytes) -> None:
        """A photo lies on the flash; said to nobody until the next link."""
        self.store.add(Photo(request_id, "", 0, 0, self.boot_id), jpeg)

    def cut(self) -> None:
        """The link breaks, and both ends see it at once."""
        was_up, self._linked = self._linked, False
        self.air.cut()
        if was_up:
            self.packer.stop()
            self.glasses.link_closed(self.clock.now())
            self.gateway.glasses_lost(0.5, self.clock.now())

    def run(self, done: Callable[[], bool], limit_ms: int = 600_000) -> bool:
        """Let time jump from deadline to deadline until it is done; False: it never was."""
        end = self.clock.now() + limit_ms
        self._pump()
        while not done():
            deadlines = [at for machine in (self.glasses, self.gateway) if (at := machine.deadline()) is not None]
            arrives_us = self.air.deadline()
            if arrives_us is not None:
                deadlines.append(-(-arrives_us // 1_000))
            if not deadlines or min(deadlines) > end:
                return False
            now = self.clock.advance(max(0, min(deadlines) - self.clock.now()))
            self.air.timeout(now * 1_000)
            self.glasses.timeout(now)
            self.gateway.timeout(now)
            self._pump()
        return True

    # What each wants done

    def _new_link(self) -> None:
        self._up, self._down = Notifications(little_endian=False), Notifications(little_endian=True)

    def _pump(self) -> None:
        busy = True
        while busy:
            busy = False
            for arrived in self.air.events():
                busy = True
                self._arrive(arrived.to_central, arrived.item)
            for command in self.glasses.events():
                busy = True
                self._glasses_want(command)
            for event in self.gateway.events():
                busy = True
                self._gateway_wants(event)

    def _arrive(self, to_central: bool, item: object) -> None:
        assert isinstance(item, bytes)
        if not self._linked:
            return
        if not to_central:
            self.glasses.link_received(item, self.clock.now())
            return
        self.gateway.glasses_received(item, self.clock.now())
        if item[2:3] in (b"P", b"1"):
            self.pieces += 1
            self.last_piece_at = self.clock.now()
            self.first_piece_at = self.first_piece_at or self.last_piece_at
            self._pump()
            self.on_piece()

    def _send(self, to_central: bool, data: bytes) -> None:
        for size, item in (self._up if to_central else self._down).receive(data):
            self.air.notify(to_central, size, item, self.clock.now() * 1_000)

    def _send_piece(self, frame: memoryview) -> bool:
        if self._linked:
            self.sent += len(frame) - (17 if frame[2] == ord("P") else 32)
            self._send(True, bytes(frame))
        return True

    def _glasses_want(self, command: tuple[object, ...]) -> None:
        if command[0] == "send" and self._linked:
            assert isinstance(command[1], bytes)
            self._send(True, command[1])
        elif command[0] == "packs":
            self.packer.aim(*command[1:])  # type: ignore[arg-type]
            if number := self.packer.pump():  # a late question about a photo that has just been delivered
                self.glasses.unreadable(number, self.clock.now())

    def _gateway_wants(self, event: gateway.Event) -> None:
        now, photos = self.clock.now(), self.gateway.courier
        if isinstance(event, gateway.ConnectGlasses):
            self._linked = True
            self._new_link()
            self.glasses.link_opened(now)
            self.gateway.glasses_connected(0, now)
        elif isinstance(event, gateway.WriteGlasses) and self._linked:
            self._send(False, event.data)
            self.gateway.outgoing.wrote(now)
        elif isinstance(event, courier.OpenPart):
            part = self.parts.setdefault(event.announce.request_id, bytearray())
            photos.part_opened(event.announce.file_name, len(part), now)
        elif isinstance(event, incoming.WritePart):
            self._write(event)
        elif isinstance(event, courier.StorePhoto):
            self._store(event.announce)
        elif isinstance(event, upload_queue.Save) and event.is_new:
            self._rows[event.request_id] = (event.sequence, event.row)
            photos.row_saved(event.request_id, True, now)
        self.gateway.carry(now)

    def _write(self, event: incoming.WritePart) -> None:
        announce = self.gateway.courier.receiver.announce
        assert announce is not None
        part = self.parts[announce.request_id]
        assert event.offset == len(part)
        part += event.data

    def _store(self, announce: FileAnnounce) -> None:
        now, data = self.clock.now(), bytes(self.parts.pop(announce.request_id))
        digest = hashlib.sha256(data).hexdigest()
        if digest != announce.sha256:
            self.gateway.courier.part_failed(announce.file_name, reasons.CORRUPT, now)
            return
        self.stored.append((announce.request_id, data))
        self.stored_at = now
        photo = QueuedPhoto(announce.request_id, digest, len(data))
        self.gateway.courier.photo_stored(announce.file_name, photo, now)
