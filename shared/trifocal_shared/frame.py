"""Bytes <-> frames on the link and on the UART: the K900 framing (PROTOCOL-device §2.3, §2.6, §2.9).

    "##" kind length payload "$$"                                          strings and fragments
    "##" kind size(2) index(2) fileSize(4) name(16) flags(2) data sum "$$"  file packets, big-endian
    "##" kind length(2) payload sum "$$"                                    packs (see `pack`), big-endian

The decoder has two states. IDLE: the buffer is empty, nothing is awaited. WAITING: the buffer begins with what may
be a frame, and more bytes, one second of silence or ten seconds in all decide about it.

Promises
- A frame is found by its length and believed only when `$$` stands at its computed end. Markers are never searched
  inside a frame, so `##` and `$$` may occur in any payload.
- The length of a string frame is read in both byte orders, for the two directions of the link differ and old
  peripherals mix them. The reading that ends in `$$` wins; if both do, the shorter one where another frame follows
  it, else the little-endian one. While neither is proven and one is still incomplete, more bytes are awaited. A
  fragment's length is always little-endian, a file packet's big-endian.
- Whatever is not a frame is skipped by one byte, because `##` can overlap (`###`), and counted in `discarded`.
  Frames that lie within the bytes of a false one are found all the same.
- A file packet or pack that ends where it should, but with a wrong sum, is dropped whole.
- `receive` never raises on any bytes and keeps less than one frame of the largest allowed size.

Refusals: lengths of zero or above the limits, unknown kinds, names that are no UTF-8.
"""

STRING = 0x30
PHOTO = 0x31
VIDEO = 0x32
MUSIC = 0x33
AUDIO = 0x34
DATA = 0x35
FRAGMENT = 0x40
PACK = 0x50
"""A kind of ours; the others are MentraOS's."""

MAX_PACK = 4096
"""The most data bytes believed in one file packet; MentraOS sends 400, its newest firmware 800."""

PACK_BYTES = 495
"""The longest payload of a pack: one notification at MTU 498, exactly two radio packets (FIRMWARE §2)."""

NAME_BYTES = 16
"""Room for the file's name in a file packet."""

STALL_MS = 1_000
"""Silence after which an incomplete frame is given up (PROTOCOL-device §2.3)."""

FRAME_MS = 10_000
"""How long a frame may take in all, so that a false length cannot hold up the true frames behind it for ever."""

OVERHEAD = 7
"""Bytes that a frame adds to its payload."""

PACKET_OVERHEAD = 32
"""Bytes that a file packet adds to its data."""

_MARK = 0x23
_END = b"$$"


class Frame:
    """A string, a fragment or a pack: its kind and its payload."""

    def __init__(self, kind: int, payload: bytes) -> None:
        self.kind = kind
        self.payload = payload

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Frame) and self.kind == other.kind and self.payload == other.payload

    def __repr__(self) -> str:
        return "Frame(0x%02x, %r)" % (self.kind, self.payload)

    __hash__ = None  # type: ignore[assignment]


class FilePacket:
    """A piece of a file; its sum was right. `file_size` may be inflated by old senders (PROTOCOL-device §2.9).

    The arguments stand in the packet's own order, here and in `encode_file_packet`.
    """

    def __init__(self, kind: int, index: int, file_size: int, name: str, flags: int, data: bytes) -> None:  # noqa: PLR0917
        self.kind = kind
        self.index = index
        self.file_size = file_size
        self.name = name
        self.flags = flags
        self.data = data

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FilePacket) and self.__dict__ == other.__dict__

    def __repr__(self) -> str:
        head = (self.kind, self.index, self.file_size, self.name, self.flags, len(self.data))
        return "FilePacket(0x%02x, index=%d, file_size=%d, name=%r, flags=%d, %d bytes)" % head

    __hash__ = None  # type: ignore[assignment]


def encode_frame(kind: int, payload: bytes, little_endian: bool) -> bytes:
    """A whole string, fragment or pack frame; only strings heed `little_endian`. ValueError for a bad length."""
    size = len(payload)
    if not 0 < size <= (PACK_BYTES if kind == PACK else 0xFFFF):
        raise ValueError("a frame carries 1 to 65535 bytes, not %d" % size)
    low_first = kind == FRAGMENT or (little_endian and kind != PACK)
    length = size.to_bytes(2, "little") if low_first else size.to_bytes(2, "big")
    end = bytes((sum(payload) & 0xFF,)) + _END if kind == PACK else _END
    return b"##" + bytes((kind,)) + length + payload + end


def encode_file_packet(kind: int, index: int, file_size: int, name: str, data: bytes, flags: int = 0) -> bytes:  # noqa: PLR0917
    """A whole file packet. ValueError for a name or a number that does not fit, no data or too much."""
    name_bytes = name.encode()
    if not 0 < len(name_bytes) <= NAME_BYTES:
        raise ValueError("a file name on the wire has 1 to 16 bytes")
    if not 0 < len(data) <= MAX_PACK:
        raise ValueError("a file packet carries 1 to 4096 bytes, not %d" % len(data))
    if not (0 <= index <= 0xFFFF and 0 <= file_size <= 0xFFFFFFFF):
        raise ValueError("a file packet counts up to 65535, a file's size up to 4 GiB")
    parts = (
        b"##",
        bytes((kind,)),
        len(data).to_bytes(2, "big"),
        index.to_bytes(2, "big"),
        file_size.to_bytes(4, "big"),
        name_bytes + bytes(NAME_BYTES - len(name_bytes)),
        flags.to_bytes(2, "big"),
        data,
        bytes((sum(data) & 0xFF,)),
        _END,
    )
    return b"".join(parts)


