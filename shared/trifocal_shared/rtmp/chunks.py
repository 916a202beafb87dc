"""Chunks: how RTMP cuts messages into pieces and interleaves them (RTMP 1.0 §5.3), read with bounds and written.

A message here is a tuple `(kind, timestamp, stream, body)`; the timestamp is in ms and wraps at 32 bits. Reading takes
bytes as they come, cut anywhere, and holds no more than the messages under way. Set Chunk Size and Abort change
how the rest is read, so they are carried out at once, and are given as messages like all others.

What other implementations do and this one takes: a chunk of type 3 may begin a new message with the last one's delta;
a first chunk of type 1 counts as one of type 0 with an unknown stream of 0; a continuation may repeat the extended
timestamp or leave it out, and the four bytes are read as one only where they equal it.
"""

from trifocal_shared.message import ProtocolError

SET_CHUNK_SIZE = 1
ABORT = 2
ACKNOWLEDGEMENT = 3
USER_CONTROL = 4
WINDOW_SIZE = 5
SET_PEER_BANDWIDTH = 6
AUDIO = 8
VIDEO = 9
DATA = 18
COMMAND = 20
AGGREGATE = 22

FIRST_CHUNK_BYTES = 128
"""The size of chunks until a peer sets another."""
MOST_CHUNK_BYTES = 2**20
MOST_MESSAGE_BYTES = 4 * 2**20
MOST_PENDING_BYTES = 6 * 2**20
"""Of all unfinished messages of a connection together."""
MOST_CHANNELS = 16

EXTENDED = 0xFFFFFF
"""A timestamp field with this value has its value in four more bytes."""


