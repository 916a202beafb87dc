"""Dechunker: reads RTMP's chunks at the speed of C, however small they are.

Between two headers of one message lie exactly `chunk_bytes` bytes, so all headers in what has come are one slice with
a stride: when they are what they should be (the message goes on), one more such slice takes them all out. Where they
are not, or a timestamp may stand between, chunks are read one by one.
"""

from trifocal_shared.rtmp.chunks import EXTENDED, ChunkReader

CONTROL_KINDS = 7
"""Kinds below change something about the connection, among them how chunks are read."""

ONE_BYTE_CHANNELS = 64


class Dechunker(ChunkReader):
    """Bytes in, messages out, as from its base."""

    def _ahead(self, data: bytes, at: int, end: int) -> int:
        """Read what nearly all messages are: an ordinary header on a known channel, the whole body behind."""
        channels = self._channels
        found = self._found
        most = self.chunk_bytes
        while at + 12 <= end:
            first = data[at]
            channel = channels.get(first & 63)
            if channel is None or channel.open or channel.extended or first >= 0x80:
                break
            stamp = int.from_bytes(data[at + 1 : at + 4], "big")
            length = int.from_bytes(data[at + 4 : at + 7], "big")
            kind = data[at + 7]
            begin = at + (8 if first & 0x40 else 12)
            goes_on = (length - 1) // most if length else 0
            after = begin + length + goes_on
            if after > end or not 0 < length <= self._most or kind < CONTROL_KINDS or stamp == EXTENDED:
                break
            if goes_on:
                cut = bytearray(memoryview(data)[begin:after])
                if cut[most :: most + 1].count(0xC0 | first & 63) != goes_on:
                    break
                del cut[most :: most + 1]
                body = bytes(cut)
            else:
                body = data[begin:after]
            if first & 0x40:
                channel.delta = stamp
                stamp = (channel.stamp + stamp) & 0xFFFFFFFF
            else:
                channel.delta = 0
                channel.stream = int.from_bytes(data[at + 8 : begin], "little")
            channel.stamp = stamp
            channel.kind = kind
            channel.length = length
            found.append((kind, stamp, channel.stream, body))
            at = after
        return at

    def _payload(self, data: bytes, at: int, end: int) -> int:
        channel = self._now
        assert channel is not None
        missing = channel.length - len(channel.body)
        left = self._left
        if missing <= left:
            if missing == channel.length <= end - at:
                self._close(channel)
                self._now = None
                self._give(channel, data[at : at + missing])
                return at + missing
        elif end - at > left and not channel.extended and channel.number < ONE_BYTE_CHANNELS:
            stride = self.chunk_bytes + 1
            span = min(end - at, missing + -(-(missing - left) // self.chunk_bytes))
            cut = bytearray(memoryview(data)[at : at + span])
            heads = cut[left::stride]
            if heads.count(0xC0 | channel.number) == len(heads):
                del cut[left::stride]
                channel.body += cut
                rest = self.chunk_bytes - (span - left - 1) % stride
                self._took(channel, min(rest, channel.length - len(channel.body)))
                return at + span
        return super()._payload(data, at, end)
