"""What passes between gateway and glasses: messages in, messages out, and what these glasses can.

    CLOSED ── opened ──▶ UNKNOWN ── glasses_ready, version_info ──▶ KNOWN
       ▲                                                             │
       └───────────────────────────── closed ◀──────────────────────┘

Of the machines inside, `Link` turns bytes into messages and back and says again what has not arrived, `Outgoing` has
each write wait for its turn. UNKNOWN glasses are spoken to as old ones need it: in short frames, with pauses, without
message ids. Glasses of Trifocal say in their greeting what they can; of MentraOS's the build number tells.
"""

from dataclasses import dataclass

from trifocal_gateway.compact import expand
from trifocal_gateway.outgoing import Outgoing, key_of
from trifocal_shared import mentra_messages, messages, stream_messages
from trifocal_shared.chunk import FRAME_BYTES
from trifocal_shared.control_messages import Control
from trifocal_shared.envelope import Native
from trifocal_shared.ids import MOST_WAITING
from trifocal_shared.link import WHOLE, Link
from trifocal_shared.message import Message
from trifocal_shared.pack import HEAD, PIECE, Have

SAID_ONCE = (
    messages.PhoneReady,
    messages.Ping,
    messages.SetSystemTime,
    messages.FileHave,
    stream_messages.KeepRtmpStreamAlive,
)
"""What is said again anyway, or is of no use later; everything else is said until it has arrived."""


MOST_SAID = 2 * MOST_WAITING
"""Of what was given up some is still remembered; it hurts nobody."""