class Channel:
    """One chunk stream: the last header it had, and the message that is under way on it."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.known = False
        """Whether it ever had a header."""
        self.kind = 0
        self.stamp = 0
        self.delta = 0
        self.length = 0
        self.stream = 0
        self.extended = b""
        """The four bytes of the extended timestamp, which continuations may repeat."""
        self.body = bytearray()
        self.open = False


class ChunkReader:
    """Bytes in, messages out. After a ProtocolError it is of no more use."""

    def __init__(self, most_message_bytes: int = MOST_MESSAGE_BYTES) -> None:
        self.chunk_bytes = FIRST_CHUNK_BYTES
        self._most = most_message_bytes
        self._channels: dict[int, Channel] = {}
        self._rest = b""
        """A header that is not whole yet."""
        self._now: Channel | None = None
        """Whose chunk is being read; `_left` bytes of it are to come."""
        self._left = 0
        self._pending = 0
        self._found: list[tuple[int, int, int, bytes]] = []

    def receive(self, data: bytes) -> list[tuple[int, int, int, bytes]]:
        """The messages that are complete with these bytes. Raises ProtocolError."""
        if self._rest:
            data = self._rest + data
            self._rest = b""
        at = 0
        end = len(data)
        while at < end:
            if self._now is None:
                at = self._ahead(data, at, end)
                begun = self._header(data, at) if at < end else -1
                if begun < 0:
                    self._rest = bytes(data[at:])
                    break
                at = begun
                if self._now is None:
                    continue  # it was a message without a body
            at = self._payload(data, at, end)
        found = self._found
        self._found = []
        return found

    def _ahead(self, data: bytes, at: int, end: int) -> int:
        """Where headers are to be read one by one; a reader that knows a shorter way has gone it by then."""
        return at

    def _payload(self, data: bytes, at: int, end: int) -> int:
        """Read what there is of the present chunk; where reading goes on."""
        channel = self._now
        assert channel is not None
        took = min(self._left, end - at)
        channel.body += memoryview(data)[at : at + took]
        self._took(channel, self._left - took)
        return at + took

    def _took(self, channel: Channel, left: int) -> None:
        """More of this message is there, and so many bytes of its chunk are to come."""
        self._left = left
        if len(channel.body) == channel.length:
            self._finish(channel)
        elif left == 0:
            self._now = None

    def _finish(self, channel: Channel) -> None:
        body = bytes(channel.body)
        self._close(channel)
        self._now = None
        self._give(channel, body)

    def _close(self, channel: Channel) -> None:
        self._pending -= channel.length
        channel.body = bytearray()
        channel.open = False

    def _give(self, channel: Channel, body: bytes) -> None:
        if channel.kind in (SET_CHUNK_SIZE, ABORT):
            self._control(channel.kind, body)
        self._found.append((channel.kind, channel.stamp, channel.stream, body))

    def _control(self, kind: int, body: bytes) -> None:
        if len(body) < 4:
            raise ProtocolError("a control message is cut short")
        value = int.from_bytes(body[:4], "big")
        if kind == SET_CHUNK_SIZE:
            if not 0 < value <= MOST_CHUNK_BYTES:
                raise ProtocolError("that is no size for chunks")
            self.chunk_bytes = value
        elif kind == ABORT:
            channel = self._channels.get(value)
            if channel is not None and channel.open:
                self._close(channel)

    def _header(self, data: bytes, at: int) -> int:
        """Read a chunk's header; where its payload begins, or -1 while it is not whole."""
        first = data[at]
        number = first & 63
        at += 1
        if number < 2:
            if at + number + 1 > len(data):
                return -1
            wide = number == 1
            number = 64 + data[at] + (data[at + 1] << 8 if wide else 0)
            at += 2 if wide else 1
        channel = self._channels.get(number) or Channel(number)
        if channel.open:
            return self._continued(channel, first >> 6, data, at)
        return self._begun(channel, first >> 6, data, at)

    def _continued(self, channel: Channel, form: int, data: bytes, at: int) -> int:
        if form != 3:
            raise ProtocolError("a message begins within another")
        again = bytes(data[at : at + 4]) if channel.extended else b""
        if channel.extended and again == channel.extended[: len(again)]:
            if len(again) < 4:
                return -1
            at += 4
        self._now = channel
        self._left = min(self.chunk_bytes, channel.length - len(channel.body))
        return at

    def _begun(self, channel: Channel, form: int, data: bytes, at: int) -> int:
        size = (11, 7, 3, 0)[form]
        if at + size > len(data):
            return -1
        if not channel.known and form > 1:
            raise ProtocolError("a chunk refers to one that never was")
        field = int.from_bytes(data[at : at + 3], "big") if size else 0
        extended = channel.extended if form == 3 else b""
        if field == EXTENDED:
            extended = bytes(data[at + size : at + size + 4])
            size += 4
        elif extended:
            again = bytes(data[at : at + 4])
            size = 4 if again == extended[: len(again)] else 0
        if at + size > len(data):
            return -1
        if form < 2:
            self._described(channel, form, data, at)
        if form < 3:
            channel.delta = int.from_bytes(extended, "big") if extended else field
            channel.extended = extended
        if form == 0:
            channel.stamp = channel.delta
            channel.delta = 0
        else:
            channel.stamp = (channel.stamp + channel.delta) & 0xFFFFFFFF
        self._open(channel)
        return at + size

    def _described(self, channel: Channel, form: int, data: bytes, at: int) -> None:
        length = int.from_bytes(data[at + 3 : at + 6], "big")
        if length > self._most:
            raise ProtocolError("a message is too long", "too_large")
        if not channel.known:
            if len(self._channels) == MOST_CHANNELS:
                raise ProtocolError("too many chunk streams", "too_many")
            self._channels[channel.number] = channel
            channel.known = True
        channel.length = length
        channel.kind = data[at + 6]
        if form == 0:
            channel.stream = int.from_bytes(data[at + 7 : at + 11], "little")

    def _open(self, channel: Channel) -> None:
        if channel.length == 0:
            self._give(channel, b"")
            return
        self._pending += channel.length
        if self._pending > MOST_PENDING_BYTES:
            raise ProtocolError("too much is under way at once", "too_large")
        channel.open = True
        self._now = channel
        self._left = min(self.chunk_bytes, channel.length)


def encode(message: tuple[int, int, int, bytes], number: int, chunk_bytes: int = FIRST_CHUNK_BYTES) -> bytes:
    """A message as chunks on the chunk stream `number` (2 to 63), with a whole header, so that it depends on none."""
    kind, stamp, stream, body = message
    stamp &= 0xFFFFFFFF
    extended = stamp.to_bytes(4, "big") if stamp >= EXTENDED else b""
    head = bytes((number,)) + min(stamp, EXTENDED).to_bytes(3, "big") + len(body).to_bytes(3, "big")
    parts = [head, bytes((kind,)), stream.to_bytes(4, "little"), extended, body[:chunk_bytes]]
    again = bytes((0xC0 | number,)) + extended
    for at in range(chunk_bytes, len(body), chunk_bytes):
        parts.append(again)
        parts.append(body[at : at + chunk_bytes])
    return b"".join(parts)
