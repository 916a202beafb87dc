"""The time in a picture, written so that it survives encoding: who sees the picture later knows how old it is.

One row of 64 blocks along the upper edge, black or white: 8 that never change, 48 bits of epoch milliseconds and 8 of
a sum over them, most significant first. Any reader of pixels can tell them apart; `read` is one.
"""

from PIL import Image

BLOCKS = 64
_BEGIN = 0b1010_1100
_BLACK, _WHITE = 16, 235
_HEIGHT = 24
"""The row's height as a part of the picture's: one of so many."""


def stamp(image: Image.Image, epoch_ms: int) -> None:
    """Write this time into a picture of at least 128 pixels' width."""
    row = Image.new("L", (BLOCKS, 1))
    row.putdata([_WHITE if bit == "1" else _BLACK for bit in _bits(epoch_ms)])
    image.paste(row.resize((image.width, _rows(image)), Image.Resampling.NEAREST).convert(image.mode), (0, 0))


def read(image: Image.Image) -> int | None:
    """The time that stands in a picture, in epoch milliseconds, or None: there is none to be read."""
    grey = image.convert("L").crop((0, 0, image.width, _rows(image)))
    middle = grey.height // 2
    pixels = [grey.getpixel(((2 * block + 1) * grey.width // (2 * BLOCKS), middle)) for block in range(BLOCKS)]
    bits = "".join("1" if isinstance(pixel, int) and pixel > 127 else "0" for pixel in pixels)
    epoch_ms = int(bits[8:56], 2)
    return epoch_ms if bits == _bits(epoch_ms) else None


def _bits(epoch_ms: int) -> str:
    data = epoch_ms.to_bytes(6, "big")
    return f"{_BEGIN:08b}{epoch_ms:048b}{sum(data) & 255 ^ 0x5A:08b}"


def _rows(image: Image.Image) -> int:
    return max(2, image.height // _HEIGHT)