class Talk:
    """One talk after the other with whatever glasses are there; drain `heard` after each input, then `writes`."""

    def __init__(self, first_id: int = 1) -> None:
        """`first_id` begins message ids that no gateway before has used with these glasses."""
        self.outgoing = Outgoing()
        self.counts = {"unsayable": 0}
        self.trifocal = False
        """Whether these are glasses of ours."""
        known = {**messages.TO_GATEWAY, **stream_messages.FROM_GLASSES, **mentra_messages.TO_GATEWAY}
        self._link = _Link(known, False, first_id)
        self._latest: dict[tuple[object, ...], int] = {}  # what a message is about -> the id of the last one
        self._said: dict[int, _Said] = {}  # by the ids of what has not arrived yet
        self._sid = ""
        self._short = FRAME_BYTES
        self._packs = False

    def opened(self, most: int, now: int) -> None:
        """The link stands; one write takes `most` bytes, 0 any number."""
        self._link.opened()
        self._link.frame_bytes = self._short = min(FRAME_BYTES, most or FRAME_BYTES)
        self._latest, self._said = {}, {}
        self.trifocal = self._packs = False
        self.outgoing.opened(most, now)

    def closed(self) -> None:
        """The link is gone, with everything that was under way."""
        self._link.opened()
        self.outgoing.closed()

    def received(self, data: bytes, now: int) -> None:
        """Bytes from the glasses."""
        self._link.receive(data, now)

    def packed(self, data: bytes, now: int) -> None:
        """What looks like a pack without a frame, on a link that has such. From glasses that know no packs it is a
        piece of something else, cut there by chance.
        """
        if self._packs:
            self._link.pack_received(data)
        else:
            self._link.receive(data, now)

    def say(self, message: Message | Native, now: int) -> None:
        """To the glasses, or to their button controller; what is too long for them is counted."""
        if isinstance(message, Native):
            self._say_native(message, now)
            return
        message_id = 0
        try:
            if isinstance(message, Have):
                self._link.say_have(message)
            elif isinstance(message, SAID_ONCE):
                self._link.say(message)
            else:
                message_id = self._say_surely(message, now)
        except ValueError:
            self.counts["unsayable"] += 1
            return
        frames = self._link.data_to_send()
        if message_id:
            self._remember(message_id, _Said(message, frames, now))
        self.outgoing.say(message, frames, now)

    def _say_native(self, said: Native, now: int) -> None:
        self._link.say_native(said.command, said.body)
        for frame in self._link.data_to_send():
            self.outgoing.answer(frame, now)

    def deadline(self) -> int | None:
        """When to be woken."""
        return min((at for one in (self._link, self.outgoing) if (at := one.deadline()) is not None), default=None)

    def timeout(self, now: int) -> None:
        """Time has passed."""
        self._link.timeout(now)
        again = self._link.again()
        for message_id, said in list(self._said.items()):
            if said.frames[0] in again and not self.outgoing.again(said.message, said.frames, said.at, now):
                self._let_be(message_id)
        self.outgoing.timeout(now)

    def heard(self, now: int) -> list[object]:
        """Drain what the glasses said: Message, Native, FilePacket, Piece or Rejected."""
        heard = []
        for said in self._link.events():
            if isinstance(said, messages.GlassesReady):
                self._meet(said)
            elif isinstance(said, messages.VersionInfo):
                self._measure(said.build_number)
            if isinstance(said, Message) and _is_modern(said):
                self.outgoing.modern(now)
            if isinstance(said, int):
                self._said.pop(said, None)
            else:
                heard.append(said)
        for frame in self._link.data_to_send():
            self.outgoing.answer(frame, now)
        return heard

    def writes(self) -> list[bytes]:
        """Drain the write that is to be made now; `outgoing` is to be told when it has gone."""
        return self.outgoing.events()

    def _say_surely(self, message: Message, now: int) -> int:
        said = self._link.say_surely(message, now)
        about = (message.TYPE,) if isinstance(message, Control) else key_of(message)
        if about is not None:
            # The older word on the same thing must not come again after the newer one.
            self._let_be(self._latest.get(about, 0))
            self._latest[about] = said
        return said

    def _remember(self, message_id: int, said: "_Said") -> None:
        self._said[message_id] = said
        if len(self._said) > MOST_SAID:
            del self._said[next(iter(self._said))]

    def _let_be(self, message_id: int) -> None:
        self._link.let_be(message_id)
        self._said.pop(message_id, None)

    def _meet(self, ready: messages.GlassesReady) -> None:
        if ready.sid != self._sid:
            self._sid = ready.sid
            self._link.renewed()
        self.trifocal = ready.protocol > 0
        self._packs = ready.protocol >= messages.PACKS_SINCE
        if self.trifocal:
            self._link.frame_bytes = WHOLE
            self._link.answers_ids = ready.protocol >= messages.IDS_SINCE

    def _measure(self, build: str) -> None:
        """Old glasses of MentraOS answer no ids, and put no pieces together."""
        if not self.trifocal and (number := _number(build)) is not None:
            self._link.answers_ids = number >= messages.IDS_SINCE_BUILD
            self._link.frame_bytes = self._short if self._link.answers_ids else WHOLE


def is_bare_pack(data: bytes) -> bool:
    """Whether what was notified where photos come looks like a pack without a frame; `Talk.packed` decides."""
    return len(data) > HEAD and data[0] == PIECE


@dataclass(frozen=True)
class _Said:
    """What has not arrived yet, and when it was said for the first time."""

    message: Message
    frames: list[bytes]
    at: int


class _Link(Link):
    """Understands shortened messages, too, and says apart what is to be said again."""

    def opened(self) -> None:
        super().opened()
        self._again: list[bytes] = []

    def timeout(self, now: int) -> None:
        first = len(self._frames)
        super().timeout(now)
        self._again += self._frames[first:]
        del self._frames[first:]

    def again(self) -> list[bytes]:
        """Drain the frames of messages that are to be said again now."""
        again, self._again = self._again, []
        return again

    def _take_object(self, content: dict[str, object], said: list[object]) -> None:
        super()._take_object(expand(content), said)


def _is_modern(said: Message) -> bool:
    """Whether glasses that say this take one frame after the other; those of June 2025 do not."""
    if isinstance(said, messages.GlassesReady):
        return said.protocol > 0 or said.sid != ""
    number = _number(said.build_number) if isinstance(said, messages.VersionInfo) else None
    return number is not None and number >= messages.IDS_SINCE_BUILD


def _number(build: str) -> int | None:
    """A build number; None for what is none."""
    return int(build[:9]) if build.isascii() and build.isdecimal() else None
