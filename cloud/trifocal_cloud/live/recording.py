"""Recording: one film out of the fragments that are made for viewers anyway; and what is left of one after a crash.

A film begins with a key frame, at time 0, with the tracks that there are then. It is a fragmented MP4, each fragment
whole by itself, so that whatever was written can be played up to the last one. When a publisher comes that sends
something else (`over`), another film has to begin; a pause is as long in the film as it was.
"""

from typing import TYPE_CHECKING

from trifocal_cloud.live import boxes
from trifocal_cloud.live.boxes import AUDIO_TRACK, VIDEO_TRACK
from trifocal_cloud.live.packager import VIDEO_TIMESCALE, Made

if TYPE_CHECKING:
    from trifocal_cloud.live.codecs import Audio, Video

MOST_EARLY = 4
"""Parts of sound that are kept until the film begins."""
_HEAD = 8
_OPENING = (b"ftyp", b"moov")
_LONGEST_BOX = 2**31


class Recording:
    """Parts in, bytes of one file out."""

    def __init__(self) -> None:
        self.over = False
        """Whether what comes does not fit into this film."""
        self.bytes = 0
        self._picture: Video | None = None
        self._sound: Audio | None = None
        self._begin_ms: int | None = None
        self._early: list[Made] = []
        self._data: list[bytes | memoryview] = []

    def add(self, made: Made) -> None:
        """A part was made."""
        if self._begin_ms is None:
            self._begin(made)
        self._add(made)

    def _add(self, made: Made) -> None:
        track, part = made.track, made.part
        if self._begin_ms is None or self.over:
            return
        if track == VIDEO_TRACK:
            self.over = made.picture != self._picture
            ticks = self._begin_ms * VIDEO_TIMESCALE // 1000
        else:
            if self._sound is None:
                return  # it came when the film had begun without
            self.over = made.sound != self._sound
            ticks = self._begin_ms * self._sound.rate // 1000
        if not self.over and boxes.start(part.data, track) >= ticks:
            self._write(*boxes.moved(part.data, track, ticks))

    def data_to_write(self) -> list[bytes | memoryview]:
        """Bytes for the file, once."""
        found = self._data
        self._data = []
        return found

    def _begin(self, made: Made) -> None:
        track, part = made.track, made.part
        if track == AUDIO_TRACK and made.picture is not None:
            # Sound is given out sooner than the pictures it belongs to.
            self._early = [*self._early[1 - MOST_EARLY :], made]
            return
        if not part.independent:
            return
        self._picture, self._sound = made.picture, made.sound
        rate = self._sound.rate if self._sound else 1
        scale = VIDEO_TIMESCALE if track == VIDEO_TRACK else rate
        self._begin_ms = boxes.start(part.data, track) * 1000 // scale
        timescales = {VIDEO_TRACK: VIDEO_TIMESCALE, AUDIO_TRACK: rate}
        self._write(boxes.opening(timescales, self._picture, self._sound))
        for early in self._early:
            self._add(early)
        self._early = []

    def _write(self, *pieces: bytes | memoryview) -> None:
        self._data += pieces
        self.bytes += sum(map(len, pieces))


class Survey:
    """Reads the heads of a film's boxes, one after the other, and says how much of it is whole."""

    def __init__(self, size: int) -> None:
        self.whole = 0
        """Bytes from the beginning that can be played; 0: nothing can."""
        self.at: int | None = 0
        """Where to read the next eight bytes; None: enough was read."""
        self._size = size
        self._kinds: list[bytes] = []

    def head(self, data: bytes) -> None:
        """The eight bytes at `at`."""
        at = self.at
        if at is None:
            return
        size, kind = int.from_bytes(data[:4], "big"), data[4:8]
        wanted = _OPENING[len(self._kinds)] if len(self._kinds) < len(_OPENING) else None
        if wanted is None:
            wanted = b"moof" if len(self._kinds) % 2 == 0 else b"mdat"
        after = at + size
        if len(data) < _HEAD or kind != wanted or not _HEAD <= size < _LONGEST_BOX or after > self._size:
            self.at = None
            return
        self._kinds.append(kind)
        if kind == b"mdat":
            self.whole = after
        self.at = after if after + _HEAD <= self._size else None
