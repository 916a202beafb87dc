"""The measure of the heap, on real MicroPython: photos come through under the cap, and a cap too tight is noticed."""

from dataclasses import replace

import pytest

from trifocal_tools.failure import Failure
from trifocal_tools.micropython import heap, romfs


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


@pytest.mark.journey
def test_small_photos_leave_nothing_behind_and_each_press_is_timed():
    found = heap.measure(presses=2, more=30)
    assert abs(found.grown) < 512
    assert len(found.triggers) == 2
    assert all(0 < trigger < 5_000 for trigger in found.triggers)


@pytest.mark.journey
def test_an_import_is_timed_as_often_as_asked_for():
    told = heap.imports(3, romfs.build())
    assert len(told) == 3
    assert all(0 < one < 5_000 for one in told)


@pytest.mark.journey
def test_an_image_without_the_firmware_is_a_failure(tmp_path):
    built = romfs.build()
    (tmp_path / "none.romfs").write_bytes(b"")
    with pytest.raises(Failure, match="cannot be imported"):
        heap.imports(1, replace(built, path=tmp_path / "none.romfs"))
