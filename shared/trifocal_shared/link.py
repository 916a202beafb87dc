"""A `Wire` with memory: messages in pieces, and messages that are repeated until they have arrived.

    opened ──▶ FIRST WAY ── the peer offers `v2`, or takes our offer ──▶ SECOND WAY ── opened, renewed ──▶ FIRST WAY

What is said in a frame longer than `frame_bytes` goes in pieces (see `chunk`). Pieces of either way are taken at any
time. What is said surely carries an id (see `ids`), once the peer is known to answer those: because its owner knows
(`answers_ids`), or because the peer used one itself. What the peer says with an id is acknowledged at once, and handed
on the first time only, also when it comes again on a later connection; but not while the owner of this end is `deaf`,
which will do nothing about it.

Nothing that a peer sends makes it raise or grow.
"""

from trifocal_shared.chunk import (
    FRAME_BYTES,
    HANDSHAKE,
    HEAD,
    OFFER,
    SLICE_BYTES,
    WAKE,
    Gathering,
    chunks,
    fragments,
)
from trifocal_shared.envelope import Native, text, unwrap, wrap_from_glasses, wrap_from_phone
from trifocal_shared.ids import MAX_ID, Ids
from trifocal_shared.message import Message, ProtocolError
from trifocal_shared.pack import Have
from trifocal_shared.wire import Wire

WHOLE = 0x1_0000
"""As `frame_bytes`: the peer takes frames of any length that a frame can have."""

NAMES = ("id", "c", "n", "d")
OLD_NAMES = ("chunkId", "chunk", "total", "data")

LONGEST_KEY = 64
"""Letters of a chunk's id that are looked at; MentraOS's have up to 45."""

CAMERA = ("take_photo",)
"""Commands that keep their envelope in the second way, for the radio of the glasses looks out for them."""


