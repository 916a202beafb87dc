"""Received: what a publisher sends by WebRTC, as the messages that streams are made of, and what it is told in RTCP.

Pictures stay as they are: payloads are put together, parameter sets become the configuration. Sound becomes AAC, which
is what all other ways out carry. A picture of which something is lost is left out, and all after it up to the next key
frame, which is asked for.
"""

import struct

from trifocal_cloud.live import rtcp
from trifocal_cloud.live.h264_rtp import DELIMITER, IDR, PPS, SPS, Assembly
from trifocal_cloud.live.opus import Aac
from trifocal_cloud.live.sequence import Sequence
from trifocal_shared.rtmp.chunks import AUDIO, VIDEO

REPORT_MS = 1_000
KEY_MS = 500
"""Between two requests for a key frame that is needed."""
KEY_EVERY_MS = 2_000
"""Browsers send one only when asked, and whoever joins needs one."""
NAME = "trifocal"
SOURCE = 1
"""Ours, in what we report."""
_HEAD = 12

Message = tuple[int, int, bytes]


class _Source:
    """One track of the publisher."""

    def __init__(self, rate: int) -> None:
        self.source: int | None = None
        self.sequence = Sequence()
        self.rate = rate
        self._first: tuple[int, int] | None = None
        self._ticks = 0

    def at(self, stamp: int, now: int) -> int:
        """A timestamp on the clock of those who receive, in ms: it goes on from when the first one came."""
        if self._first is None:
            self._first, self._ticks = (now, stamp), stamp
        self._ticks += (stamp - self._ticks + 0x80000000 & 0xFFFFFFFF) - 0x80000000
        return self._first[0] + (self._ticks - self._first[1]) * 1000 // self.rate


