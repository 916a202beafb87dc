"""Feed: the frames of a stream as WebRTC carries them, made once for all who watch it that way.

It lives while somebody watches. Pictures are cut into payloads, each key frame with its parameter sets before it; sound
becomes Opus when somebody hears it, for browsers take no AAC by WebRTC. What came since the last key frame is kept, so
that whoever joins sees a picture at once.
"""

from typing import NamedTuple

from trifocal_cloud.live import flv, h264_rtp
from trifocal_cloud.live.opus import Opus
from trifocal_cloud.live.watcher import Watcher
from trifocal_shared.message import ProtocolError
from trifocal_shared.rtmp.chunks import AUDIO, VIDEO

MOST_CACHED_BYTES = 8 * 2**20


class Payloads(NamedTuple):
    """One frame, cut."""

    at: int
    """When it is shown or heard, in ms on the stream's axis."""
    pieces: list[bytes]


class Feed:
    """A stream's media in, frames for its watchers out."""

    def __init__(self) -> None:
        self.watchers: set[Watcher] = set()
        self._sets: list[memoryview] = []
        self._cache: list[Payloads] = []
        self._cached_bytes = 0
        self._config = b""
        self._opus: Opus | None = None

    def configure(self, kind: int, body: bytes) -> None:
        """How to decode what follows; `body` was found to be whole before."""
        if kind == VIDEO:
            found = flv.frame(body)
            assert found is not None
            try:
                self._sets = h264_rtp.parameter_sets(body[found.at :])
            except ProtocolError:
                self._sets = []  # they may come in the pictures
            self._cache = []
        elif kind == AUDIO:
            self._config = body[2:]
            self._opus = None

    def join(self, watcher: Watcher, now: int) -> None:
        """Somebody watches from now on, or wants to be brought to the present again."""
        self.watchers.add(watcher)
        watcher.begin([frame.pieces for frame in self._cache], self._cache[-1].at if self._cache else 0, now)

    def media(self, kind: int, at: int, body: bytes, key: bool, now: int) -> None:
        """A picture or a sound."""
        if kind == VIDEO:
            self._picture(at, body, key, now)
        elif kind == AUDIO and self._config and any(watcher.hears for watcher in self.watchers):
            self._sound(at, body, now)

    def _picture(self, at: int, body: bytes, key: bool, now: int) -> None:
        found = flv.frame(body)
        assert found is not None
        wanted = [unit for unit in h264_rtp.units(memoryview(body)[found.at :]) if unit[0] & 31 != h264_rtp.DELIMITER]
        frame = Payloads(at + found.shift_ms, h264_rtp.payloads([*self._sets, *wanted] if key else wanted))
        if key:
            self._cache, self._cached_bytes = [], 0
        if key or self._cache:
            self._cache.append(frame)
            self._cached_bytes += len(body)
            if self._cached_bytes > MOST_CACHED_BYTES:
                self._cache = []
        for watcher in self.watchers:
            watcher.picture(frame.at, frame.pieces, key, now)

    def _sound(self, at: int, body: bytes, now: int) -> None:
        if self._opus is None:
            self._opus = Opus(self._config)
        for heard, packet in self._opus.hear(at, body[2:]):
            for watcher in self.watchers:
                watcher.sound(heard, packet, now)
