"""For tests of live video: real H.264 and AAC as a publisher sends them, and decoding of what comes out."""

import functools
import io
from dataclasses import dataclass, field
from fractions import Fraction

import av
from PIL import Image

Message = tuple[int, int, bytes]


@functools.cache
def clip(
    seconds: float = 2.0, fps: int = 30, gop: int = 30, sound: bool = True, size: tuple[int, int] = (160, 90)
) -> bytes:
    """An FLV file: a square that moves one step a frame, and silence of 48 kHz."""
    made = io.BytesIO()
    with av.open(made, "w", format="flv") as container:
        options = {"profile": "baseline", "preset": "ultrafast", "g": str(gop), "sc_threshold": "0"}
        video = container.add_stream("libx264", rate=fps, options=options)
        video.width, video.height = size
        video.pix_fmt = "yuv420p"
        audio = container.add_stream("aac", rate=48_000, layout="mono") if sound else None
        for number in range(int(seconds * fps)):
            picture = Image.new("RGB", size, (20, 60, 90))
            picture.paste((240, 240, 40), (number * 3 % size[0], 10, number * 3 % size[0] + 20, 40))
            frame = av.VideoFrame.from_image(picture)  # type: ignore[no-untyped-call]
            frame.pts, frame.time_base = number, Fraction(1, fps)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if audio is not None:
            _silence(container, audio, seconds)
    return made.getvalue()


def _silence(container: "av.container.OutputContainer", audio: "av.AudioStream", seconds: float) -> None:
    for number in range(int(seconds * 48_000) // 1024):
        frame = av.AudioFrame(format="fltp", layout="mono", samples=1024)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.sample_rate, frame.pts, frame.time_base = 48_000, number * 1024, Fraction(1, 48_000)
        container.mux(audio.encode(frame))
    container.mux(audio.encode(None))


def messages(flv: bytes) -> list[Message]:
    """The tags of an FLV file in the order of their time: kind, ms, body."""
    found = []
    at = 9 + 4
    while at + 11 <= len(flv):
        size = int.from_bytes(flv[at + 1 : at + 4], "big")
        stamp = int.from_bytes(flv[at + 4 : at + 7], "big") | flv[at + 7] << 24
        found.append((flv[at], stamp, flv[at + 11 : at + 11 + size]))
        at += 11 + size + 4
    configs = [one for one in found if one[0] == 18 or one[2][1:2] == b"\0"]
    frames = [one for one in found if one[0] != 18 and one[2][1:2] == b"\1"]
    return configs + sorted(frames, key=lambda one: one[1])


@dataclass
class Decoded:
    """What a decoder made of it."""

    pictures: list[int] = field(default_factory=list)
    """When each is shown, in ms."""
    sounds: list[int] = field(default_factory=list)
    samples: int = 0
    bright: list[int] = field(default_factory=list)
    """Where the square was in each picture."""


def decode(data: bytes) -> Decoded:
    """Decode a file from its first byte to its last."""
    found = Decoded()
    with av.open(io.BytesIO(data), "r") as container:
        for frame in container.decode():
            at = round((frame.time or 0) * 1000)
            if isinstance(frame, av.VideoFrame):
                found.pictures.append(at)
                row = frame.to_image().convert("L").crop((0, 25, frame.width, 26)).tobytes()  # type: ignore[no-untyped-call]
                found.bright.append(row.index(max(row)))
            elif isinstance(frame, av.AudioFrame):
                found.sounds.append(at)
                found.samples += frame.samples
    return found
