"""Packager: frames in, fragments of MP4 out, as parts and segments of a video and an audio track (CMAF, LL-HLS).

A part ends when the frame after it comes, because only then is the last duration known: once 200 ms are full, or the
next frame would not fit into 250. A segment ends where a key frame comes after at least 0.9 s, and after 2.4 s in any
case, since the longest is promised before it is known. Sound is cut where the picture is.

Video begins with a key frame. Sound waits for the picture for a second, and then goes alone. Times are those of the
publisher, in ms on one axis for both (`stream` lays them there); they never go back, and sound keeps to the count of
its samples unless that strays more than 60 ms.
"""

from collections import deque
from typing import NamedTuple

from trifocal_cloud.live import boxes, codecs
from trifocal_cloud.live.boxes import AUDIO_TRACK, FRAME_SAMPLES, VIDEO_TRACK
from trifocal_cloud.live.track import Part, Track

PART_MS = 200
MOST_PART_MS = 250
LEAST_SEGMENT_MS = 900
MOST_SEGMENT_MS = 2_400
ALONE_MS = 1_000
STRAY_MS = 60
VIDEO_TIMESCALE = 1000
MOST_PART_FRAMES = 512
"""A publisher whose clock stands still gets parts all the same."""
MOST_WAITING = 128
"""Frames of sound that wait for the picture."""


class Made(NamedTuple):
    """A part that was made of `track`, and how what is in it and beside it is to be decoded."""

    track: int
    part: Part
    picture: codecs.Video | None
    sound: codecs.Audio | None


