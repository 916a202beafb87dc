"""Messages in pieces, for peers that take short frames only: MentraOS's two ways (PROTOCOL-device §2.5, §2.6).

    1   {"t":"ck","id":ID,"c":INDEX,"n":COUNT,"d":"a slice of the message"[,"mId":ID, on the last one]}
    2   flags number(2) index count length(2) and a slice of the message, little-endian, in a frame FRAGMENT

The slices of a message may come in any order, and again. An older spelling of the first way is read, not written.
"""

from trifocal_shared.frame import FRAGMENT, OVERHEAD, encode_frame

FRAME_BYTES = 240
"""The longest frame that the radios of MentraOS's glasses are known to pass on whole."""

SLICE_BYTES = 80
"""The first way begins with slices of so many bytes, and takes shorter ones until every frame fits."""

LIFE_MS = 30_000
"""How long after its first piece a message is waited for."""

MOST = 10
"""Messages that are waited for at a time; one more pushes the oldest out."""

PIECE_COST = 32
"""What keeping a piece costs besides its bytes, so that many small ones do not fill a heap."""

HEAD = 7
"""Bytes before the slice of a fragment."""

FIRST = 0x01
LAST = 0x02
WAKE = 0x04
HANDSHAKE = 0x08

OFFER = b"v2"
"""What a fragment HANDSHAKE carries: let us use the second way."""


def slices(text: bytes, size: int) -> "list[bytes]":
    """A UTF-8 text in pieces of at most `size` bytes, 4 or more, none of which cuts a character."""
    found = []
    at = 0
    while at < len(text):
        end = at + size
        while end < len(text) and text[end] & 0xC0 == 0x80:
            end -= 1
        found.append(text[at:end])
        at = end
    return found


def chunks(text: bytes, key: str, message_id: int, size: int) -> "list[dict[str, object]]":
    """A message in the first way, by slices of `size` bytes; `message_id` is 0 for none."""
    parts = slices(text, size)
    found: list[dict[str, object]] = []
    for part in parts:
        found.append({"t": "ck", "id": key, "c": len(found), "n": len(parts), "d": part.decode()})
    if message_id:
        found[-1]["mId"] = message_id
    return found


def fragments(text: bytes, number: int, flags: int, longest: int) -> "list[bytes]":
    """The frames of a message in the second way, none longer than `longest`. ValueError for more than 255."""
    parts = slices(text, longest - OVERHEAD - HEAD)
    found: list[bytes] = []
    for part in parts:
        index = len(found)
        marks = flags | (FIRST if index == 0 else 0) | (LAST if index == len(parts) - 1 else 0)
        head = bytes((marks,)) + number.to_bytes(2, "little") + bytes((index, len(parts)))
        found.append(encode_frame(FRAGMENT, head + len(part).to_bytes(2, "little") + part, True))
    return found


class Gathering:
    """Messages of which some pieces are missing. What is let go, or makes no sense, is counted in `dropped`."""

    def __init__(self, room: int) -> None:
        """`room` bytes are kept in all."""
        self.dropped = 0
        self._room = room
        self._open: list[tuple[object, int, int, dict[int, bytes]]] = []  # key, count, begun at, pieces; oldest first

    def add(self, key: object, index: int, count: int, piece: bytes, now: int) -> "bytes | None":
        """A piece came, in the order of its own fields; the whole message when it was the last one missing.

        A count that differs from the one said before ends that message.
        """
        found = None
        for each in list(self._open):
            if now - each[2] >= LIFE_MS or (each[0] == key and each[1] != count):
                self._open.remove(each)
                self.dropped += 1
                if each[0] == key and each[1] != count:
                    return None
            elif each[0] == key:
                found = each
        if not 0 <= index < count or not piece:
            self.dropped += 1
            return None
        if found is None:
            found = (key, count, now, {})
            self._open.append(found)
        found[3][index] = piece
        if len(found[3]) == count:
            self._open.remove(found)
            whole = b""
            for at in range(count):
                whole += found[3][at]
            return whole
        while len(self._open) > MOST or self._kept() > self._room:
            self._open.pop(0)
            self.dropped += 1
        return None

    def _kept(self) -> int:
        kept = 0
        for each in self._open:
            for piece in each[3].values():
                kept += len(piece) + PIECE_COST
        return kept
