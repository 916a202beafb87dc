"""H.264 as RTP carries it (RFC 6184): frames cut into payloads, and payloads put together again.

Frames are those of the media plane: NAL units with four bytes of length before each. Small units that follow one
another share a payload (STAP-A), large ones are cut (FU-A); `marker` is the last payload's.
"""

from collections.abc import Iterator

from trifocal_shared.message import ProtocolError

MOST_BYTES = 1180
"""Of a payload: with the heads of RTP, SRTP, UDP and IPv6 it still passes everywhere."""
MOST_FRAME_BYTES = 4 * 2**20
STAP_A, FU_A = 24, 28
IDR, SPS, PPS, DELIMITER = 5, 7, 8, 9
_REFERENCE = 0x60
_TYPE = 0x1F
_START, _END = 0x80, 0x40


def units(frame: memoryview) -> Iterator[memoryview]:
    """The NAL units of a frame; what is cut short ends it."""
    at, end = 0, len(frame)
    while at + 4 < end:
        size = int.from_bytes(frame[at : at + 4], "big")
        if at + 4 + size > end:
            return
        if size:
            yield frame[at + 4 : at + 4 + size]
        at += 4 + size


def parameter_sets(config: bytes) -> list[memoryview]:
    """What an avcC holds of them (ISO 14496-15 §5.3.3.1). Raises ProtocolError."""
    found = []
    at = 5
    view = memoryview(config)
    for mask in (31, 255):
        if at >= len(view):
            raise ProtocolError("the video's configuration is cut short")
        count = view[at] & mask
        at += 1
        for _ in range(count):
            size = int.from_bytes(view[at : at + 2], "big")
            if size == 0 or at + 2 + size > len(view):
                raise ProtocolError("a parameter set is cut short")
            found.append(view[at + 2 : at + 2 + size])
            at += 2 + size
    return found


def payloads(frame: list[memoryview]) -> list[bytes]:
    """NAL units of one picture -> RTP payloads in their order."""
    found: list[bytes] = []
    together: list[memoryview] = []
    size = 1
    for unit in frame:
        if together and size + 2 + len(unit) > MOST_BYTES:
            found.append(_together(together))
            together, size = [], 1
        if len(unit) > MOST_BYTES:
            found += _cut(unit)
        else:
            together.append(unit)
            size += 2 + len(unit)
    if together:
        found.append(_together(together))
    return found


def _together(parts: list[memoryview]) -> bytes:
    if len(parts) == 1:
        return bytes(parts[0])
    head = STAP_A | max(unit[0] & _REFERENCE for unit in parts)
    return b"".join([bytes([head]), *(piece for unit in parts for piece in (len(unit).to_bytes(2, "big"), unit))])


def _cut(unit: memoryview) -> list[bytes]:
    indicator, kind = unit[0] & _REFERENCE | FU_A, unit[0] & _TYPE
    count = -(-(len(unit) - 1) // (MOST_BYTES - 2))
    step = -(-(len(unit) - 1) // count)
    found = []
    for at in range(1, len(unit), step):
        mark = (_START if at == 1 else 0) | (_END if at + step >= len(unit) else 0)
        found.append(bytes([indicator, mark | kind]) + unit[at : at + step])
    return found


class Assembly:
    """The picture under way: payloads in order in, its NAL units out; what does not fit together spoils it."""

    def __init__(self) -> None:
        self.units: list[bytes] = []
        self.spoiled = False
        self._cut: bytearray | None = None
        self._bytes = 0

    def add(self, payload: bytes) -> None:
        """The next payload."""
        self._bytes += len(payload)
        if not payload or self._bytes > MOST_FRAME_BYTES:
            self.spoiled = True
            return
        kind = payload[0] & _TYPE
        if self._cut is not None and kind != FU_A:
            self.spoiled = True
        if kind == FU_A:
            self._piece(payload)
        elif kind == STAP_A:
            self._apart(payload)
        elif 0 < kind < STAP_A:
            self.units.append(payload)
        else:
            self.spoiled = True

    def whole(self) -> list[bytes]:
        """The picture's units; none when something of it is missing."""
        return [] if self.spoiled or self._cut is not None else self.units

    def _piece(self, payload: bytes) -> None:
        if len(payload) < 3:
            self.spoiled = True
            return
        if payload[1] & _START:
            self.spoiled |= self._cut is not None
            self._cut = bytearray([payload[0] & _REFERENCE | payload[1] & _TYPE])
        if self._cut is None:
            self.spoiled = True
            return
        self._cut += payload[2:]
        if payload[1] & _END:
            self.units.append(bytes(self._cut))
            self._cut = None

    def _apart(self, payload: bytes) -> None:
        at = 1
        while at + 2 < len(payload):
            size = int.from_bytes(payload[at : at + 2], "big")
            if size == 0 or at + 2 + size > len(payload):
                break
            self.units.append(payload[at + 2 : at + 2 + size])
            at += 2 + size
        self.spoiled |= at != len(payload)
