"""What both ends of the link use: bytes in, messages out, and messages in, bytes out.

Joins frame, envelope and grammar. It has no state but the decoder's. It promises one event for each thing that was
said: the message, the controller's word, a piece of a file, or what was wrong with it. Messages of a type that the
catalogue does not know are only counted, so that a newer peer can say more; so are fragments, which only a `Link`
understands. Nothing that a peer sends makes it raise.
"""

from trifocal_shared import pack
from trifocal_shared.envelope import Native, unwrap, wrap_from_glasses, wrap_from_phone, wrap_native
from trifocal_shared.frame import FRAGMENT, PACK, STRING, FilePacket, FrameDecoder, encode_file_packet, encode_frame
from trifocal_shared.message import Message, ProtocolError, parse


class Rejected:
    """Something came that was against the rules: a word from `reasons`, and a sentence that is safe to show."""

    def __init__(self, reason: str, text: str) -> None:
        self.reason = reason
        self.text = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rejected) and self.reason == other.reason and self.text == other.text

    def __repr__(self) -> str:
        return "Rejected(%r, %r)" % (self.reason, self.text)

    __hash__ = None  # type: ignore[assignment]


class Wire:
    """One end of the link. `catalogue` is what this end understands; the glasses speak big-endian, phones little.

    Files go one way: glasses say packets of them, and gateways how much has come.
    """

    def __init__(self, catalogue: "dict[str, type[Message]]", glasses_side: bool, max_payload: int = 4096) -> None:
        self.catalogue = catalogue
        self.glasses_side = glasses_side
        self.max_payload = max_payload
        self.opened()

    def opened(self) -> None:
        """Another connection: nothing of the last one counts."""
        self._decoder = FrameDecoder(self.max_payload, not self.glasses_side)
        self._unknown = 0
        self._malformed = 0
        self._fragments = 0
        self._packs: list[object] = []

    def receive(self, data: bytes, now: int) -> None:
        """Bytes came, however they were cut."""
        self._decoder.receive(data, now)

    def pack_received(self, data: bytes) -> None:
        """A pack came by itself, on a link that needs no frame around it."""
        self._understand_pack(data, self._packs)

    def deadline(self) -> "int | None":
        """When an incomplete frame is given up, or None."""
        return self._decoder.deadline()

    def timeout(self, now: int) -> None:
        """Give up an incomplete frame whose time is over."""
        self._decoder.timeout(now)

    def events(self) -> "list[object]":
        """Drain what was said, in order: Message, Native, FilePacket, Piece or Rejected."""
        said, self._packs = self._packs, []
        for frame in self._decoder.events():
            if not self.glasses_side and isinstance(frame, FilePacket):
                said.append(frame)
            elif frame.kind == FRAGMENT:  # type: ignore[attr-defined]
                self._take_fragment(frame.payload, said)  # type: ignore[attr-defined]
            elif frame.kind == PACK:  # type: ignore[attr-defined]
                self._understand_pack(frame.payload, said)  # type: ignore[attr-defined]
            else:
                self._understand(frame.payload, said)  # type: ignore[attr-defined]
        return said

    @property
    def tally(self) -> "dict[str, int]":
        """What was discarded since the beginning, by kind (see FrameDecoder), and what was not understood."""
        return self._tally()

    def encode(self, message: Message) -> bytes:
        """The whole frame of a message. ValueError when it is longer than a peer would take."""
        if not self.glasses_side and isinstance(message, pack.Have):
            return encode_frame(PACK, pack.encode(message), False)
        wire = message.to_wire()
        return self._frame(wrap_from_glasses(wire) if self.glasses_side else wrap_from_phone(wire))

    def encode_native(self, command: str, body: object = "") -> bytes:
        """The whole frame of a word to or from the button controller. ValueError when it is too long."""
        return self._frame(wrap_native(command, body))

    def encode_file_packet(  # noqa: PLR0917 - the packet's own order
        self, kind: int, index: int, file_size: int, name: str, data: bytes, flags: int = 0
    ) -> bytes:
        """A whole file packet. ValueError for a name that does not fit, no data or too much."""
        return encode_file_packet(kind, index, file_size, name, data, flags)

    def _frame(self, payload: bytes) -> bytes:
        if len(payload) > self.max_payload:
            raise ValueError("a message of %d bytes is longer than the link takes" % len(payload))
        return encode_frame(STRING, payload, not self.glasses_side)

    def _tally(self) -> "dict[str, int]":
        tally = self._decoder.discarded.copy()
        tally["unknown_message"] = self._unknown
        tally["malformed_message"] = self._malformed
        tally["fragment"] = self._fragments
        return tally

    def _understand_pack(self, payload: bytes, said: "list[object]") -> None:
        found = pack.parse_have(payload) if self.glasses_side else pack.parse(payload)
        if found is None:
            self._reject(ProtocolError("a pack of no known shape"), said)
        else:
            said.append(found)

    def _understand(self, payload: bytes, said: "list[object]") -> None:
        try:
            content = unwrap(payload)
            if isinstance(content, Native):
                said.append(content)
            else:
                self._take_object(content, said)
        except ProtocolError as error:
            self._reject(error, said)

    def _take_object(self, content: "dict[str, object]", said: "list[object]") -> None:
        message = parse(self.catalogue, content)
        if message is None:
            self._unknown += 1
        else:
            said.append(message)

    def _take_fragment(self, payload: bytes, said: "list[object]") -> None:
        self._fragments += 1

    def _reject(self, error: ProtocolError, said: "list[object]") -> None:
        self._malformed += 1
        said.append(Rejected(error.code, str(error)))