class Received:
    """Packets in, messages and reports out; `video` and `audio` are the payload types that were agreed on."""

    def __init__(self, video: int | None, audio: int | None, now: int) -> None:
        self.over = False
        """Whether the publisher said that it leaves."""
        self._video, self._audio = video, audio
        self._sources = {VIDEO: _Source(90_000), AUDIO: _Source(48_000)}
        self._assembly = Assembly()
        self._stamp: int | None = None
        self._config: tuple[bytes, bytes] | None = None
        self._waits_for_key = True
        self._key_asked_at = now - KEY_MS
        self._report_at = now + REPORT_MS
        self._aac: Aac | None = None
        self._messages: list[Message] = []
        self._reports: list[bytes] = []

    def packet(self, data: bytes, now: int) -> None:
        """An RTP packet."""
        if len(data) < _HEAD or data[0] >> 6 != 2:
            return
        kind = {self._video: VIDEO, self._audio: AUDIO}.get(data[1] & 127)
        if kind is None:
            return
        number, source = int.from_bytes(data[2:4], "big"), int.from_bytes(data[8:12], "big")
        track = self._sources[kind]
        if track.source is None:
            track.source = source
        if track.source == source:
            self._in_order(kind, track.sequence.receive(number, data, now), now)
            self._ask(track, now)

    def reported(self, data: bytes) -> None:
        """The publisher says something in RTCP."""
        self.over |= any(isinstance(said, rtcp.Over) for said in rtcp.heard(data))

    def timeout(self, now: int) -> None:
        """Time has passed; to be called a few times each second."""
        for kind, track in self._sources.items():
            self._in_order(kind, track.sequence.timeout(now), now)
            self._ask(track, now)
        if self._waits_for_key or now - self._key_asked_at >= KEY_EVERY_MS:
            self._ask_for_key(now)
        if now >= self._report_at:
            self._report_at = now + REPORT_MS
            for track in self._sources.values():
                if track.source is not None:
                    self._reports.append(rtcp.receiver_report(SOURCE, track.source, track.sequence.highest, NAME))

    def messages(self) -> list[Message]:
        """What came, once: kind, ms, body."""
        found, self._messages = self._messages, []
        return found

    def reports_to_send(self) -> list[bytes]:
        """RTCP packets, once."""
        found, self._reports = self._reports, []
        return found

    def _ask(self, track: _Source, now: int) -> None:
        numbers = track.sequence.missing(now)
        if numbers and track.source is not None:
            self._reports.append(rtcp.missing(SOURCE, track.source, numbers))

    def _ask_for_key(self, now: int) -> None:
        source = self._sources[VIDEO].source
        if source is not None and now - self._key_asked_at >= KEY_MS:
            self._key_asked_at = now
            self._reports.append(rtcp.key_wanted(SOURCE, source))

    def _in_order(self, kind: int, packets: list[tuple[bytes, bool]], now: int) -> None:
        for data, lost in packets:
            payload = _payload(data)
            stamp = int.from_bytes(data[4:8], "big")
            if kind == AUDIO:
                if payload:
                    self._sound(stamp, payload, now)
                continue
            if lost:
                self._waits_for_key = True
                self._assembly = Assembly()
                self._assembly.spoiled = True
            if stamp != self._stamp:
                # The last payload of a picture says so; without that one, the next picture does.
                if self._stamp is not None and not lost:
                    self._picture(now)
                self._stamp = stamp
            if payload:
                self._assembly.add(payload)
            if data[1] & 0x80:
                self._picture(now)

    def _picture(self, now: int) -> None:
        assembly, self._assembly = self._assembly, Assembly()
        stamp, self._stamp = self._stamp, None
        if stamp is None:
            return
        units = assembly.whole()
        if assembly.spoiled:
            self._waits_for_key = True
        if self._waits_for_key and not any(unit[0] & 31 == IDR for unit in units):
            self._ask_for_key(now)
            return
        at = self._sources[VIDEO].at(stamp, now)
        self._configure([unit for unit in units if unit[0] & 31 in (SPS, PPS)], at)
        pictures = [unit for unit in units if unit[0] & 31 not in (SPS, PPS, DELIMITER)]
        if not pictures or self._config is None:
            return
        key = any(unit[0] & 31 == IDR for unit in pictures)
        self._waits_for_key = False
        body = b"".join(piece for unit in pictures for piece in (len(unit).to_bytes(4, "big"), unit))
        self._messages.append((VIDEO, at & 0xFFFFFFFF, (b"\x17" if key else b"\x27") + b"\1\0\0\0" + body))

    def _configure(self, sets: list[bytes], at: int) -> None:
        first = next((unit for unit in sets if unit[0] & 31 == SPS), None)
        second = next((unit for unit in sets if unit[0] & 31 == PPS), None)
        if first is None or second is None or len(first) < 4 or self._config == (first, second):
            return
        self._config = first, second
        config = b"\1" + first[1:4] + b"\xff\xe1" + struct.pack("!H", len(first)) + first
        config += b"\1" + struct.pack("!H", len(second)) + second
        self._messages.append((VIDEO, at & 0xFFFFFFFF, b"\x17\0\0\0\0" + config))

    def _sound(self, stamp: int, payload: bytes, now: int) -> None:
        at = self._sources[AUDIO].at(stamp, now)
        if self._aac is None:
            self._aac = Aac()
            self._messages.append((AUDIO, at & 0xFFFFFFFF, b"\xaf\0" + self._aac.config))
        for heard, frame in self._aac.hear(at, payload):
            self._messages.append((AUDIO, heard & 0xFFFFFFFF, b"\xaf\1" + frame))


def _payload(data: bytes) -> bytes:
    """What a packet carries, without its head, extensions and padding (RFC 3550 §5.1); "" for what does not fit."""
    at = _HEAD + 4 * (data[0] & 15)
    if data[0] & 0x10:
        at += 4 + 4 * int.from_bytes(data[at + 2 : at + 4], "big")
    end = len(data) - (data[-1] if data[0] & 0x20 else 0)
    return data[at:end] if at < end else b""
