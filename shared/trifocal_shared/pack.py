"""Packs: pieces of a photo between two Trifocal ends, and the word that asks for them (FIRMWARE §6). Big-endian.

    1  number(4) offset(4) data         a piece of the photo: up to 486 bytes of it from `offset`
    2  number(4) offset(4) window(4)    the receiver holds the bytes before `offset` and takes `window` more

A full piece is exactly one notification at MTU 498. Where there is a stream of bytes instead of notifications, each
stands in a frame of its own, of the kind `frame.PACK`.
"""

from trifocal_shared.frame import PACK_BYTES
from trifocal_shared.message import Message, required

PIECE = 1
HAVE = 2

HEAD = 9
"""Bytes before the data of a piece."""

DATA_BYTES = PACK_BYTES - HEAD


class Piece:
    """A piece of photo `number`, beginning at `offset`."""

    def __init__(self, number: int, offset: int, data: bytes) -> None:
        self.number = number
        self.offset = offset
        self.data = data

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Piece) and self.__dict__ == other.__dict__

    def __repr__(self) -> str:
        return "Piece(%d, %d, %d bytes)" % (self.number, self.offset, len(self.data))

    __hash__ = None  # type: ignore[assignment]


class Have(Message):
    """The receiver holds `offset` bytes of photo `number` and takes `window` more: starts, resumes, acknowledges."""

    number: int = required(int)
    offset: int = required(int)
    window: int = 0


def encode(said: "Piece | Have") -> bytes:
    """The bytes of a pack. ValueError or OverflowError for what does not fit into one."""
    number, offset = said.number.to_bytes(4, "big"), said.offset.to_bytes(4, "big")
    if isinstance(said, Have):
        return bytes((HAVE,)) + number + offset + said.window.to_bytes(4, "big")
    if not 0 < len(said.data) <= DATA_BYTES:
        raise ValueError("a piece carries 1 to 486 bytes")
    return bytes((PIECE,)) + number + offset + said.data


def parse(pack: bytes) -> "Piece | Have | None":
    """What a pack says; None for anything else."""
    if HEAD < len(pack) <= PACK_BYTES and pack[0] == PIECE:
        return Piece(int.from_bytes(pack[1:5], "big"), int.from_bytes(pack[5:9], "big"), pack[9:])
    return parse_have(pack)


def parse_have(pack: bytes) -> "Have | None":
    """What a pack says to whoever sends the pieces; None for anything else."""
    if len(pack) != HEAD + 4 or pack[0] != HAVE:
        return None
    number, offset, window = [int.from_bytes(pack[at : at + 4], "big") for at in (1, 5, 9)]
    return Have(number=number, offset=offset, window=window)
