"""The event ring: numbered, bounded, states coalesced."""

import pytest

from trifocal_cloud.events import FRESH_MS, PRESSES, EventRing, moment


def test_numbers_rise_from_the_first() -> None:
    ring = EventRing(100)
    assert ring.last_id == 99
    assert [ring.add("step", 1, {})["id"], ring.add("gallery", 2, {})["id"]] == [100, 101]
    assert ring.last_id == 101


def test_after_gives_what_is_newer_in_order_and_no_more_than_asked() -> None:
    ring = EventRing(1)
    for at in range(5):
        ring.add("step", at, {"n": at})
    assert [event["n"] for event in ring.after(2)] == [2, 3, 4]
    assert [event["n"] for event in ring.after(0, limit=2)] == [0, 1]
    assert ring.after(5) == []
    assert ring.after(10**20) == []


def test_the_oldest_falls_out() -> None:
    ring = EventRing(1, capacity=3)
    for at in range(5):
        ring.add("step", at, {})
    assert [event["id"] for event in ring.after(0)] == [3, 4, 5]


def test_only_the_newest_state_of_a_kind_is_kept() -> None:
    ring = EventRing(1)
    ring.add("sim", 1, {"state": 1})
    ring.add("step", 2, {})
    ring.add("glasses", 3, {"state": 2})
    ring.add("sim", 4, {"state": 3})
    assert [(event["kind"], event["id"]) for event in ring.after(0)] == [("step", 2), ("glasses", 3), ("sim", 4)]


def test_of_progress_the_newest_word_is_kept() -> None:
    ring = EventRing(1)
    for percent in (10, 20):
        ring.add("progress", 1, {"percent": percent})
    assert [event["percent"] for event in ring.after(0)] == [20]


def test_of_each_app_the_newest_state_is_kept() -> None:
    ring = EventRing(1)
    for package in ("a", "b", "a", "a"):
        ring.add("app", 1, {"package": package})
    assert [(event["package"], event["id"]) for event in ring.after(0)] == [("b", 2), ("a", 4)]


def test_a_press_that_apps_have_heard_is_told_in_its_place() -> None:
    ring = EventRing(1)
    ring.add("step", 1, {"n": 1})
    ring.heard("boot-1", "photo", "short", 95, 100)
    ring.add("gallery", 3, {"n": 3})
    assert ring.last_id == 3
    assert [event["id"] for event in ring.after(0)] == [1, 2, 3]
    assert [event["id"] for event in ring.after(1, limit=1)] == [2]
    assert ring.after(1)[0] == {
        "id": 2,
        "at": 95,
        "kind": "step",
        "requestId": "",
        "pressId": "boot-1",
        "source": "glasses",
        "step": "pressed",
        "detail": "photo short",
        "status": "heard",
        "final": True,
        "reason": "",
    }


def test_presses_push_out_older_presses_and_nothing_else() -> None:
    ring = EventRing(1)
    ring.add("step", 1, {})
    for number in range(PRESSES + 5):
        ring.heard(f"p{number}", "photo", "short", 0, 1)
    assert ring.after(0)[0]["id"] == 1
    assert len(ring.after(0)) == 1 + PRESSES
    assert ring.of_heard("p4") is None
    assert ring.of_heard("p5") is not None


@pytest.mark.parametrize(
    ("timestamp", "expected"),
    [
        (20_000, ("glasses", 20_000)),
        (20_000 - FRESH_MS, ("glasses", 20_000 - FRESH_MS)),
        (20_000 - FRESH_MS - 1, ("cloud", 20_000)),
        (20_001, ("cloud", 20_000)),
        (0, ("cloud", 20_000)),
    ],
)
def test_a_clock_that_is_wrong_is_not_believed(timestamp: int, expected: tuple[str, int]) -> None:
    assert moment(timestamp, 20_000) == expected
