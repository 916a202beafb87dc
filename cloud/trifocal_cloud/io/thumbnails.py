"""Looks into pictures: how large they are, and a small one of them. In a thread, within bounds."""

import asyncio
import io
import warnings
from pathlib import Path

from PIL import Image, ImageOps

SIDE = 320
PIXEL_LIMIT = 50_000_000
"""A picture that claims more is not decoded: a few kilobytes can claim gigabytes."""
FORMATS = ("JPEG", "PNG", "WEBP", "AVIF")


class NoThumbnailError(Exception):
    """The picture cannot be made small: broken, or far too large."""


class Thumbnails:
    """At most two pictures are worked on at a time."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(2)

    async def measured(self, path: Path) -> tuple[int, int]:
        """Width and height as the file says; (0, 0) when it does not say."""
        return await asyncio.to_thread(_measure, path)

    async def made(self, picture: bytes) -> bytes:
        """A JPEG of at most SIDE x SIDE, the right way up. Raises NoThumbnailError."""
        async with self._turn:
            return await asyncio.to_thread(_shrink, picture)


def _measure(path: Path) -> tuple[int, int]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path, formats=FORMATS) as image:
                return image.size
    except Exception:  # whatever a hostile file makes the decoder raise, the photo is kept without its measures
        return 0, 0


def _shrink(picture: bytes) -> bytes:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(picture), formats=FORMATS) as image:
                width, height = image.size
                if width * height > PIXEL_LIMIT:
                    raise NoThumbnailError("too many pixels")
                image.draft("RGB", (SIDE, SIDE))
                small = ImageOps.exif_transpose(image).convert("RGB")
                small.thumbnail((SIDE, SIDE))
                made = io.BytesIO()
                small.save(made, "JPEG", quality=80)
                return made.getvalue()
    except NoThumbnailError:
        raise
    except Exception as error:  # as above
        raise NoThumbnailError("the picture is broken") from error
