"""The words for names: no two the same, none that Python keeps for itself."""

import itertools
import keyword

from trifocal_tools.micropython.lean.words import KNOWN, pool


def test_words_differ_and_are_no_keywords():
    found = list(pool())
    assert len(set(found)) == len(found)
    assert not any(keyword.iskeyword(word) for word in found)
    assert all(word.isidentifier() for word in found)


def test_known_words_come_first_and_then_the_shortest():
    found = list(itertools.islice(pool(), len(KNOWN) + 30))
    assert found[: len(KNOWN)] == KNOWN
    assert [len(word) for word in found[len(KNOWN) :]] == [1] * 26 + [2] * 4
