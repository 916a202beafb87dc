"""Parts of a file, as players ask for them."""

import pytest

from trifocal_cloud.ranges import Unsatisfiable, parse


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-", (0, 100)),
        ("bytes=0-9", (0, 10)),
        ("bytes=90-200", (90, 100)),
        ("bytes=99-99", (99, 100)),
        ("bytes=-10", (90, 100)),
        ("bytes=-1000", (0, 100)),
        (" bytes=5-6 ", (5, 7)),
    ],
)
def test_a_part(header: str, part: tuple[int, int]) -> None:
    assert parse(header, 100) == part


@pytest.mark.parametrize("header", ["", "bytes=", "bytes=-", "bytes=9-2", "bytes=0-1,3-4", "chars=0-1", "bytes=a-b"])
def test_what_makes_no_sense_is_the_whole_file(header: str) -> None:
    assert parse(header, 100) is None


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=500-600", "bytes=-0"])
def test_what_lies_beyond_the_end_is_refused(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        parse(header, 100)


def test_digits_without_end_are_no_number() -> None:
    assert parse(f"bytes={'9' * 400}-", 100) is None
