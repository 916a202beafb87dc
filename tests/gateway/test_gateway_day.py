"""Half a day of the whole gateway in virtual time: bad link, absent cloud, failing disk, power cuts."""

import hashlib
from random import Random

import pytest

from trifocal_gateway import courier, gateway, incoming, reconnector, relay, upload_queue
from trifocal_gateway.courier import Courier
from trifocal_gateway.gateway import Gateway
from trifocal_gateway.queue_entry import Outcome, QueuedPhoto, summary
from trifocal_gateway.upload_queue import UploadQueue
from trifocal_shared import messages, reasons
from trifocal_shared.cloud_messages import ButtonPressAnswer, ConnectionAck
from trifocal_shared.message import Message
from trifocal_shared.testing import LossyLink
from trifocal_shared.wire import Wire

MINUTE_MS = 60_000
HALF_DAY_MS = 12 * 60 * MINUTE_MS
PACK, WINDOW = 400, 16 * 400


class Glasses:
    """A scripted pair: answers the handshake, presses, and sends its oldest photo until that is complete."""

    def __init__(self, chance: Random) -> None:
        self.wire = Wire(messages.TO_GLASSES, glasses_side=True)
        self.photos: dict[str, tuple[str, bytes]] = {}  # file name -> request id, bytes
        self.taken: dict[str, str] = {}
        self.answers: list[str] = []
        self.chance = chance
        self.out: list[bytes] = []
        self.sent = 0
        self.acked = -1
        self.speak_at = 0

    def shoot(self, request_id: str) -> None:
        data = self.chance.randbytes(self.chance.randrange(1, 9_000))
        self.photos[f"P{len(self.taken):09d}.jpg"] = (request_id, data)
        self.taken[request_id] = hashlib.sha256(data).hexdigest()

    def announce(self, now: int) -> None:
        self.speak_at = now + 3_000
        self.acked = -1
        for name, (request_id, data) in self.photos.items():
            digest = self.taken[request_id]
            self.say(messages.FileAnnounce(file_name=name, request_id=request_id, size=len(data), sha256=digest))
            return

    def press(self, press_id: str) -> None:
        self.say(messages.ButtonPress(press_id=press_id, button_id="photo", press_type="short"))

    def say(self, message: Message) -> None:
        self.out.append(self.wire.encode(message))

    def receive(self, data: bytes, now: int) -> None:
        self.wire.receive(data, now)
        for said in self.wire.events():
            if isinstance(said, messages.PhoneReady):
                self.say(messages.GlassesReady(sid="boot", protocol=1))
                self.announce(now)
            elif isinstance(said, messages.Ping):
                self.say(messages.Pong())
            elif isinstance(said, messages.ButtonPressResponse):
                self.answers.append(said.press_id)
            elif isinstance(said, messages.FileHave):
                self.send(said.file_name, said.offset, now)
            elif isinstance(said, messages.TransferComplete):
                if said.success:
                    self.photos.pop(said.file_name, None)
                self.announce(now)

    def send(self, name: str, offset: int, now: int) -> None:
        if name not in self.photos:
            return
        data = self.photos[name][1]
        if offset <= self.acked or self.acked < 0:
            self.sent = offset
        self.acked = offset
        self.speak_at = now + 3_000
        while self.sent < min(len(data), offset + WINDOW):
            piece = data[self.sent : self.sent + PACK]
            self.out.append(self.wire.encode_file_packet(0x31, self.sent // PACK, len(data), name, piece))
            self.sent += len(piece)

    def deadline(self) -> int:
        return self.speak_at

    def timeout(self, now: int) -> None:
        if now >= self.speak_at:
            self.announce(now)


class World:
    """Everything around the gateway. `calm`: nothing fails any more."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.now = 0
        self.calm = False
        self.glasses = Glasses(self.chance)
        self.down = LossyLink(5, loss=2, duplicate=2, jitter_ms=20, seed=seed + 1)
        self.up = LossyLink(5, loss=2, duplicate=2, jitter_ms=20, seed=seed + 2)
        self.rows: dict[int, dict[str, object]] = {}
        self.spool: dict[str, tuple[QueuedPhoto, bytes]] = {}
        self.parts: dict[str, bytearray] = {}
        self.cloud_up = False
        self.stored: dict[str, str] = {}
        self.restarts = 0
        self.start()

    def start(self) -> None:
        """The gateway's process begins; of the one before only rows and files are left."""
        self.gateway = Gateway("t0ken", UploadQueue())
        queued = {row["request_id"] for row in self.rows.values()}
        orphans = [photo for name, (photo, _) in self.spool.items() if name not in queued]
        self.down.cut()
        self.up.cut()
        self.cloud_up = False
        self.gateway.courier.restore(list(self.rows.items()), orphans, self.now)
        self.gateway.start(self.now)
        self.drain()

    def lucky(self, per_mille: int) -> bool:
        return self.calm or self.chance.randrange(1000) >= per_mille

    def drain(self) -> None:
        while events := self.gateway.events():
            for event in events:
                self.carry_out(event)
        for data in self.glasses.out:
            self.up.send(data, self.now)
        self.glasses.out = []

    def carry_out(self, event: gateway.Event) -> None:
        machine = self.gateway
        getattr(self, "on_" + type(event).__name__.lower())(event, machine, machine.courier)
        machine.carry(self.now)

    def on_connectglasses(self, _: object, machine: Gateway, photos: Courier) -> None:
        if self.lucky(300):
            self.down.restore()
            self.up.restore()
            machine.glasses_connected(0, self.now)
        else:
            machine.glasses_lost(self.chance.random(), self.now)

    def on_connectcloud(self, _: object, machine: Gateway, photos: Courier) -> None:
        self.cloud_up = self.lucky(500)
        if self.cloud_up:
            machine.cloud_connected(self.now)
            machine.cloud_said(ConnectionAck(session_id="s", user_session={}), self.now)
        else:
            machine.cloud_lost(gateway.LOST, self.chance.random(), self.now)

    def on_closeglasses(self, _: object, machine: Gateway, photos: Courier) -> None:
        self.cut_link()

    def on_writeglasses(self, event: gateway.WriteGlasses, machine: Gateway, photos: Courier) -> None:
        self.down.send(event.data, self.now)
        machine.outgoing.wrote(self.now)
        machine.carry(self.now)

    def on_sendcloud(self, event: gateway.SendCloud, machine: Gateway, photos: Courier) -> None:
        assert self.cloud_up

    def on_postpress(self, event: relay.PostPress, machine: Gateway, photos: Courier) -> None:
        press_id = event.report.press_id
        if self.cloud_up:
            machine.relay.press_answered(press_id, ButtonPressAnswer(success=True), self.now)
        else:
            machine.relay.press_answered(press_id, reasons.CLOUD_UNREACHABLE, self.now)

    def on_openpart(self, event: courier.OpenPart, machine: Gateway, photos: Courier) -> None:
        name = event.announce.file_name
        if self.lucky(50):
            photos.part_opened(name, len(self.parts.setdefault(name, bytearray())), self.now)
        else:
            photos.part_failed(name, reasons.STORAGE_FULL, self.now)

    def on_writepart(self, event: incoming.WritePart, machine: Gateway, photos: Courier) -> None:
        self.parts[event.file_name][event.offset : event.offset + len(event.data)] = event.data

    def on_droppart(self, event: incoming.DropPart, machine: Gateway, photos: Courier) -> None:
        self.parts.pop(event.file_name, None)

    def on_storephoto(self, event: courier.StorePhoto, machine: Gateway, photos: Courier) -> None:
        self.finish(event)

    def on_removephoto(self, event: courier.RemovePhoto, machine: Gateway, photos: Courier) -> None:
        self.spool.pop(event.request_id, None)

    def on_save(self, event: upload_queue.Save, machine: Gateway, photos: Courier) -> None:
        durable = self.lucky(50)
        if durable:
            self.rows[event.sequence] = event.row
        if event.is_new:
            photos.row_saved(event.request_id, durable, self.now)

    def on_forget(self, event: upload_queue.Forget, machine: Gateway, photos: Courier) -> None:
        if self.lucky(50):
            del self.rows[event.sequence]
            self.spool.pop(event.photo.request_id)

    def on_upload(self, event: upload_queue.Upload, machine: Gateway, photos: Courier) -> None:
        photo = event.photo
        photos.upload_ended(photo.request_id, self.upload(photo), self.chance.random(), self.now)

    def finish(self, event: courier.StorePhoto) -> None:
        announce = event.announce
        data = bytes(self.parts.pop(announce.file_name))
        if hashlib.sha256(data).hexdigest() != announce.sha256:
            self.gateway.courier.part_failed(announce.file_name, reasons.CORRUPT, self.now)
            return
        photo = QueuedPhoto(announce.request_id, announce.sha256, announce.size)
        self.spool[announce.request_id] = (photo, data)
        if self.lucky(50):
            self.gateway.courier.photo_stored(announce.file_name, photo, self.now)
        else:
            self.restarts += 1  # power cut between spool and queue
            self.start()

    def upload(self, photo: QueuedPhoto) -> Outcome:
        if not self.cloud_up:
            return Outcome("unavailable", "cloud_unreachable")
        if not self.lucky(200):
            return Outcome("server_failed", "cloud_error")
        data = self.spool[photo.request_id][1]
        self.stored[photo.request_id] = hashlib.sha256(data).hexdigest()
        return Outcome("uploaded") if self.lucky(100) else Outcome("unavailable", "cloud_unreachable")

    def cut_link(self) -> None:
        self.down.cut()
        self.up.cut()
        self.gateway.glasses_lost(self.chance.random(), self.now)

    def mishap(self) -> None:
        """Something goes wrong."""
        kind = self.chance.randrange(4)
        if kind == 0 and self.gateway.glasses.state == reconnector.UP:
            self.cut_link()
        elif kind == 1 and self.gateway.cloud.state == reconnector.UP:
            self.cloud_up = False
            self.gateway.cloud_lost(gateway.LOST, self.chance.random(), self.now)
        elif kind == 2:
            self.restarts += 1
            self.start()
        self.drain()

    def step(self, until: int) -> None:
        machines = (self.gateway, self.glasses, self.down, self.up)
        deadlines = [at for machine in machines if (at := machine.deadline()) is not None]
        self.now = max(self.now, min([*deadlines, until]))
        for machine in machines:
            machine.timeout(self.now)
        for data in self.down.events():
            self.glasses.receive(data, self.now)  # type: ignore[arg-type]
        for data in self.up.events():
            self.gateway.glasses_received(data, self.now)  # type: ignore[arg-type]
        self.drain()


@pytest.mark.parametrize("seed", [1, 5])
def test_half_a_day_of_mishaps_loses_no_photo_and_leaves_no_press_unanswered(seed: int) -> None:
    world = World(seed)
    presses = 0
    while world.now < HALF_DAY_MS:
        until = world.now + world.chance.randrange(2 * MINUTE_MS, 20 * MINUTE_MS)
        world.glasses.shoot(f"local_{len(world.glasses.taken) + 1}")
        presses += 1
        world.glasses.press(f"boot-{presses}")
        while world.now < until:
            world.step(until)
        world.mishap()
    world.calm = True
    for link in (world.up, world.down):
        link.loss = link.duplicate = 0
    world.start()
    end = world.now + HALF_DAY_MS
    while (world.glasses.photos or world.rows or world.spool) and world.now < end:
        world.step(end)
    assert len(world.glasses.taken) > 40
    assert world.stored == world.glasses.taken
    assert not world.glasses.photos
    assert world.rows == world.spool == {}
    assert summary(world.gateway.courier.queue.entries())["bytes"] == 0
    assert world.restarts > 3
    assert len(set(world.glasses.answers)) > presses // 2
