import io

import pytest
from PIL import Image

from trifocal_tools.sim import marks

NOW = 1_795_794_155_123


@pytest.mark.parametrize("size", [(1280, 720), (640, 360), (320, 240), (1080, 1920), (128, 96)])
@pytest.mark.parametrize("epoch_ms", [0, NOW, 2**48 - 1])
def test_what_was_written_is_read_back(size, epoch_ms):
    image = Image.new("RGB", size, "#808080")
    marks.stamp(image, epoch_ms)
    assert marks.read(image) == epoch_ms


def test_it_survives_a_bad_encoder_and_another_size():
    image = Image.effect_noise((1280, 720), 90).convert("RGB")
    marks.stamp(image, NOW)
    written = io.BytesIO()
    image.save(written, "JPEG", quality=15)
    assert marks.read(Image.open(written)) == NOW
    assert marks.read(Image.open(written).resize((640, 360))) == NOW


def test_a_picture_without_a_time_has_none():
    assert marks.read(Image.new("RGB", (640, 360))) is None
    assert marks.read(Image.effect_noise((640, 360), 90)) is None


def test_a_time_that_is_half_covered_is_none():
    image = Image.new("RGB", (640, 360))
    marks.stamp(image, NOW)
    image.paste("#fff", (200, 0, 400, 40))
    assert marks.read(image) is None


def test_the_rest_of_the_picture_stays():
    image = Image.new("RGB", (640, 360), "#123456")
    marks.stamp(image, NOW)
    assert image.getpixel((320, 20)) == (0x12, 0x34, 0x56)
