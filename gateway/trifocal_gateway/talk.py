"""What passes between gateway and glasses: messages in, messages out, and what these glasses can.

    CLOSED ── opened ──▶ UNKNOWN ── glasses_ready, version_info ──▶ KNOWN
       ▲                                                             │
       └───────────────────────────── closed ◀──────────────────────┘

Of the machines inside, `Link` turns bytes into messages and back and says again what has not arrived, `Outgoing` has
each write wait for its turn. UNKNOWN glasses are spoken to as old ones need it: in short frames, with pauses, without
message ids. Glasses of Trifocal say in their greeting what they can; of MentraOS's the build number tells.
"""

from trifocal_gateway.compact import expand
from trifocal_gateway.outgoing import Outgoing, key_of
from trifocal_shared import mentra_messages, messages, stream_messages
from trifocal_shared.chunk import FRAME_BYTES
from trifocal_shared.control_messages import Control
from trifocal_shared.envelope import Native
from trifocal_shared.link import WHOLE, Link
from trifocal_shared.message import Message
from trifocal_shared.pack import Have

SAID_ONCE = (
    messages.PhoneReady,
    messages.Ping,
    messages.SetSystemTime,
    messages.FileHave,
    stream_messages.KeepRtmpStreamAlive,
)
"""What is said again anyway, or is of no use later; everything else is said until it has arrived."""


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
        self._sid = ""
        self._short = FRAME_BYTES
        self._packs = False

    def opened(self, most: int, now: int) -> None:
        """The link stands; one write takes `most` bytes, 0 any number."""
        self._link.opened()
        self._link.frame_bytes = self._short = min(FRAME_BYTES, most or FRAME_BYTES)
        self._latest = {}
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

    def say(self, message: Message, now: int) -> None:
        """To the glasses; what is too long for them is counted."""
        try:
            if isinstance(message, Have):
                self._link.say_have(message)
            elif isinstance(message, SAID_ONCE):
                self._link.say(message)
            else:
                self._say_surely(message, now)
        except ValueError:
            self.counts["unsayable"] += 1
            return
        self.outgoing.say(message, self._link.data_to_send(), now)

    def say_native(self, said: Native, now: int) -> None:
        """To the button controller of the glasses."""
        self._link.say_native(said.command, said.body)
        for frame in self._link.data_to_send():
            self.outgoing.answer(frame, now)

    def deadline(self) -> int | None:
        """When to be woken."""
        return min((at for one in (self._link, self.outgoing) if (at := one.deadline()) is not None), default=None)

    def timeout(self, now: int) -> None:
        """Time has passed."""
        self._link.timeout(now)
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
            if not isinstance(said, int):
                heard.append(said)
        for frame in self._link.data_to_send():
            self.outgoing.answer(frame, now)
        return heard

    def writes(self) -> list[bytes]:
        """Drain the write that is to be made now; `outgoing` is to be told when it has gone."""
        return self.outgoing.events()

    def _say_surely(self, message: Message, now: int) -> None:
        said = self._link.say_surely(message, now)
        about = (message.TYPE,) if isinstance(message, Control) else key_of(message)
        if about is not None:
            # The older word on the same thing must not come again after the newer one.
            self._link.let_be(self._latest.get(about, 0))
            self._latest[about] = said

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
        if not self.trifocal and build.isascii() and build.isdecimal():
            self._link.answers_ids = int(build[:9]) >= messages.IDS_SINCE_BUILD
            self._link.frame_bytes = self._short if self._link.answers_ids else WHOLE


class _Link(Link):
    """Understands shortened messages, too."""

    def _take_object(self, content: dict[str, object], said: list[object]) -> None:
        super()._take_object(expand(content), said)


def _is_modern(said: Message) -> bool:
    """Whether glasses that say this take one frame after the other; those of June 2025 do not."""
    if isinstance(said, messages.GlassesReady):
        return said.protocol > 0 or said.sid != ""
    build = said.build_number if isinstance(said, messages.VersionInfo) else ""
    return build.isascii() and build.isdecimal() and int(build[:9]) >= messages.IDS_SINCE_BUILD
