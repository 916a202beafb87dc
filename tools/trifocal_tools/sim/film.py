"""Pictures out of films and webcams, by PyAV, which is asked for only here."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from trifocal_tools import failure
from trifocal_tools.failure import Failure
from trifocal_tools.sim.camera import encode

WARM_UP_FRAMES = 8
"""A webcam's first pictures are dark: it measures the light on them."""


class FilmCamera:
    """Plays a film for ever and takes the picture that is on the screen at that moment."""

    def __init__(self, path: Path, seconds: Callable[[], float] = time.monotonic) -> None:
        """Failure when PyAV is missing or the file is no film."""
        self.name = str(path)
        self._av = _pyav()
        self._seconds = seconds
        self._began = seconds()
        try:
            with self._opened() as film:
                self._length = float(film.duration or 0) / float(self._av.time_base)
                if not film.streams.video:
                    raise OSError("it holds no pictures")
        except OSError as error:
            raise Failure(f"{path} is no film: {error}", failure.USAGE, "no_camera") from error

    def shoot(self, size: str, compress: str = "none") -> bytes:
        """The frame that plays now. Raises OSError."""
        wanted = (self._seconds() - self._began) % self._length if self._length else 0.0
        with self._opened() as film:
            film.seek(int(wanted * self._av.time_base))  # to the key frame before it
            shown = None
            for frame in film.decode(video=0):
                if shown is not None and (frame.time or 0.0) > wanted:
                    break
                shown = frame
            return _jpeg(shown, size, compress)

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        with _errors(self._av), self._av.open(self.name) as film:
            yield film


class WebCamera:
    """A webcam, opened for each picture and closed after it, so that its own light tells the truth."""

    def __init__(self, device: str) -> None:
        """Failure when PyAV is missing."""
        self.name = device
        self._av = _pyav()

    def shoot(self, size: str, compress: str = "none") -> bytes:
        """A picture of now, after some to get used to the light. Raises OSError."""
        with _errors(self._av), self._av.open(self.name, format="v4l2") as camera:
            frames = camera.decode(video=0)
            shown = None
            for _ in range(WARM_UP_FRAMES):
                shown = next(frames, shown)
            return _jpeg(shown, size, compress)


@contextmanager
def _errors(av: Any) -> Iterator[None]:
    """PyAV's errors as OSError; some of its own are ValueErrors."""
    try:
        yield
    except av.FFmpegError as error:
        raise OSError(str(error)) from error


def _jpeg(frame: Any, size: str, compress: str) -> bytes:
    if frame is None:
        raise OSError("there was no picture")
    return encode(frame.to_image(), size, compress)


def _pyav() -> Any:
    try:
        return import_module("av")
    except ImportError as error:
        raise Failure("films and webcams need PyAV", failure.MISSING, "pyav_missing", "pip install av") from error
