"""A test card that never looks the same twice: drawn once a size, then stamped with a counter and the time."""

import io
import math
from datetime import datetime

from PIL import Image, ImageChops, ImageDraw, ImageFont

SIZES = {"small": (640, 480), "medium": (1280, 960), "large": (1920, 1440), "full": (2560, 1920)}
"""Pixels of the four sizes that a photo can be asked for."""

USUAL_QUALITY = 84
"""Gives some 100 kB at medium size, about what a camera of that resolution makes of a living room."""

QUALITIES = {"medium": 60, "heavy": 30}
"""By the compression that a photo can be asked for with."""

BARS = ("#c7c7c7", "#c9c03b", "#3fbfc1", "#41b749", "#b6499b", "#c0392b", "#2b4fa2")
INK, PAPER, ACCENT = "#f4f1ea", "#14161c", "#ff6b35"


class TestCard:
    """Draws test cards of one size, a name of SIZES or pixels; the same counter and time give the same bytes."""

    __test__ = False  # pytest: this is no test

    def __init__(self, size: str | tuple[int, int]) -> None:
        """KeyError for a name that is none of SIZES."""
        self.width, self.height = SIZES[size] if isinstance(size, str) else size
        self._background = _background(self.width, self.height)
        self._big = ImageFont.load_default(self.height // 6)
        self._small = ImageFont.load_default(self.height // 28)

    def draw(self, count: int, at: datetime, compress: str = "none") -> bytes:
        """The card as JPEG."""
        out = io.BytesIO()
        self.picture(count, at).save(out, "JPEG", quality=quality(compress))
        return out.getvalue()

    def picture(self, count: int, at: datetime) -> Image.Image:
        """The card as an image of its own."""
        image = self._background.copy()
        draw = ImageDraw.Draw(image)
        middle, radius = (self.width // 2, self.height // 2), self.height // 3
        turn = (at.second + at.microsecond / 1e6) / 60
        rim = (middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius)
        draw.arc(rim, -90, -90 + 360 * turn, fill=ACCENT, width=max(3, self.height // 90))
        angle, dot = math.tau * turn - math.pi / 2, self.height // 40
        x, y = middle[0] + radius * math.cos(angle), middle[1] + radius * math.sin(angle)
        draw.ellipse((x - dot, y - dot, x + dot, y + dot), fill=ACCENT)
        draw.text((middle[0], middle[1] - radius // 6), f"{count}", font=self._big, fill=INK, anchor="mm")
        stamp = f"{at:%Y-%m-%d  %H:%M:%S}.{at.microsecond // 1000:03d}"
        draw.text((middle[0], middle[1] + radius // 2), stamp, font=self._small, fill=INK, anchor="mm")
        return image


def quality(compress: str) -> int:
    """The JPEG quality for a compression; the usual one for `none` and for a word nobody knows."""
    return QUALITIES.get(compress, USUAL_QUALITY)


def _background(width: int, height: int) -> Image.Image:
    image = Image.new("RGB", (width, height), PAPER)
    draw = ImageDraw.Draw(image)
    bar = width / len(BARS)
    for index, colour in enumerate(BARS):
        draw.rectangle((index * bar, 0, (index + 1) * bar, height // 4), fill=colour)
    ramp = Image.linear_gradient("L").rotate(90).resize((width, height // 12))
    image.paste(Image.merge("RGB", (ramp, ramp, ramp)), (0, height - height // 12))
    step = height // 12
    for x in range(0, width, step):
        draw.line((x, height // 4, x, height - step), fill="#262a35")
    for y in range(height // 4, height - step, step):
        draw.line((0, y, width, y), fill="#262a35")
    x, y, radius = width // 2, height // 2, height // 3
    draw.ellipse(
        (x - radius, y - radius, x + radius, y + radius), fill="#1c2029", outline=INK, width=max(2, height // 240)
    )
    title = ImageFont.load_default(height // 30)
    draw.text((x, height - step * 3 // 2), "TRIFOCAL  simulated camera", font=title, fill="#9aa3b5", anchor="mm")
    # A sensor's noise: without it the picture would compress to a third of a real one.
    noise = Image.effect_noise((width, height), 8)
    return ImageChops.soft_light(image, Image.merge("RGB", (noise, noise, noise)))
