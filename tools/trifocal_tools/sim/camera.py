"""Where the pictures of simulated glasses come from: a test card, a folder of pictures, a film or a webcam."""

import io
import re
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


class Camera(Protocol):
    """Takes pictures. `shoot` may block, so it belongs into a thread; one shot at a time."""

    name: str

    def shoot(self, size: str, compress: str = "none") -> bytes:
        """A JPEG for `small`, `medium`, `large` or `full`, with more or less detail. Raises OSError."""


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


class BrokenCamera:
    """Fails every time: how an app copes with `capture_failed`."""

    name = "broken"

    def shoot(self, size: str, compress: str = "none") -> bytes:
        """Never a picture, always OSError."""
        raise OSError(f"the camera is broken, there is no {size} picture")


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
