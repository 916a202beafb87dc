"""Stills: a small picture of a live stream as it is now, decoded when somebody asks and not more often than needed."""

import asyncio
import io

import structlog

from trifocal_cloud.live.stream import LiveStream
from trifocal_shared.clock import Clock

FRESH_MS = 2_000
"""For so long one still is good for everybody."""
WIDTH, HEIGHT = 640, 360
QUALITY = 80

log = structlog.get_logger("trifocal.stills")


class Stills:
    """Of all streams; each is decoded by a thread, once at a time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._made: dict[str, tuple[int, asyncio.Task[bytes | None]]] = {}

    async def of(self, stream: LiveStream) -> bytes | None:
        """A JPEG of the stream's last key frame; None while there is none."""
        now = self._clock.now()
        known = self._made.get(stream.name)
        if known is None or (known[1].done() and now - known[0] >= FRESH_MS):
            found = stream.key_picture()
            if found is None:
                return None
            known = now, asyncio.create_task(asyncio.to_thread(_decoded, *found))
            self._made[stream.name] = known
        return await asyncio.shield(known[1])

    def forget(self, stream: str) -> None:
        """The stream is over and forgotten."""
        self._made.pop(stream, None)


def _decoded(config: bytes, picture: bytes) -> bytes | None:
    import av  # sixteen megabytes that a cloud without such wishes does without

    try:
        decoder = av.CodecContext.create("h264", "r")
        decoder.extradata = config
        frames = [*decoder.decode(av.Packet(picture)), *decoder.decode(None)]
        for frame in frames:
            if isinstance(frame, av.VideoFrame):
                made = io.BytesIO()
                small = frame.to_image()  # type: ignore[no-untyped-call]
                small.thumbnail((WIDTH, HEIGHT))
                small.save(made, "JPEG", quality=QUALITY)
                return made.getvalue()
    except (av.FFmpegError, OSError, ValueError) as error:
        log.info("a key frame cannot be decoded", error=str(error))
    return None
