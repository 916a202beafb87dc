"""Packets in their order, however they came."""

from hypothesis import given
from hypothesis import strategies as st

from trifocal_cloud.live.sequence import AGAIN_MS, GIVE_UP_MS, MOST_ASKED, MOST_WAITING, Sequence


def got(found: list[tuple[bytes, bool]]) -> list[bytes]:
    return [packet for packet, _ in found]


def test_in_order_they_pass_through_also_where_numbers_begin_anew() -> None:
    one = Sequence()
    for number in (65_534, 65_535, 0, 1):
        assert got(one.receive(number, b"%d" % number, 0)) == [b"%d" % number]
    assert (one.highest, one.lost) == (65_537, 0)


def test_a_gap_is_waited_for_and_asked_for() -> None:
    one = Sequence()
    one.receive(1, b"1", 0)
    assert one.receive(4, b"4", 10) == []
    assert one.missing(10) == [2, 3]
    assert one.missing(10 + AGAIN_MS - 1) == []
    assert got(one.receive(2, b"2", 20)) == [b"2"]
    assert one.missing(10 + AGAIN_MS) == [3]
    assert got(one.receive(3, b"3", 60)) == [b"3", b"4"]
    assert one.missing(500) == []


def test_what_never_comes_is_lost() -> None:
    one = Sequence()
    one.receive(1, b"1", 0)
    one.receive(3, b"3", 0)
    one.receive(6, b"6", 0)
    assert one.timeout(GIVE_UP_MS - 1) == []
    assert one.timeout(GIVE_UP_MS) == [(b"3", True)]
    assert one.timeout(GIVE_UP_MS) == []
    assert one.timeout(2 * GIVE_UP_MS) == [(b"6", True)]
    assert one.lost == 3
    assert one.timeout(9 * GIVE_UP_MS) == []


def test_late_and_double_ones_are_left_out() -> None:
    one = Sequence()
    one.receive(5, b"5", 0)
    one.receive(7, b"7", 0)
    assert [one.receive(number, b"x", 0) for number in (5, 4, 7)] == [[], [], []]
    assert got(one.receive(6, b"6", 0)) == [b"6", b"7"]


def test_there_are_bounds() -> None:
    one = Sequence()
    one.receive(0, b"0", 0)
    for number in range(2, MOST_WAITING + 2):
        assert one.receive(number, b"x", 0) == []
    assert len(one.receive(MOST_WAITING + 2, b"x", 0)) == MOST_WAITING + 1
    one.receive(MOST_WAITING + 20_000, b"x", 0)
    assert len(one.missing(AGAIN_MS)) == MOST_ASKED


@given(st.lists(st.integers(0, 65_535), max_size=60))
def test_whatever_comes_leaves_in_order_and_once(numbers: list[int]) -> None:
    one = Sequence()
    found = [packet for at, number in enumerate(numbers) for packet in one.receive(number, b"%d" % at, at)]
    for now in range(100, 100 + 70 * GIVE_UP_MS, GIVE_UP_MS):
        found += one.timeout(now)
    assert len(got(found)) == len(set(got(found)))
