"""The measure of the heap, on real MicroPython: photos come through under the cap, and a cap too tight is noticed."""

import pytest

from trifocal_tools.failure import Failure
from trifocal_tools.micropython import heap


@pytest.mark.journey
def test_photos_larger_than_the_heap_come_through_whole_and_leave_nothing_behind():
    once = heap.measure(presses=1)
    often = heap.measure(presses=4)
    assert (once.photos, often.photos) == (1, 4)
    assert 10_000 < often.live <= often.high_water < 64_000
    assert often.live - once.live < 1_024


@pytest.mark.journey
def test_a_heap_too_small_for_the_firmware_is_a_failure(monkeypatch):
    monkeypatch.setattr(heap, "LIMIT_SECONDS", 3.0)
    with pytest.raises(Failure, match=r"stuck with 40960 bytes|MicroPython ended"):
        heap.measure(presses=1, cap=40_960)
