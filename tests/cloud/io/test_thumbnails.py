"""Thumbnails: small, the right way up, and no way to blow up the cloud."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from trifocal_cloud.io.thumbnails import NoThumbnailError, Thumbnails
from trifocal_cloud.testing import picture


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


def size(jpeg: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(jpeg)) as image:
        assert image.format == "JPEG"
        return image.size


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
async def test_a_small_one_keeps_the_shape(kind: str) -> None:
    assert size(await Thumbnails().made(picture(size=(1_280, 720), kind=kind))) == (320, 180)


async def test_a_small_picture_is_not_blown_up() -> None:
    assert size(await Thumbnails().made(picture(size=(40, 30)))) == (40, 30)


async def test_it_is_the_right_way_up() -> None:
    turned = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (64, 32)).save(turned, "JPEG", exif=exif)
    assert size(await Thumbnails().made(turned.getvalue())) == (32, 64)


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "1"])
async def test_every_kind_of_colour_will_do(mode: str) -> None:
    made = io.BytesIO()
    Image.new(mode, (64, 32)).save(made, "PNG")
    assert size(await Thumbnails().made(made.getvalue())) == (64, 32)


@pytest.mark.parametrize(
    "content", [b"", b"x" * 100, picture()[:150], picture(kind="PNG")[:60], bomb(60_000, 60_000), bomb(10_000, 5_001)]
)
async def test_what_cannot_be_made_small_is_refused(content: bytes) -> None:
    with pytest.raises(NoThumbnailError):
        await Thumbnails().made(content)


async def test_a_picture_is_measured_without_being_decoded(tmp_path: Path) -> None:
    for name, content, wanted in [
        ("a", picture(size=(40, 30)), (40, 30)),
        ("b", bomb(9_000, 5_000), (9_000, 5_000)),
        ("c", bomb(60_000, 60_000), (0, 0)),
        ("d", b"nonsense", (0, 0)),
    ]:
        path = tmp_path / name
        path.write_bytes(content)
        assert await Thumbnails().measured(path) == wanted
