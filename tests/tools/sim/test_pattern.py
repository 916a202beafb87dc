"""The test card: a JPEG of the size that was asked for, never the same twice, quickly made."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image

from trifocal_tools.sim.pattern import SIZES, TestCard

NOON = datetime(2026, 5, 1, 12, 0, 7, 250_000, UTC)


@pytest.fixture(scope="module")
def card():
    """A small one."""
    return TestCard("small")


def test_it_is_a_jpeg_of_its_size(card):
    image = Image.open(io.BytesIO(card.draw(1, NOON)))
    assert (image.format, image.size) == ("JPEG", SIZES["small"])


def test_a_medium_one_has_the_weight_of_a_photo():
    assert 60_000 < len(TestCard("medium").draw(1, NOON)) < 150_000


def test_counter_and_time_make_each_another(card):
    pictures = {card.draw(1, NOON), card.draw(2, NOON), card.draw(1, NOON + timedelta(milliseconds=1))}
    assert len(pictures) == 3


def test_the_same_counter_and_time_make_the_same(card):
    assert card.draw(3, NOON) == card.draw(3, NOON)


def test_more_compression_makes_fewer_bytes_and_an_unknown_word_the_usual_ones(card):
    usual, medium, heavy = (len(card.draw(1, NOON, compress)) for compress in ("none", "medium", "heavy"))
    assert heavy < medium * 0.8 < usual * 0.8 * 0.8
    assert card.draw(1, NOON, "tremendous") == card.draw(1, NOON)


def test_there_is_no_other_size():
    with pytest.raises(KeyError):
        TestCard("huge")
