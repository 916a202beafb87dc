"""The link's bytes as the notifications and writes in which they would go over the air.

A frame is cut into pieces of `NOTIFICATION` bytes; a pack goes bare, that is without the 8 bytes of its frame. What is
fed here comes from ends of ours and is believed: this is no decoder.
"""

from trifocal_shared.frame import FRAGMENT, OVERHEAD, PACK, PACKET_OVERHEAD, STRING
from trifocal_tools.radio.air import NOTIFICATION

HEAD = 5


class Notifications:
    """One direction of one link; the length of a string is `little_endian` from a gateway."""

    def __init__(self, little_endian: bool) -> None:
        self._little_endian = little_endian
        self._buffer = b""

    def receive(self, data: bytes) -> list[tuple[int, bytes]]:
        """What is whole now: bytes on the air, and what the other end is to receive for them."""
        self._buffer += data
        found: list[tuple[int, bytes]] = []
        while len(self._buffer) >= HEAD and len(self._buffer) >= (size := self._size()):
            frame, self._buffer = self._buffer[:size], self._buffer[size:]
            if frame[2] == PACK:
                found.append((size - OVERHEAD - 1, frame))
            else:
                pieces = (frame[at : at + NOTIFICATION] for at in range(0, size, NOTIFICATION))
                found += [(len(piece), piece) for piece in pieces]
        return found

    def _size(self) -> int:
        kind = self._buffer[2]
        low_first = kind == FRAGMENT or (kind == STRING and self._little_endian)
        length = int.from_bytes(self._buffer[3:5], "little" if low_first else "big")
        return length + {STRING: OVERHEAD, FRAGMENT: OVERHEAD, PACK: OVERHEAD + 1}.get(kind, PACKET_OVERHEAD)
