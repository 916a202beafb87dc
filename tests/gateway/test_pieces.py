"""Pieces in order, too early, again, overlapping and beyond the end."""

from random import Random

import pytest

from trifocal_gateway.pieces import EARLY, MISSHAPEN, REPEATED, TAKEN, Pieces

DATA = bytes(range(250)) * 20
SIZE = len(DATA)


def cut(begin: int, end: int) -> tuple[int, bytes]:
    return begin, DATA[begin:end]


def test_in_order_each_is_ready_at_once() -> None:
    pieces = Pieces(SIZE, 100, 1_000)
    assert pieces.add(*cut(100, 300)) == TAKEN
    assert pieces.ready() == [cut(100, 300)]
    assert (pieces.ready(), pieces.have, pieces.gap, pieces.whole) == ([], 300, 0, False)


def test_an_early_one_waits_for_the_gap_before_it() -> None:
    pieces = Pieces(SIZE, 0, 1_000)
    assert [pieces.add(*cut(200, 300)), pieces.add(*cut(300, 400))] == [EARLY, EARLY]
    assert (pieces.gap, pieces.ready()) == (200, [])
    assert pieces.add(*cut(0, 200)) == TAKEN
    assert pieces.ready() == [cut(0, 200), cut(200, 300), cut(300, 400)]
    assert (pieces.have, pieces.gap) == (400, 0)


def test_what_is_too_early_is_not_kept() -> None:
    pieces = Pieces(SIZE, 0, 1_000)
    assert [pieces.add(*cut(1_000, 1_100)), pieces.add(*cut(999, 1_100))] == [EARLY, EARLY]
    assert pieces.gap == 999


def test_again_is_told_and_changes_nothing() -> None:
    pieces = Pieces(SIZE, 100, 1_000)
    pieces.add(*cut(200, 300))
    assert [pieces.add(*cut(0, 100)), pieces.add(*cut(200, 300))] == [REPEATED, REPEATED]
    assert (pieces.have, pieces.ready()) == (100, [])


def test_overlapping_ones_give_each_byte_once() -> None:
    pieces = Pieces(SIZE, 0, 1_000)
    for span in ((150, 250), (120, 160), (140, 145), (50, 100), (0, 130)):
        pieces.add(*cut(*span))
    ready = pieces.ready()
    assert b"".join(data for _, data in ready) == DATA[:250]
    assert [offset for offset, _ in ready] == sorted(offset for offset, _ in ready)
    assert pieces.gap == 0


@pytest.mark.parametrize(
    ("offset", "size"), [(-1, 10), (0, 0), (SIZE, 1), (SIZE - 1, 2), (SIZE + 1, 5), (2**32, 1), (0, SIZE + 1)]
)
def test_what_cannot_be_of_this_file_is_misshapen(offset: int, size: int) -> None:
    pieces = Pieces(SIZE, 0, 1_000)
    assert pieces.add(offset, bytes(size)) == MISSHAPEN
    assert (pieces.have, pieces.gap, pieces.ready()) == (0, 0, [])


@pytest.mark.parametrize("seed", range(20))
def test_in_any_order_and_any_cut_the_file_comes_out_whole(seed: int) -> None:
    chance = Random(seed)
    pieces, out = Pieces(SIZE, 0, SIZE), bytearray()
    while not pieces.whole:
        begin = chance.randrange(SIZE)
        pieces.add(*cut(begin, min(SIZE, begin + chance.randrange(1, 600))))
        for offset, data in pieces.ready():
            assert offset == len(out)
            out += data
    assert bytes(out) == DATA
