"""Watcher: what one viewer of a stream is sent by WebRTC: RTP packets, reports about them, and lost ones again.

It begins with a key frame. The pictures since the last one come at once with next to no time between them, so that
they are shown as fast as they are decoded and the present is reached without a wait. A viewer that lost too much gets
that again. Packets are not encrypted here.
"""

import struct
from dataclasses import dataclass, field

from trifocal_cloud.live import rtcp

REPORT_MS = 1_000
AGAIN_MS = 500
"""So long after it was brought to the present a viewer is brought there again if it asks."""
STEP = 9
"""Between pictures that are to be caught up with, in ticks of a video's clock: a tenth of a millisecond."""
KEPT = 1024
"""Packets that can be sent again: about five seconds of a picture track."""
MOST_AGAIN = 256
"""Packets that are sent again in one report's time: who loses more has to wait for the next key frame."""
NAME = "trifocal"
_EXTENSION = 0xBEDE
"""Marks extensions of one byte's head (RFC 8285 §4.2)."""


@dataclass
class Track:
    """One track as it was agreed on: its source and payload type, and where its numbers begin."""

    source: int
    kind: int
    rate: int
    number: int
    stamp: int
    packets: int = 0
    sent: int = 0
    """Bytes of payload."""
    hurry: int = 0
    """What packets are marked with that are to be shown without waiting (playout-delay of 0 to 0); 0: none are."""
    kept: dict[int, tuple[bytes, bytes]] = field(default_factory=dict)

    def packet(self, ticks: int, payload: bytes, last: bool) -> bytes:
        """The next packet; `ticks` of the track's clock."""
        number = self.number = self.number + 1 & 0xFFFF
        stamp = self.stamp + ticks & 0xFFFFFFFF
        first = 0x90 if self.hurry else 0x80
        head = struct.pack("!BBHII", first, self.kind | (0x80 if last else 0), number, stamp, self.source)
        if self.hurry:
            head += struct.pack("!HHB3x", _EXTENSION, 1, self.hurry << 4 | 2)
        self.kept[number] = head, payload
        self.kept.pop(number - KEPT & 0xFFFF, None)
        self.packets += 1
        self.sent += len(payload)
        return head + payload

    def ticks(self, at: int) -> int:
        """A moment in ms on the track's clock."""
        return at * self.rate // 1000


class Watcher:
    """Frames and the viewer's reports in, packets out."""

    def __init__(self, video: Track | None, audio: Track | None, now: int) -> None:
        self.over = False
        """Whether the viewer said that it leaves."""
        self._video = video
        self._audio = audio
        self.wants_key = False
        """Whether it asks to be brought to the present again: to that answers `begin`."""
        self._keyed = False
        self._begun_at: int | None = None
        self._newest = 0
        self._axis: tuple[int, int] | None = None
        """A moment of the stream, and when it was here."""
        self._report_at = now
        self._again = 0
        self._packets: list[bytes] = []
        self._reports: list[bytes] = []

    @property
    def hears(self) -> bool:
        """Whether it wants sound."""
        return self._audio is not None

    def begin(self, pictures: list[list[bytes]], at: int, now: int) -> None:
        """Everything since the last key frame; the last of it is shown at `at`."""
        self.wants_key = False
        self._begun_at = now
        track = self._video
        if track is None or not pictures:
            return
        first = max(track.ticks(at) - STEP * (len(pictures) - 1), self._newest + STEP)
        self._axis = at, now
        self._keyed = True
        for place, pieces in enumerate(pictures):
            self._cut(track, first + STEP * place, pieces)

    def picture(self, at: int, pieces: list[bytes], key: bool, now: int) -> None:
        """A picture in pieces, shown at `at` ms."""
        track = self._video
        if track is None or not (self._keyed or key):
            return
        self._keyed = True
        self._axis = at, now
        self._cut(track, track.ticks(at), pieces)

    def sound(self, at: int, packet: bytes, now: int) -> None:
        """A packet of Opus, heard from `at` ms."""
        if self._audio is not None:
            if self._video is None or self._axis is None:
                self._axis = at, now
            self._packets.append(self._audio.packet(self._audio.ticks(at), packet, False))

    def reported(self, data: bytes, now: int) -> None:
        """The viewer says something in RTCP."""
        for said in rtcp.heard(data):
            if isinstance(said, rtcp.Over):
                self.over = True
            elif isinstance(said, rtcp.Missing):
                self._repeat(said)
            elif isinstance(said, rtcp.KeyWanted):
                self.wants_key |= self._begun_at is not None and now - self._begun_at >= AGAIN_MS

    def deadline(self) -> int:
        """When to call `timeout`."""
        return self._report_at

    def timeout(self, now: int) -> None:
        """Time has passed."""
        if now < self._report_at:
            return
        self._report_at = now + REPORT_MS
        self._again = 0
        if self._axis is None:
            return
        at = self._axis[0] + now - self._axis[1]
        for track in self._tracks():
            if track.packets:
                sent = track.packets, track.sent
                self._reports.append(rtcp.sender_report(track.source, now, track.stamp + track.ticks(at), sent, NAME))

    def close(self) -> None:
        """It is over from this side."""
        self._reports += [rtcp.goodbye(track.source) for track in self._tracks()]

    def packets_to_send(self) -> list[bytes]:
        """RTP packets, once."""
        found, self._packets = self._packets, []
        return found

    def reports_to_send(self) -> list[bytes]:
        """RTCP packets, once."""
        found, self._reports = self._reports, []
        return found

    def _cut(self, track: Track, ticks: int, pieces: list[bytes]) -> None:
        self._newest = max(self._newest, ticks)
        last = len(pieces) - 1
        self._packets += [track.packet(ticks, piece, place == last) for place, piece in enumerate(pieces)]

    def _tracks(self) -> list[Track]:
        return [track for track in (self._video, self._audio) if track is not None]

    def _repeat(self, wanted: rtcp.Missing) -> None:
        for track in self._tracks():
            if track.source != wanted.source:
                continue
            for number in wanted.numbers:
                found = track.kept.get(number)
                if found is not None and self._again < MOST_AGAIN:
                    self._again += 1
                    self._packets.append(found[0] + found[1])
