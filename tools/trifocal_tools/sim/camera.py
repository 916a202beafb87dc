"""Where the pictures of simulated glasses come from: a test card, a folder of pictures, a film or a webcam."""

import io
import re
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Protocol

from PIL import Image, ImageOps, UnidentifiedImageError

from trifocal_tools import failure
from trifocal_tools.failure import Failure
from trifocal_tools.sim.pattern import QUALITIES, SIZES, TestCard, quality

PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff"})
FILMS = frozenset({".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v", ".mpg", ".ts"})
JPEG_MAGIC = b"\xff\xd8\xff"


class Moving(Protocol):
    """A camera that stays open for many pictures. Both calls belong into a thread."""

    def picture(self, width: int, height: int) -> Image.Image:
        """What is before it now, of exactly that size; in colour, and the caller's own. Raises OSError."""

    def close(self) -> None:
        """No more pictures."""


class Camera(Protocol):
    """Takes pictures. `shoot` may block, so it belongs into a thread; one shot at a time."""

    name: str

    def shoot(self, size: str, compress: str = "none") -> bytes:
        """A JPEG for `small`, `medium`, `large` or `full`, with more or less detail. Raises OSError."""

    def moving(self) -> Moving:
        """The camera for a stream. Raises OSError."""


class PatternCamera:
    """The test card. No two pictures are the same."""

    name = "pattern"

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now().astimezone()) -> None:
        self._now = now
        self._count = 0
        self._cards = {"medium": TestCard("medium")}

    def shoot(self, size: str, compress: str = "none") -> bytes:
        """The card with the next number on it."""
        self._count += 1
        if size not in self._cards:
            self._cards[size] = TestCard(size)
        return self._cards[size].draw(self._count, self._now(), compress)

    def moving(self) -> Moving:
        """The card, with a counter that begins anew."""
        return MovingCard(self._now)


class FolderCamera:
    """The pictures of a folder in turn, by name.

    A JPEG is handed on byte for byte, whatever size was asked for, unless it is to be compressed.
    """

    def __init__(self, folder: Path) -> None:
        """Failure(MISSING) when there is no picture in the folder."""
        self.name = str(folder)
        self._files = sorted(file for file in folder.iterdir() if file.suffix.lower() in PICTURES)
        self._next = 0
        if not self._files:
            raise Failure(f"there is no picture in {folder}", failure.MISSING, "no_pictures")

    def shoot(self, size: str, compress: str = "none") -> bytes:
        """The next picture; a file that is none raises OSError, and the one after it comes next."""
        file = self._files[self._next % len(self._files)]
        self._next += 1
        data = file.read_bytes()
        jpeg = data.startswith(JPEG_MAGIC)
        if jpeg and compress not in QUALITIES:
            return data
        try:
            encoded = encode(Image.open(io.BytesIO(data)), size, compress)
        except UnidentifiedImageError as error:
            raise OSError(f"{file} is no picture") from error
        return min(data, encoded, key=len) if jpeg else encoded

    def moving(self) -> Moving:
        """The pictures in turn, one a second."""
        return Slides(self._files, time.monotonic)


class BrokenCamera:
    """Fails every time: how an app copes with `capture_failed`."""

    name = "broken"

    def shoot(self, size: str, compress: str = "none") -> bytes:
        """Never a picture, always OSError."""
        raise OSError(f"the camera is broken, there is no {size} picture")

    def moving(self) -> Moving:
        """Never."""
        raise OSError("the camera is broken")


class MovingCard:
    """The test card, with the next number at each look."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._count = 0
        self._cards: dict[tuple[int, int], TestCard] = {}

    def picture(self, width: int, height: int) -> Image.Image:
        """The card with the next number on it."""
        self._count += 1
        if (width, height) not in self._cards:
            self._cards = {(width, height): TestCard((width, height))}
        return self._cards[width, height].picture(self._count, self._now())

    def close(self) -> None:
        """There is nothing to close."""


class Slides:
    """Pictures from files, each for a second. A file that is no picture raises OSError, and the next comes after it."""

    def __init__(self, files: list[Path], seconds: Callable[[], float]) -> None:
        self._files = files
        self._seconds = seconds
        self._began = seconds()
        self._shown: tuple[int, tuple[int, int], Image.Image] | None = None

    def picture(self, width: int, height: int) -> Image.Image:
        """The picture whose turn it is, fitted into that size."""
        index = int(self._seconds() - self._began) % len(self._files)
        if self._shown is None or self._shown[:2] != (index, (width, height)):
            upright = ImageOps.exif_transpose(Image.open(self._files[index])).convert("RGB")
            self._shown = index, (width, height), ImageOps.fit(upright, (width, height))
        return self._shown[2].copy()

    def close(self) -> None:
        """No file is open."""


def encode(image: Image.Image, size: str, compress: str = "none") -> bytes:
    """A picture as JPEG, upright, made smaller where it is larger than `size`."""
    upright = ImageOps.exif_transpose(image).convert("RGB")
    upright.thumbnail(SIZES[size])
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=quality(compress))
    return out.getvalue()


def open_camera(source: str) -> Camera:
    """The camera that `source` names: `pattern`, `broken`, a folder, a film or a webcam. Failure saying what lacks."""
    if source == PatternCamera.name:
        return PatternCamera()
    if source == BrokenCamera.name:
        return BrokenCamera()
    path = Path(source).expanduser()
    if path.is_dir():
        return FolderCamera(path)
    webcam = re.fullmatch(r"/dev/video\d+", source) is not None
    if not path.exists():
        hint = "give `pattern`, a folder of pictures, a film or /dev/videoN"
        raise Failure(f"there is no camera '{source}'", failure.MISSING, "no_camera", hint)
    if webcam or path.suffix.lower() in FILMS:
        from trifocal_tools.sim.film import FilmCamera, WebCamera  # PyAV comes only with those two

        return WebCamera(source) if webcam else FilmCamera(path)
    raise Failure(f"'{source}' is neither a folder nor a film", failure.USAGE, "no_camera")
