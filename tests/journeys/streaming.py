"""One cloud and one pair of glasses as far as live streams go, joined by a lossy link in virtual time."""

from dataclasses import dataclass, field

from trifocal_cloud import stream_words as words
from trifocal_cloud.stream import Event, Keep, Provision, Release, Stream, Tell, TellBusy, ToGlasses, Wishes
from trifocal_cloud.streams import Streams
from trifocal_firmware.stream_guard import IDLE, StreamGuard
from trifocal_shared import reasons, stream_messages
from trifocal_shared.message import Message
from trifocal_shared.testing import LossyLink, VirtualClock

ANN, CAM, OTHER = "ann@example.com", "com.example.cam", "com.example.other"
NONE = Wishes({}, {}, {})


@dataclass
class Hardware:
    """Camera and connection of the glasses: does what the guard says, while `serves` media goes out."""

    serves: bool = True
    refuses: str = ""
    number: int = 0
    camera_on: bool = False
    opened: int = 0
    finals: list[Message] = field(default_factory=list)


class House:
    """One cloud, one pair of glasses, a lossy link each way."""

    def __init__(self, loss: int = 0, duplicate: int = 0, delay_ms: int = 80, seed: int = 1) -> None:
        self.clock = VirtualClock()
        self.cloud = Streams()
        self.guard = StreamGuard()
        self.hardware = Hardware()
        self.down = LossyLink(delay_ms, loss, duplicate, 60, seed)
        self.up = LossyLink(delay_ms, loss, duplicate, 60, seed + 1)
        self.told: list[Tell] = []
        self.busy: list[TellBusy] = []
        self.kept: dict[str, Stream] = {}
        self.sent: list[Message] = []
        self.count = 0

    def wish(self, package: str = CAM, user: str = ANN, limit: int = 0) -> str:
        """An app wants its glasses to stream to its own server; the stream's id."""
        self.count += 1
        stream_id = f"s{self.count}"
        wishes = Wishes({}, {}, {"durationLimit": limit}) if limit else NONE
        stream = Stream(stream_id, user, package, wishes, 0, "rtmp://server/live/key")
        self.want_stream(stream, package)
        return stream_id

    def want_stream(self, stream: Stream, package: str) -> None:
        """An app wants this stream; where it cannot be had it is told so at once."""
        reason = self.cloud.wanted(stream, package, self.now)
        if reason:
            self.told.append(Tell(stream.user, package, stream.managed, "", words.ERROR, reason))
        self.pump()

    @property
    def now(self) -> int:
        return self.clock.now()

    def statuses(self, package: str = CAM) -> list[str]:
        """What the app was told, in order, without repetitions of statistics."""
        found: list[str] = []
        for word in self.told:
            if word.package == package and (not found or found[-1] != word.status):
                found.append(word.status)
        return found

    def cut(self) -> None:
        """The glasses go out of reach, and the gateway says so."""
        self.down.cut()
        self.up.cut()
        self.cloud.reachable(ANN, False, self.now)
        self.pump()

    def back(self) -> None:
        """They are there again; after the handshake the glasses say where they stand."""
        self.down.restore()
        self.up.restore()
        self.cloud.reachable(ANN, True, self.now)
        if self.guard.state != IDLE:
            self.guard.tell(self.now)
        self.pump()

    def restart_cloud(self) -> None:
        """The cloud is killed, and comes back with what it kept."""
        self.cloud = Streams()
        for stream in self.kept.values():
            self.cloud.restored(stream, self.now)
        self.pump()

    def say(self, message: Message) -> None:
        """A message to the glasses by a way of its own: late, double or forged."""
        self.hear(message)
        self.pump()

    def hear(self, message: Message) -> None:
        """The glasses hear this."""
        if isinstance(message, stream_messages.StartRtmpStream):
            self.guard.wanted(message, self.now)
        elif isinstance(message, stream_messages.StopRtmpStream):
            self.guard.stop(message.stream_id, self.now)
        elif isinstance(message, stream_messages.KeepRtmpStreamAlive):
            self.guard.keep_alive(message.stream_id, message.ack_id, self.now)

    def run(self, ms: int) -> None:
        """Let time pass; a live connection says each second that bytes have gone out."""
        end = self.now + ms
        self.pump()
        while self.now < end:
            machines = (self.cloud, self.guard, self.down, self.up)
            due = [at for machine in machines if (at := machine.deadline()) is not None]
            self.clock.advance(max(1, min(min(due, default=end), self.now + 1000, end) - self.now))
            for machine in machines:
                machine.timeout(self.now)
            if self.hardware.serves and self.hardware.camera_on:
                self.guard.sent(self.hardware.number, {"fps": 30}, self.now)
            self.pump()

    def pump(self) -> None:
        """Carry everything to where it belongs until nobody says anything."""
        busy = True
        while busy:
            busy = False
            for event in self.cloud.events():
                busy = True
                self._do(event)
            for message in self.down.events():
                busy = True
                assert isinstance(message, Message)
                self.hear(message)
            for happened in self.guard.events():
                busy = True
                self._carry_out(happened)
            for said in self.up.events():
                busy = True
                if isinstance(said, stream_messages.KeepAliveAck):
                    self.cloud.acked(ANN, said, self.now)
                elif isinstance(said, stream_messages.GlassesStreamStatus):
                    self.cloud.glasses_said(ANN, said, self.now)

    def _do(self, event: Event) -> None:
        if isinstance(event, ToGlasses):
            self.sent.append(event.message)
            self.down.send(event.message, self.now)
        elif isinstance(event, Tell):
            self.told.append(event)
        elif isinstance(event, TellBusy):
            self.busy.append(event)
        elif isinstance(event, Keep):
            self.keep(event)
        elif isinstance(event, Provision):
            self.provide(event)
        elif isinstance(event, Release):
            self.release(event.stream_id)
        else:
            self.kept.pop(event.stream_id, None)

    def keep(self, event: Keep) -> None:
        """A stream is to be found again after a restart."""
        self.kept[event.stream.stream_id] = event.stream

    def provide(self, event: Provision) -> None:
        """A managed stream wants a place; there is none."""
        self.cloud.not_provisioned(event.stream.stream_id, reasons.UNSUPPORTED, self.now)

    def release(self, stream_id: str) -> None:
        """It wants it no more."""

    def _carry_out(self, event: tuple[object, ...]) -> None:
        kind, what = event[:2]
        if kind == "open":
            assert isinstance(what, int)
            self.hardware.number = what
            self.hardware.camera_on = True
            self.hardware.opened += 1
            if self.hardware.refuses:
                self.guard.refused(what, self.hardware.refuses, self.now)
            elif self.hardware.serves:
                self.guard.opened(what, {}, self.now)
            else:
                self.guard.lost(what, reasons.CONNECT_REFUSED, self.now)
        elif kind == "close":
            self.hardware.camera_on = False
        else:
            self.up.send(what, self.now)