class Packager:
    """The two tracks of one stream."""

    def __init__(self) -> None:
        self.video = Track("video")
        self.audio = Track("audio")
        self.picture: codecs.Video | None = None
        self.sound: codecs.Audio | None = None
        self.made = 0
        """Parts so far."""
        self._parts: list[Made] = []
        self._video = _VideoPart()
        self._audio = _AudioPart()
        self._cuts: deque[int] = deque()
        """Where in time the video began a segment and the audio did not yet."""
        self._waiting: list[tuple[int, memoryview]] = []
        self._number = 0
        self._video_runs = False
        self._audio_runs = False
        self._first: int | None = None

    def begin(self) -> None:
        """A publisher begins, the first or another: what comes now does not continue what was."""
        self.end()
        self.picture = self.sound = None

    def end(self) -> None:
        """The publisher has ended: what is there of the last parts is given out."""
        self._flush_video(None)
        self._flush_audio()
        self.video.close_segment()
        self.audio.close_segment()
        self._video_runs = self._audio_runs = False
        self._video, self._audio = _VideoPart(), _AudioPart()
        self._cuts.clear()
        self._waiting.clear()
        self._first = None

    def video_config(self, config: bytes) -> None:
        """How to decode the pictures that come. Raises ProtocolError."""
        found = codecs.video(config)
        if found != self.picture:
            self._flush_video(None)
            self.picture = found
            self._video_runs = False

    def audio_config(self, config: bytes) -> None:
        """How to decode the sound that comes. Raises ProtocolError."""
        found = codecs.audio(config)
        if found != self.sound:
            self._flush_audio()
            self.sound = found
            self._audio_runs = False

    def video_frame(self, at: int, shift: int, key: bool, payload: memoryview) -> None:
        """A picture, decoded at `at` ms and shown `shift` later."""
        if self.picture is None or not (self._video_runs or key):
            return
        part = self._video
        if not self._video_runs:
            self._begin_video(at)
        elif part.last >= at:
            at = part.last + 1
        if part.sizes:
            step = at - part.last
            current = self.video.current
            length = at - current.start if current else 0
            if (key and length >= LEAST_SEGMENT_MS) or length + step > MOST_SEGMENT_MS:
                self._flush_video(at)
                self.video.open_segment(at)
                self._cuts.append(at)
            elif at - part.start >= PART_MS or at - part.start + step > MOST_PART_MS or part.full:
                self._flush_video(at)
        part.add(at, shift, key, payload)

    def audio_frame(self, at: int, payload: memoryview) -> None:
        """An AAC frame of 1024 samples, heard from `at` ms."""
        if self.sound is None:
            return
        if not self._audio_runs:
            self._waiting.append((at, payload))
            if self._first is None:
                self._first = at
            if self._video_runs or at - self._first >= ALONE_MS or len(self._waiting) > MOST_WAITING:
                self._begin_audio()
            return
        self._hear(at, payload)

    def parts(self) -> list[Made]:
        """What was made, once, for whoever keeps it."""
        found, self._parts = self._parts, []
        return found

    def _begin_video(self, at: int) -> None:
        assert self.picture is not None
        opening = boxes.opening({VIDEO_TRACK: VIDEO_TIMESCALE}, self.picture, None)
        self.video.begin_run(opening, self.picture.name, VIDEO_TIMESCALE)
        self.video.open_segment(at)
        self._video.start = at
        self._video_runs = True
        if self._audio_runs:
            self._cuts.append(at)
        elif self._waiting:
            self._begin_audio()

    def _begin_audio(self) -> None:
        assert self.sound is not None
        start = self.video.current.start if self._video_runs and self.video.current else None
        held = [(at, payload) for at, payload in self._waiting if start is None or at >= start]
        self._waiting = []
        if not held:
            return
        opening = boxes.opening({AUDIO_TRACK: self.sound.rate}, None, self.sound)
        self.audio.begin_run(opening, self.sound.name, self.sound.rate)
        self._audio_runs = True
        self._audio = _AudioPart()
        self._audio.begin(held[0][0] * self.sound.rate // 1000, self.sound.rate)
        self.audio.open_segment(self._audio.start)
        self._cuts = deque(cut for cut in self._cuts if cut > held[0][0])
        for at, payload in held:
            self._hear(at, payload)

    def _hear(self, at: int, payload: memoryview) -> None:
        assert self.sound is not None
        part = self._audio
        rate = self.sound.rate
        cuts = self._cuts
        cut = bool(cuts) and at >= cuts[0]
        stray = at * rate - part.end * 1000
        strays = stray > STRAY_MS * rate or -stray > STRAY_MS * rate
        if cut or strays or part.end > part.full_from:
            cut = self._cut(at) or cut
            self._flush_audio()
            part.begin(max(part.end, at * rate // 1000) if strays else part.end, rate)
            if cut:
                self.audio.open_segment(part.start)
        part.add(payload)

    def _cut(self, at: int) -> bool:
        """Whether the segment of sound is to end here if its part does; the picture's cuts up to here are taken."""
        assert self.sound is not None
        while self._cuts and at >= self._cuts[0]:
            self._cuts.popleft()
        current = self.audio.current
        length = (self._audio.end - current.start) * 1000 // self.sound.rate if current else 0
        # A picture that stops must not make a segment of sound longer than was promised.
        return length >= (MOST_SEGMENT_MS - PART_MS if self._video_runs else ALONE_MS)

    def _flush_video(self, at: int | None) -> None:
        """Give out the part under way; the next frame comes at `at`, None: nobody knows."""
        part = self._video
        if not part.sizes:
            return
        end = part.last + part.step if at is None else at
        part.close(end)
        self._number += 1
        size = sum(map(len, part.payload))
        head = boxes.video_head(self._number, part.start, part.samples, len(part.sizes), size)
        data = b"".join((head, *part.payload))
        self._given(VIDEO_TRACK, self.video, Part(data, end - part.start, part.independent))
        part.begin(end)

    def _flush_audio(self) -> None:
        part = self._audio
        if not part.sizes:
            return
        self._number += 1
        head = boxes.audio_head(self._number, part.start, part.sizes, sum(part.sizes))
        data = b"".join((head, *part.payload))
        self._given(AUDIO_TRACK, self.audio, Part(data, part.end - part.start, True))
        part.begin(part.end, self.sound.rate if self.sound else 1)

    def _given(self, number: int, track: Track, part: Part) -> None:
        track.add(part)
        self.made += 1
        self._parts.append(Made(number, part, self.picture, self.sound))


class _VideoPart:
    """The pictures of the part under way."""

    def __init__(self) -> None:
        self.start = 0
        self.last = -1
        self.step = 33
        """The last frame's duration, as long as it has none of its own."""
        self.begin(0)

    def begin(self, start: int) -> None:
        self.start = start
        self.independent = False
        self.samples: list[int] = []
        self.sizes: list[int] = []
        self.payload: list[memoryview] = []

    @property
    def full(self) -> bool:
        return len(self.sizes) >= MOST_PART_FRAMES

    def add(self, at: int, shift: int, key: bool, payload: memoryview) -> None:
        if self.sizes:
            self.step = self.samples[-4] = at - self.last
        else:
            self.independent = key
        self.samples += (0, len(payload), boxes.flags(key), shift & 0xFFFFFFFF)
        self.sizes.append(len(payload))
        self.payload.append(payload)
        self.last = at

    def close(self, end: int) -> None:
        self.samples[-4] = end - self.last


class _AudioPart:
    """The sound of the part under way; `start` and `end` count samples."""

    def __init__(self) -> None:
        self.begin(0, 1)

    def begin(self, start: int, rate: int) -> None:
        self.start = self.end = start
        self.full_from = start + PART_MS * rate // 1000 - FRAME_SAMPLES
        self.sizes: list[int] = []
        self.payload: list[memoryview] = []

    def add(self, payload: memoryview) -> None:
        self.sizes.append(len(payload))
        self.payload.append(payload)
        self.end += FRAME_SAMPLES
