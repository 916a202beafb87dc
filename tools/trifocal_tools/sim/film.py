"""Pictures out of films and webcams, by PyAV, which is asked for only here."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from trifocal_tools import failure
from trifocal_tools.failure import Failure
from trifocal_tools.sim.camera import Moving, encode

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

    def moving(self) -> Moving:
        """The film from its beginning, for ever. Raises OSError."""
        return MovingFilm(self._av, self.name, None, self._seconds)

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

    def moving(self) -> Moving:
        """It stays open, and its own light on. Raises OSError."""
        return MovingFilm(self._av, self.name, "v4l2", time.monotonic)


class MovingFilm:
    """What FFmpeg reads, frame by frame; a film no faster than it was taken, and again when it is over."""

    def __init__(self, av: Any, source: str, kind: str | None, seconds: Callable[[], float]) -> None:
        """`kind` is FFmpeg's name of a device's driver, None for a film. Raises OSError."""
        self._av = av
        self._seconds = seconds
        self._device = kind is not None
        with _errors(av):
            self._opened = av.open(source, format=kind)
        self._begin()
        self._shown: Any = None

    def picture(self, width: int, height: int) -> Image.Image:
        """The frame that plays now, fitted into that size. Raises OSError."""
        with _errors(self._av):
            while self._shown is None or self._next_due():
                self._shown = self._take()
        shown, self._shown = self._shown, None if self._device else self._shown
        return ImageOps.fit(shown.to_image(), (width, height))

    def close(self) -> None:
        """Let go of the file or device."""
        self._opened.close()

    def _next_due(self) -> bool:
        return float(self._shown.time or 0.0) + self._frame_seconds < self._seconds() - self._began

    def _take(self) -> Any:
        frame = next(self._frames, None)
        if frame is None:
            self._opened.seek(0)
            self._begin()
            frame = next(self._frames, None)
        if frame is None:
            raise OSError("there was no picture")
        return frame

    def _begin(self) -> None:
        if not self._opened.streams.video:
            raise OSError("it holds no pictures")
        stream = self._opened.streams.video[0]
        self._frame_seconds = 1 / float(stream.average_rate or 25)
        self._frames = self._opened.decode(stream)
        self._began = self._seconds()


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
