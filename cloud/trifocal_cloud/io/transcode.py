"""A video as browsers play it, and a still of it: `python -m trifocal_cloud.io.transcode SOURCE VIDEO STILL`.

Runs in a process of its own, which whoever starts it bounds in time: what it decodes came from outside. A video that is
H.264 already is only packed anew; anything else is decoded and encoded. Frames that are broken are left out.
"""

import io
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import av
from av.error import FFmpegError
from PIL import Image

MOST_FRAMES = 60_000
"""Ten minutes at a hundred pictures a second: no honest video of glasses is longer."""

MOST_PIXELS = 4096 * 2304
SIDE = 1280
"""The longer side is made no longer than this."""

STILL_SIDE = 320
ENCODING = {"preset": "veryfast", "crf": "23"}
FAST_START = {"movflags": "faststart"}

REFUSED = 1
"""How the process ends when there is nothing to be had of the file."""


class Unplayable(Exception):  # noqa: N818 - a verdict
    """There is no picture in it, or too much."""


def make(source: Path, video: Path, still: Path) -> None:
    """Write both files. Raises Unplayable, OSError."""
    try:
        with av.open(str(source)) as film:
            if not film.streams.video:
                raise Unplayable("no pictures")
            _measure(film.streams.video[0])
            first = next(_frames(film), None)
            if first is None:
                raise Unplayable("no picture that can be seen")
            still.write_bytes(_still(first.to_image()))
        with av.open(str(source)) as film:
            _pack(film, video) if film.streams.video[0].codec_context.name == "h264" else _encode(film, video)
    except (FFmpegError, ValueError) as error:
        raise Unplayable(str(error)) from error


def _measure(stream: Any) -> None:
    if not 0 < stream.width * stream.height <= MOST_PIXELS:
        raise Unplayable("too large or of no size")


def _frames(film: Any) -> Iterator[Any]:
    """Every frame that can be decoded."""
    stream = film.streams.video[0]
    stream.thread_type = "AUTO"
    for count, packet in enumerate(film.demux(stream)):
        if count > MOST_FRAMES:
            raise Unplayable("too long")
        if packet.size or packet.dts is None:
            with suppress(FFmpegError):
                yield from packet.decode()


def _pack(film: Any, path: Path) -> None:
    with av.open(str(path), "w", format="mp4", options=FAST_START) as out:
        stream = out.add_stream_from_template(film.streams.video[0])
        for packet in film.demux(film.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)


def _encode(film: Any, path: Path) -> None:
    source = film.streams.video[0]
    size = (source.width, source.height)
    shrink = max(1.0, max(size) / SIDE)
    width, height = (max(2, int(side / shrink) // 2 * 2) for side in size)
    with av.open(str(path), "w", format="mp4", options=FAST_START) as out:
        stream = out.add_stream("libx264", rate=source.average_rate or 10, options=ENCODING)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.time_base = stream.codec_context.time_base = source.time_base
        last = -1
        for frame in _frames(film):
            if frame.pts is None or frame.pts <= last:
                continue
            last = frame.pts
            shown = frame.reformat(width, height, "yuv420p")
            shown.pts, shown.time_base = frame.pts, source.time_base
            out.mux(stream.encode(shown))
        out.mux(stream.encode(None))


def _still(image: Image.Image) -> bytes:
    image.thumbnail((STILL_SIDE, STILL_SIDE))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


def main(source: str, video: str, still: str) -> int:
    """The process; how it ends."""
    av.logging.set_level(None)
    try:
        make(Path(source), Path(video), Path(still))
    except (Unplayable, OSError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - to whoever started it
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
