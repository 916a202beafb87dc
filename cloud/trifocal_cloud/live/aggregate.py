"""Aggregates: messages that hold others, as FLV tags one after the other (RTMP 1.0 §7.1.6)."""

from collections.abc import Iterator

from trifocal_shared.message import ProtocolError
from trifocal_shared.rtmp.chunks import AUDIO, DATA, VIDEO

_HEAD, _TAIL = 11, 4


def parted(stamp: int, body: bytes) -> Iterator[tuple[int, int, bytes]]:
    """The media in it: kind, time, body; the first tag has the time of the whole. Raises ProtocolError."""
    at = 0
    first = None
    while at + _HEAD <= len(body):
        size = int.from_bytes(body[at + 1 : at + 4], "big")
        own = int.from_bytes(body[at + 4 : at + 7], "big") | body[at + 7] << 24
        first = own if first is None else first
        end = at + _HEAD + size
        if end > len(body):
            raise ProtocolError("an aggregate is cut short")
        if body[at] in (VIDEO, AUDIO, DATA):
            yield body[at], (stamp + own - first) & 0xFFFFFFFF, body[at + _HEAD : end]
        at = end + _TAIL
