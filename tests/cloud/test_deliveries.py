"""Deliveries: brought at once, again while that makes sense, and over exactly once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trifocal_cloud.deliveries import (
    AGAIN,
    HOOK_WAIT_MS,
    REFUSED,
    RETRY_CAP_MS,
    TAKEN,
    WAIT_MS,
    Bring,
    Deliveries,
    Done,
    Parcel,
)
from trifocal_shared import app_words, reasons

ANN = "ann@example.com"
PARCEL = Parcel(ANN, "com.example.cam", "r1")
HOOK = Parcel(ANN, "com.example.cam", "r2", "https://hook.example.com/x", "token")


def waiting(parcel: Parcel = PARCEL, age_ms: int = 0) -> Deliveries:
    found = Deliveries(lambda: 0.5)
    found.expected(parcel, age_ms, 0)
    return found


def brought(found: Deliveries) -> list[str]:
    return [event.reason for event in found.events() if isinstance(event, Bring)]


def test_a_photo_is_brought_at_once_and_that_is_that() -> None:
    found = waiting()
    assert (found.events(), found.deadline()) == ([], None)
    found.ready(PARCEL.key, "", "", 5)
    assert found.events() == [Bring(PARCEL, "", "")]
    found.tried(PARCEL.key, TAKEN, "", 6)
    assert found.events() == [Done(PARCEL)]
    found.ready(PARCEL.key, "", "", 7)
    assert found.events() == []


def test_an_error_is_brought_like_a_photo() -> None:
    found = waiting()
    found.ready(PARCEL.key, reasons.CAMERA_BUSY, "", 5)
    assert found.events() == [Bring(PARCEL, reasons.CAMERA_BUSY, "")]


def test_only_the_first_answer_counts() -> None:
    found = waiting()
    found.ready(PARCEL.key, reasons.CAMERA_BUSY, "", 5)
    found.ready(PARCEL.key, "", "", 6)
    assert brought(found) == [reasons.CAMERA_BUSY]


def test_what_the_app_refuses_is_over() -> None:
    found = waiting()
    found.ready(PARCEL.key, "", "", 0)
    found.events()
    found.tried(PARCEL.key, REFUSED, "its server answered 404", 1)
    assert found.events() == [Done(PARCEL, app_words.DELIVERY_FAILED, "its server answered 404")]
    assert found.deadline() is None


@pytest.mark.parametrize(("parcel", "wait_ms"), [(PARCEL, WAIT_MS), (HOOK, HOOK_WAIT_MS)])
def test_it_is_tried_again_until_nobody_waits_any_more(parcel: Parcel, wait_ms: int) -> None:
    found = waiting(parcel)
    found.ready(parcel.key, "", "", 0)
    now, tries, gaps = 0, 0, []
    while True:
        events = found.events()
        if not isinstance(events[-1], Bring):
            break
        tries += 1
        found.tried(parcel.key, AGAIN, "no connection", now)
        at = found.deadline()
        if at is not None:
            gaps.append(at - now)
            now = at
            found.timeout(now)
    assert events == [Done(parcel, app_words.DELIVERY_FAILED, "no connection")]
    assert gaps == sorted(gaps)
    assert max(gaps) <= RETRY_CAP_MS
    assert wait_ms - RETRY_CAP_MS <= now < wait_ms
    assert tries == len(gaps) + 1


def test_a_timer_that_rings_early_brings_nothing_and_once_is_once() -> None:
    found = waiting()
    found.ready(PARCEL.key, "", "", 0)
    found.events()
    found.tried(PARCEL.key, AGAIN, "", 0)
    at = found.deadline()
    assert at is not None
    found.timeout(at - 1)
    assert found.events() == []
    found.tried(PARCEL.key, TAKEN, "", at - 1)
    found.timeout(at)
    assert brought(found) == [""]


def test_what_was_asked_for_long_ago_is_brought_once_at_least() -> None:
    found = waiting(age_ms=10 * WAIT_MS)
    found.ready(PARCEL.key, "", "", 0)
    assert brought(found) == [""]
    found.tried(PARCEL.key, AGAIN, "late", 1)
    assert found.events() == [Done(PARCEL, app_words.DELIVERY_FAILED, "late")]


def test_another_app_with_the_same_id_has_its_own_answer() -> None:
    other = Parcel(ANN, "com.example.other", PARCEL.request_id)
    found = waiting()
    found.expected(other, 0, 0)
    found.ready(other.key, reasons.CONFLICT, "", 1)
    assert found.events() == [Bring(other, reasons.CONFLICT, "")]
    found.ready(PARCEL.key, "", "", 2)
    assert found.events() == [Bring(PARCEL, "", "")]


def test_what_nobody_expects_means_nothing() -> None:
    found = Deliveries(lambda: 0.5)
    found.ready(PARCEL.key, "", "", 0)
    found.tried(PARCEL.key, TAKEN, "", 0)
    assert found.events() == []
    found.expected(PARCEL, 0, 0)
    found.tried(PARCEL.key, TAKEN, "", 0)
    found.expected(HOOK, 0, 0)
    assert found.events() == []
    found.ready(PARCEL.key, "", "", 0)
    assert found.events() == [Bring(PARCEL, "", "")]


@given(st.lists(st.tuples(st.sampled_from("eirtgx"), st.integers(0, 8_000)), max_size=60))
def test_whatever_happens_each_parcel_is_done_once(steps: list[tuple[str, int]]) -> None:
    found, now, done, brings = waiting(), 0, 0, 0
    for step, later in steps:
        now += later
        if step == "e":
            found.expected(PARCEL, 0, now)
        elif step == "i":
            found.timeout(now)
        elif step == "r":
            found.ready(PARCEL.key, "", "", now)
        elif brings:
            outcome = {"t": TAKEN, "g": AGAIN, "x": REFUSED}[step]
            found.tried(PARCEL.key, outcome, "", now)
        for event in found.events():
            if isinstance(event, Done):
                done, brings = done + 1, 0
                found.ready(PARCEL.key, "", "", now)
                assert found.events() == [], "it was not over"
                break
            brings += 1
    assert done <= 1 + sum(1 for step, _ in steps if step == "e")