class Link(Wire):
    """One end of a link that comes and goes. `first_id` begins the numbers of what is said surely; a peer that
    remembers us must not have heard it before.
    """

    def __init__(self, catalogue: "dict[str, type[Message]]", glasses_side: bool, first_id: int = 1) -> None:
        self._next_id = first_id
        self._number = 0
        self._now = 0
        self._ids = Ids(1_000, 3, 64) if glasses_side else Ids(2_000, 4, 1_024)
        super().__init__(catalogue, glasses_side)

    def opened(self) -> None:
        """Another connection, perhaps to another peer; what was under way is forgotten."""
        super().opened()
        self.frame_bytes = FRAME_BYTES
        self.answers_ids = self.deaf = False
        self._repeated = 0
        self._gathering = Gathering(4_096 if self.glasses_side else 65_536)
        self._ids.forget()
        self._frames: list[bytes] = []
        self.renewed()

    def renewed(self) -> None:
        """The peer began anew on the same connection: it does not know of the second way any more."""
        self.second_way = self._offered = False

    def receive(self, data: bytes, now: int) -> None:
        """Bytes came, however they were cut."""
        self._now = now
        super().receive(data, now)

    def say(self, message: Message) -> None:
        """Say it once. ValueError when it is longer than a peer would take."""
        self._frames += self._cut(message.to_wire(), 0)

    def say_surely(self, message: Message, now: int) -> int:
        """Say it until it has arrived: its id, or 0 when it is said once after all. ValueError as for `say`."""
        if not self.answers_ids or self._ids.full:
            self.say(message)
            return 0
        wire = message.to_wire()
        message_id = wire["mId"] = self._next_id
        frames = self._cut(wire, message_id)
        self._next_id += 1
        self._frames += frames
        self._ids.sent(message_id, frames, now)
        return message_id

    def let_be(self, message_id: int) -> None:
        """Say it no more, whether it has arrived or not."""
        self._ids.acked(message_id)

    def say_have(self, have: Have) -> None:
        """Say how much of a photo has come."""
        self._frames.append(self.encode(have))

    def say_native(self, command: str, body: object = "") -> None:
        """Say a word to the button controller. ValueError when it is too long."""
        self._frames.append(self.encode_native(command, body))

    def offer(self) -> None:
        """Offer the second way."""
        self._offered = True
        self._number = self._number + 1 & 0xFFFF
        self._frames += fragments(OFFER, self._number, HANDSHAKE, self.frame_bytes)

    def data_to_send(self) -> "list[bytes]":
        """Drain the frames for the peer; `events` first, for it answers."""
        frames, self._frames = self._frames, []
        return frames

    def deadline(self) -> "int | None":
        """When an incomplete frame is given up or something is to be said again."""
        first, second = super().deadline(), self._ids.deadline()
        if first is None or second is None:
            return second if first is None else first
        return min(first, second)

    def timeout(self, now: int) -> None:
        """Time has passed."""
        self._now = now
        super().timeout(now)
        self._frames += self._ids.timeout(now)

    @property
    def tally(self) -> "dict[str, int]":
        """As that of `Wire`, and what was repeated, never acknowledged, or never whole."""
        tally = self._tally()
        tally["repeated"] = self._repeated
        tally["given_up"] = self._ids.given_up
        tally["pieces"] = self._gathering.dropped
        return tally

    def _cut(self, wire: "dict[str, object]", message_id: int) -> "list[bytes]":
        inner = text(wire)
        self._number = self._number + 1 & 0xFFFF
        if self.second_way:
            if wire["type"] in CAMERA:
                inner = text({"C": inner})
            return fragments(inner.encode(), self._number, 0 if self.glasses_side else WAKE, self.frame_bytes)
        frames = [self._wrapped(wire)]
        size = SLICE_BYTES
        while max(map(len, frames)) > self.frame_bytes and size >= 4:
            key = "%d_%d_%d" % (message_id, self._now, self._number)
            frames = list(map(self._wrapped, chunks(inner.encode(), key, message_id, size)))
            size -= 4
        return frames

    def _wrapped(self, wire: "dict[str, object]") -> bytes:
        return self._frame(wrap_from_glasses(wire) if self.glasses_side else wrap_from_phone(wire))

    def _take_object(self, content: "dict[str, object]", said: "list[object]") -> None:
        if content.get("t") == "ck" or content.get("type") == "chunked_msg":
            self._take_chunk(content, said)
            return
        message_id = content.get("mId")
        if type(message_id) is int and 0 < message_id <= MAX_ID:
            if content.get("type") == "msg_ack":
                if self._ids.acked(message_id):
                    said.append(message_id)
                return
            if not self.deaf and not self._acknowledged(message_id):
                return
        super()._take_object(content, said)

    def _acknowledged(self, message_id: int) -> bool:
        """Whether it came for the first time."""
        self.answers_ids = True
        self._frames += self._cut({"type": "msg_ack", "mId": message_id, "timestamp": 0}, 0)
        if self._ids.first(message_id):
            return True
        self._repeated += 1
        return False

    def _take_chunk(self, chunk: "dict[str, object]", said: "list[object]") -> None:
        try:
            key, index, count, piece = map(chunk.get, NAMES if "id" in chunk else OLD_NAMES)
            whole = self._gathering.add(key[:LONGEST_KEY], index, count, piece.encode(), self._now)  # type: ignore[index, arg-type, attr-defined]
        except (AttributeError, KeyError, TypeError, ValueError):  # whatever the fields are instead
            raise ProtocolError("a chunk of no known shape") from None
        if whole is None:
            return
        content = unwrap(whole)
        if isinstance(content, Native):
            said.append(content)
        else:
            content["mId"] = content.get("mId", chunk.get("mId"))
            self._take_object(content, said)

    def _take_fragment(self, payload: bytes, said: "list[object]") -> None:
        piece = payload[HEAD:]
        if len(payload) < HEAD or payload[5] | payload[6] << 8 != len(piece):
            self._reject(ProtocolError("a fragment of no known shape"), said)
        elif payload[0] & HANDSHAKE:
            if piece == OFFER:
                if not self._offered:
                    self.offer()
                self.second_way = True
        else:
            whole = self._gathering.add(payload[1] | payload[2] << 8, payload[3], payload[4], piece, self._now)
            if whole is not None:
                self._understand(whole, said)
