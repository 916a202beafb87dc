"""Words on a moving file: few, true, and none about a quick one."""

from trifocal_gateway.progress import EVERY_MS, Progress
from trifocal_gateway.testing import SIZE, announce
from trifocal_shared.cloud_messages import PhotoProgress


def test_four_words_a_second_with_bytes_and_rate() -> None:
    progress = Progress()
    words = [word for now in range(0, 1_001, 10) if (word := progress.moved(announce(), now, 500 + now))]
    assert [word.done_bytes for word in words] == [250, 500, 750, 1_000]
    assert words[0] == PhotoProgress(request_id="r-1", done_bytes=250, total_bytes=SIZE, bytes_per_second=1_000)


def test_a_quick_file_and_the_first_piece_of_any_are_not_worth_a_word() -> None:
    progress = Progress()
    for number in range(9):
        assert progress.moved(announce(request_id=f"r-{number}"), 400, number * 1_000) is None
        assert progress.moved(announce(request_id=f"r-{number}"), SIZE, number * 1_000 + EVERY_MS - 1) is None


def test_a_file_that_begins_anew_has_no_rate_below_zero() -> None:
    progress = Progress()
    progress.moved(announce(), 4_000, 0)
    assert progress.moved(announce(), 400, 1_000) is None
    word = progress.moved(announce(), 400, 2_000)
    assert word is not None
    assert (word.done_bytes, word.bytes_per_second) == (400, 0)
