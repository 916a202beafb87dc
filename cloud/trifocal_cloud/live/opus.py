"""Sound from one codec to the other: AAC, which streams hold, and Opus, which WebRTC carries.

Both count samples from the first sound they are given and keep to that count, unless the sound's own time strays more
than STRAY_MS from it. What cannot be decoded is left out.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import cast

import av

RATE = 48_000
OPUS_SAMPLES = 960
"""20 ms, what WebRTC sends in one packet."""
AAC_SAMPLES = 1024
BIT_RATE = 64_000
STRAY_MS = 60
FORMATS = {"libopus": "s16", "aac": "fltp"}
"""Of samples, as each encoder takes them."""


class _Through:
    """Decodes one codec, and encodes frames of a fixed number of samples of another."""

    def __init__(self, decoder: "av.AudioCodecContext", encoder: str, samples: int, layout: str) -> None:
        self._decoder = decoder
        self._samples = samples
        self._encoder = cast("av.AudioCodecContext", av.CodecContext.create(encoder, "w"))
        self._encoder.sample_rate = RATE
        self._encoder.layout = layout
        self._encoder.format = FORMATS[encoder]
        self._encoder.time_base = Fraction(1, RATE)
        self._encoder.bit_rate = BIT_RATE
        self._shape = av.AudioResampler(self._encoder.format, layout, RATE)
        self._gathered = av.AudioFifo()
        self._start: int | None = None
        self._count = 0

    @property
    def config(self) -> bytes:
        """What a decoder of the outcome has to know."""
        self._encoder.open(strict=False)
        return bytes(self._encoder.extradata or b"")

    def hear(self, at: int, data: bytes) -> Iterator[tuple[int, bytes]]:
        """A packet heard from `at` ms; what comes of it, each with its own ms."""
        if not data:
            return  # to the decoder it would be the end
        try:
            decoded = self._decoder.decode(av.Packet(data))
        except av.FFmpegError:
            return
        end = 0 if self._start is None else self._start + (self._count + self._gathered.samples) * 1000 // RATE
        if self._start is None or abs(at - end) > STRAY_MS:
            self._start, self._count = at, -self._gathered.samples
        for frame in decoded:
            for shaped in self._shape.resample(frame):
                shaped.pts = None
                self._gathered.write(shaped)
        while (gathered := self._gathered.read(self._samples)) is not None:
            gathered.pts, gathered.time_base = None, Fraction(1, RATE)
            heard = self._start + self._count * 1000 // RATE
            self._count += self._samples
            for packet in self._encoder.encode(gathered):
                yield heard, bytes(packet)


class Opus(_Through):
    """AAC in, Opus out; `config` is the AudioSpecificConfig."""

    def __init__(self, config: bytes) -> None:
        decoder = av.CodecContext.create("aac", "r")
        decoder.extradata = config
        super().__init__(decoder, "libopus", OPUS_SAMPLES, "stereo")


class Aac(_Through):
    """Opus in, AAC out, each frame of 1024 samples."""

    def __init__(self) -> None:
        decoder = av.CodecContext.create("libopus", "r")
        decoder.sample_rate, decoder.layout = RATE, "stereo"
        super().__init__(decoder, "aac", AAC_SAMPLES, "stereo")
