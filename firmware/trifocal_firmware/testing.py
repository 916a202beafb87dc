"""What tests put around the glasses: a gateway on the link and a camera. Never flashed.

Everything runs in virtual time and in one call: `Rig.pump` carries what either end says until both are quiet.
"""

import hashlib

from trifocal_firmware.glasses import Glasses
from trifocal_firmware.memory_flash import MemoryFlash
from trifocal_firmware.owner import Owner
from trifocal_firmware.packer import Packer
from trifocal_firmware.settings import Settings
from trifocal_firmware.store import PhotoStore
from trifocal_firmware.stream_glasses import StreamGlasses
from trifocal_shared import messages, stream_messages
from trifocal_shared.frame import FilePacket
from trifocal_shared.link import Link
from trifocal_shared.message import Message
from trifocal_shared.pack import Have, Piece
from trifocal_shared.testing import VirtualClock
from trifocal_shared.wire import Wire

EPOCH_MS = 1_780_000_000_000
"""When the tests' clocks begin, where they know the time."""


def picture(seed: int = 0, size: int = 1_000) -> bytes:
    """Bytes that begin as a JPEG does; another one for each seed."""
    return (b"\xff\xd8" + bytes([seed & 255, seed >> 8 & 255]) + bytes(range(256)) * (size // 256 + 1))[:size]


class GatewayStub:
    """The other end of the link, by the letter: answers presses, takes files, says when they are whole."""

    def __init__(self, catalogue=messages.TO_GATEWAY) -> None:  # type: ignore[no-untyped-def]
        """`catalogue`: what it understands, by type."""
        self.heard: list[object] = []
        self.photos: dict[str, bytes] = {}  # request id -> the whole JPEG
        self.times_whole: dict[str, int] = {}  # request id -> how often it was sent as something new
        self.answers = True  # presses get `take_photo`
        self.confirms = True  # whole files get `transfer_complete`
        self.takes = True  # announcements get `file_have`
        self.window = 0
        self.protocol = messages.PROTOCOL_VERSION
        self._link = Link(catalogue, glasses_side=False)
        self._announced: messages.FileAnnounce | None = None
        self._bytes = b""

    def say(self, message: Message) -> None:
        """To the glasses."""
        speak = self._link.say_have if isinstance(message, Have) else self._link.say
        speak(message)  # type: ignore[arg-type]

    def greet(self, token: str = "a token") -> None:  # noqa: S107 - of a test
        """What a gateway says first."""
        self.say(messages.PhoneReady(protocol=self.protocol))
        self.say(messages.AuthToken(core_token=token))

    def data_to_send(self) -> "list[bytes]":
        """Drain the frames for the glasses."""
        return self._link.data_to_send()

    def receive(self, data: bytes, now: int) -> None:
        """Bytes from the glasses."""
        self._link.receive(data, now)
        for said in self._link.events():
            if isinstance(said, FilePacket):
                self._piece(said.name, said.index * 400, said.data)
            elif isinstance(said, Piece):
                announced = self._announced
                if announced is not None and announced.number == said.number:
                    self._piece(announced.file_name, said.offset, said.data)
            else:
                self.heard.append(said)
            if isinstance(said, messages.ButtonPress) and self.answers:
                self.answer(said, "request-" + said.press_id)
            elif isinstance(said, messages.FileAnnounce) and self.takes:
                self._take(said)

    def answer(self, press: messages.ButtonPress, request_id: str) -> None:
        """`take_photo` for this press, or what a press for videos is for."""
        action = "take_photo"
        if press.button_id == "video":
            action, request_id = ("stop_video", "") if press.recording else ("start_video", request_id)
        answer = messages.ButtonPressResponse
        self.say(answer(press_id=press.press_id, success=True, action=action, request_id=request_id))

    def all_of(self, cls: "type[Message]") -> "list[Message]":
        """Every message of this class that was heard."""
        return [said for said in self.heard if isinstance(said, cls)]

    def statuses(self, request_id: str) -> "list[str]":
        """What was said of a request, `failed` with its reason."""
        found = [s for s in self.heard if isinstance(s, messages.PhotoStatus) and s.request_id == request_id]
        return [s.status + (" " + s.error_code if s.error_code else "") for s in found]

    def _take(self, announced: messages.FileAnnounce) -> None:
        if announced.request_id in self.photos:
            self.say(messages.TransferComplete(file_name=announced.file_name, success=True))
            return
        if self._announced is None or self._announced.file_name != announced.file_name:
            self._bytes = b""
        self._announced = announced
        self._have()

    def _have(self) -> None:
        announced = self._announced
        if announced is not None and announced.number:
            self.say(Have(number=announced.number, offset=len(self._bytes), window=self.window))
        elif announced is not None:
            self.say(messages.FileHave(file_name=announced.file_name, offset=len(self._bytes), window=self.window))

    def _piece(self, name: str, offset: int, data: bytes) -> None:
        announced = self._announced
        if announced is None or name != announced.file_name or offset != len(self._bytes):
            return
        self._bytes += data
        if len(self._bytes) < announced.size:
            self._have()
            return
        digest = hashlib.sha256(self._bytes)
        whole = digest.digest().hex() == announced.sha256  # MicroPython has no hexdigest
        if whole:
            self.photos[announced.request_id] = self._bytes
            self.times_whole[announced.request_id] = self.times_whole.get(announced.request_id, 0) + 1
        self._announced, self._bytes = None, b""
        if self.confirms:
            self.say(messages.TransferComplete(file_name=announced.file_name, success=whole))


class Rig:
    """Glasses on a memory flash, with a gateway stub within reach. Pictures are taken at once while `shoots`."""

    kind = Glasses

    def __init__(self, flash: "MemoryFlash | None" = None, boot_id: str = "0123abcd", epoch_ms: int = EPOCH_MS) -> None:
        self.flash = flash or MemoryFlash()
        self.clock = VirtualClock(epoch_ms=epoch_ms)
        self.gateway = GatewayStub()
        self.shoots = self.hears = True  # pictures are taken; the gateway gets what is sent
        self.done: list[tuple[object, ...]] = []  # every command that was not SEND or PACKS
        self.pictures = 0
        self.seed = bytes(range(32))
        self.boot(boot_id)

    def boot(self, boot_id: str) -> None:
        """Fresh glasses on the same flash; the link is down."""
        self.boot_id = boot_id
        self.store = PhotoStore(self.flash, boot_id)
        self.packer = Packer(self.store, self._deliver_pack)
        owner = Owner(Settings(self.flash), self.seed)
        self.glasses = self.kind(self.store, owner, boot_id, "device", "model")
        self.glasses.session.epoch_known(self.clock.epoch_ms(), self.clock.now())
        self.linked = False

    def connect(self, token: str = "a token") -> None:  # noqa: S107 - of a test
        """The link comes up and the gateway greets."""
        self.linked = True
        self.glasses.link_opened(self.clock.now())
        self.gateway.greet(token)
        self.pump()

    def disconnect(self) -> None:
        """The link goes down."""
        self.linked = False
        self.glasses.link_closed(self.clock.now())
        self.pump()

    def press(self, command: str = "cs_pho") -> None:
        """A word of the button controller, 200 ms after the last."""
        self.wait(200)
        self.glasses.mcu_received(Wire({}, glasses_side=False).encode_native(command), self.clock.now())
        self.pump()

    def ask(self, request_id: str, **fields: object) -> None:
        """The gateway says `take_photo`."""
        self.gateway.say(messages.TakePhoto(request_id=request_id, **fields))  # type: ignore[arg-type]
        self.pump()

    def wait(self, ms: int) -> None:
        """Time passes, deadline by deadline."""
        end = self.clock.now() + ms
        while True:
            due = self.glasses.deadline()
            if due is None or due > end:
                break
            self.clock.advance(max(0, due - self.clock.now()))
            self.glasses.timeout(self.clock.now())
            self.pump()
        self.clock.advance(end - self.clock.now())

    def pump(self) -> None:
        """Carry everything to where it belongs until nobody says anything."""
        busy = True
        while busy:
            busy = False
            for event in self.glasses.events():
                busy = True
                self._carry_out(event)
            for frame in self.gateway.data_to_send():
                busy = True
                if self.linked:
                    self.glasses.link_received(frame, self.clock.now())

    def steps(self, kind: str) -> "list[object]":
        """What commands of this kind said, in order."""
        return [event[1:] for event in self.done if event[0] == kind]

    def reports(self, step: str) -> "list[object]":
        """What a person would have seen of this step, in order."""
        return [event[2] for event in self.done if event[:2] == ("report", step)]

    def _carry_out(self, event: "tuple[object, ...]") -> None:
        kind = event[0]
        if kind == "send":
            self._deliver(event[1])
        elif kind == "packs":
            self.packer.aim(*event[1:])  # type: ignore[arg-type]
            assert not self.packer.pump()
        else:
            self.done.append(event)
            if kind == "capture" and self.shoots:
                self.shoot(event[1])

    def _deliver_pack(self, frame: memoryview) -> bool:
        self._deliver(bytes(frame))
        return True

    def _deliver(self, data: object) -> None:
        if self.linked and self.hears:
            self.gateway.receive(data, self.clock.now())  # type: ignore[arg-type]

    def shoot(self, number: object, data: "bytes | None" = None) -> None:
        """The picture of capture `number` is there."""
        self.pictures += 1
        now = self.clock.now()
        self.glasses.warmed(number, now)  # type: ignore[arg-type]
        self.glasses.captured(number, data or picture(self.pictures), now)  # type: ignore[arg-type]


class StreamRig(Rig):
    """Glasses on a board that can publish."""

    kind = StreamGlasses

    def __init__(self) -> None:
        super().__init__()
        catalogue = dict(messages.TO_GATEWAY)
        catalogue.update(stream_messages.FROM_GLASSES)
        self.gateway = GatewayStub(catalogue)
        self.connect()

    def tell(self, message: Message) -> None:
        """The gateway says this."""
        self.gateway.say(message)
        self.pump()

    def start(self, stream_id="s", **fields) -> None:  # type: ignore[no-untyped-def]
        """The cloud wants a stream."""
        self.tell(
            stream_messages.StartRtmpStream(
                rtmp_url=fields.pop("url", "rtmp://server/live/key"), stream_id=stream_id, **fields
            )
        )

    def board(self, word, what, number=0) -> None:  # type: ignore[no-untyped-def]
        """The board says this of an attempt, or of the last one."""
        number = number or self.steps("publish")[-1][0]  # type: ignore[index]
        self.glasses.published(word, number, what, self.clock.now())  # type: ignore[attr-defined]
        self.pump()

    def live(self) -> None:
        """A stream, and media flows."""
        self.start()
        self.board("opened", {"width": 1280})

    def sense(self, battery: int = 80, folded: bool = False, temperature: int = 25) -> None:
        """How the glasses are from now on."""
        self.glasses.sensed(battery, False, folded, temperature, self.clock.now())
        self.pump()

    def said(self):  # type: ignore[no-untyped-def]
        """Status and reason of each word about streams."""
        found = self.gateway.all_of(stream_messages.GlassesStreamStatus)
        return [(word.status + " " + word.error_details).strip() for word in found]  # type: ignore[attr-defined]

    def order(self, *kinds):  # type: ignore[no-untyped-def]
        """The commands of these kinds, in order; the light only when it changes."""
        found: list[str] = []
        for event in self.done:
            said = str(event[0]) + (" " + str(event[1]) if event[0] == "light" else "")
            if event[0] in kinds and (event[0] != "light" or said not in found[-1:]):
                found.append(said)
        return found
