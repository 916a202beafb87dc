"""Stamps of publishers on one axis."""

import pytest

from trifocal_cloud.live.timeline import FRAME_MS, JUMP_MS, Timeline


def test_the_axis_begins_with_the_first_publisher() -> None:
    line = Timeline(1_000)
    assert line.lasts(3_000) == 0
    assert line.begin(5_000) == 4_000
    assert [line.place(stamp, 5_000) for stamp in (700, 733)] == [0, 33]
    assert line.lasts(6_500) == 1_500


def test_a_pause_lasts_as_long_as_it_was() -> None:
    line = Timeline(0)
    line.begin(0)
    line.place(0, 0)
    assert line.begin(4_000) == 0
    assert line.place(90_000, 4_000) == 4_000


def test_another_publisher_never_goes_back() -> None:
    line = Timeline(0)
    line.begin(0)
    line.place(0, 0)
    line.place(5_000, 100)
    line.begin(200)
    assert line.place(7, 200) == line.last == 5_000 + FRAME_MS


@pytest.mark.parametrize(
    ("stamps", "places"),
    [
        ([2**32 - 20, 13, 46], [0, 33, 66]),
        ([0, JUMP_MS + 1, JUMP_MS + 34], [0, FRAME_MS, FRAME_MS + 33]),
        ([50_000, 0, 33], [0, FRAME_MS, FRAME_MS + 33]),
        ([100, 60], [0, 0]),
    ],
    ids=["wraps", "leaps", "leaps back", "steps back"],
)
def test_clocks_that_wrap_or_leap(stamps: list[int], places: list[int]) -> None:
    line = Timeline(0)
    line.begin(0)
    assert [line.place(stamp, 0) for stamp in stamps] == places
