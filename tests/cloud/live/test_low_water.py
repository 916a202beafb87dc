"""How many bytes of a publisher are waited for."""

import pytest

from trifocal_cloud.live.low_water import MOST_BYTES, PICTURE_BYTES, SETTLED_MS, LowWater

START = 5_000
RATE = 200
"""Bytes a ms: 1.6 Mbit/s."""


def watched(water: LowWater, until: int, instant: bool = False, rate: int = RATE) -> int:
    """The level after looking every eighth of a second until so many ms after the start."""
    level = 0
    for now in range(125, until + 1, 125):
        level = water.level(now * rate, instant, START + now)
    return level


def test_the_first_second_is_read_picture_by_picture() -> None:
    assert watched(LowWater(START), SETTLED_MS - 125) == PICTURE_BYTES


def test_where_nobody_watches_as_it_comes_a_tenth_of_a_second_is_read_at_once() -> None:
    assert watched(LowWater(START), SETTLED_MS) == 100 * RATE


def test_who_watches_as_it_comes_gets_every_picture() -> None:
    assert watched(LowWater(START), 10 * SETTLED_MS, instant=True) == PICTURE_BYTES


@pytest.mark.parametrize(("rate", "level"), [(1, PICTURE_BYTES), (100_000, MOST_BYTES)])
def test_it_stays_within_bounds(rate: int, level: int) -> None:
    assert watched(LowWater(START), SETTLED_MS, rate=rate) == level


def test_of_whom_nothing_came_every_byte_is_read() -> None:
    water = LowWater(START)
    watched(water, SETTLED_MS)
    assert water.level(SETTLED_MS * RATE, False, START + SETTLED_MS + 250) == 1
    assert water.level(SETTLED_MS * RATE + 100, False, START + SETTLED_MS + 500) == PICTURE_BYTES


def test_looking_twice_at_once_is_no_rate() -> None:
    water = LowWater(START)
    watched(water, SETTLED_MS)
    assert water.level(10**9, False, START + SETTLED_MS) == PICTURE_BYTES