class FrameDecoder:
    """Finds the frames in a stream of bytes. `discarded` counts bytes of `garbage`, and frames by what was wrong.

    Whoever is sent no `files` does not know file packets.
    """

    def __init__(self, max_payload: int = 4096, files: bool = True) -> None:
        self.max_payload = max_payload
        self.files = files
        self.discarded: dict[str, int] = {
            "garbage": 0,
            "unknown_type": 0,
            "empty": 0,
            "too_long": 0,
            "bad_end": 0,
            "bad_checksum": 0,
            "bad_name": 0,
            "stalled": 0,
        }
        self._buffer = b""
        self._events: list[object] = []
        self._heard_at = 0
        self._begun_at = 0

    def receive(self, data: bytes, now: int) -> None:
        """Bytes came, however they were cut."""
        if not data:
            return
        if not self._buffer:
            self._begun_at = now
        self._heard_at = now
        self._buffer = self._buffer + bytes(data)
        self._scan(now, False)

    def deadline(self) -> "int | None":
        """When the frame at hand is given up, or None while nothing is awaited."""
        if not self._buffer:
            return None
        return min(self._heard_at + STALL_MS, self._begun_at + FRAME_MS)

    def timeout(self, now: int) -> None:
        """Give up an incomplete frame whose time is over, and look for others in its bytes."""
        if not self._buffer:
            return
        if now >= self._heard_at + STALL_MS:
            self._scan(now, True)
        elif now >= self._begun_at + FRAME_MS:
            self.discarded["stalled"] += 1
            self.discarded["garbage"] += 1
            self._buffer = self._buffer[1:]
            self._begun_at = now
            self._scan(now, False)

    def events(self) -> "list[object]":
        """Drain the frames and file packets found, in order."""
        events, self._events = self._events, []
        return events

    def _scan(self, now: int, final: bool) -> None:
        """Take what is whole out of the buffer. `final`: nothing more is awaited, the buffer ends empty."""
        buffer = self._buffer
        end = len(buffer)
        at = 0
        while at < end:
            found = buffer.find(b"##", at)
            if found < 0:  # a lone # at the end may be half a marker
                found = end - 1 if buffer[end - 1] == _MARK else end
            if found > at:
                self.discarded["garbage"] += found - at
                at = found
                continue
            size = self._measure(buffer, at)
            if size > 0:
                self._take(buffer, at, size)
                at += size
                continue
            if size == 0:
                if not final:
                    break
                self.discarded["stalled"] += end - at > 2
            self.discarded["garbage"] += 1
            at += 1
        if at:
            self._buffer = buffer[at:]
            self._begun_at = now

    def _measure(self, buffer: bytes, at: int) -> int:
        """The size of the whole frame at `at`; 0 when more bytes must tell; -1, and counted, when there is none."""
        have = len(buffer) - at
        if have < 3:
            return 0
        kind = buffer[at + 2]
        if kind not in (STRING, FRAGMENT, PACK) and not (self.files and PHOTO <= kind <= DATA):
            self.discarded["unknown_type"] += kind != _MARK
            return -1
        if have < 5:
            return 0
        first, second = buffer[at + 3], buffer[at + 4]
        if kind == STRING:
            return self._prove(buffer, at, (first | second << 8, first << 8 | second), self.max_payload + OVERHEAD)
        if kind == FRAGMENT:
            return self._prove(buffer, at, (first | second << 8,), self.max_payload + OVERHEAD)
        limit = MAX_PACK + PACKET_OVERHEAD if self.files and kind != PACK else PACK_BYTES + OVERHEAD + 1
        return self._prove(buffer, at, (first << 8 | second,), limit)

    def _prove(self, buffer: bytes, at: int, lengths: "tuple[int, ...]", limit: int) -> int:
        """As `_measure`: that of the `lengths` that ends in `$$`; `limit` is the size of the largest frame."""
        kind = buffer[at + 2]
        overhead = PACKET_OVERHEAD if self.files and PHOTO <= kind <= DATA else OVERHEAD + (kind == PACK)
        proven = 0
        waiting = False
        fault = "too_long" if lengths[0] else "empty"
        for length in lengths:
            size = length + overhead
            if length == 0 or size > limit:
                continue
            fault = "bad_end"
            if at + size > len(buffer):
                waiting = True
            elif buffer[at + size - 2 : at + size] != _END:
                continue
            # A shorter second reading wins over the first one only where the next frame follows right behind it:
            # then the first has run over whole frames and met the end of another.
            elif not proven or (size < proven and buffer[at + size : at + size + 2] == b"##"):
                proven = size
        if proven or waiting:
            return proven
        self.discarded[fault] += 1
        return -1

    def _take(self, buffer: bytes, at: int, size: int) -> None:
        kind = buffer[at + 2]
        if kind in (STRING, FRAGMENT):
            self._events.append(Frame(kind, buffer[at + 5 : at + size - 2]))
            return
        data = buffer[at + (29 if self.files and kind != PACK else 5) : at + size - 3]
        if sum(data) & 0xFF != buffer[at + size - 3]:
            self.discarded["bad_checksum"] += 1
        elif kind == PACK:
            self._events.append(Frame(kind, data))
        elif self.files:
            self._take_packet(buffer, at, data)

    def _take_packet(self, buffer: bytes, at: int, data: bytes) -> None:
        try:
            name = buffer[at + 11 : at + 27].split(b"\0", 1)[0].decode()
        except ValueError:  # UnicodeDecodeError is one, on MicroPython too
            self.discarded["bad_name"] += 1
            return
        index = buffer[at + 5] << 8 | buffer[at + 6]
        file_size = int.from_bytes(buffer[at + 7 : at + 11], "big")
        flags = buffer[at + 27] << 8 | buffer[at + 28]
        self._events.append(FilePacket(buffer[at + 2], index, file_size, name, flags, data))
