"""The photo desk in virtual time: every request ends exactly once, in time, with what a person needs to know."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trifocal_cloud.photos import (
    SILENCE_MS,
    SYSTEM_BUDGET_MS,
    Finished,
    PhotoDesk,
    Stepped,
    Ticket,
)
from trifocal_shared.messages import PhotoStatus

ANN = "ann@example.com"
BOB = "bob@example.com"
TICKET = Ticket(ANN, "r1", "boot-1")


def says(status: str, request_id: str = "r1", **more: str) -> PhotoStatus:
    return PhotoStatus(request_id=request_id, status=status, **more)


def asked(gateway: bool = True, glasses: bool = True) -> PhotoDesk:
    desk = PhotoDesk()
    desk.presence(ANN, gateway, glasses, 0)
    desk.requested(TICKET, 0)
    desk.events()
    return desk


def finals(desk: PhotoDesk) -> list[tuple[str, str, str]]:
    return [(e.ticket.request_id, e.status, e.reason) for e in desk.events() if isinstance(e, Finished)]


def run_out(desk: PhotoDesk) -> tuple[int, list[tuple[str, str, str]]]:
    """Let time pass until nothing is due; when the last thing ended, and how everything did."""
    now, ended = 0, []
    while (deadline := desk.deadline()) is not None:
        now = deadline
        desk.timeout(now)
        ended += finals(desk)
    return now, ended


def test_a_request_is_a_step_and_has_a_deadline() -> None:
    desk = PhotoDesk()
    desk.requested(TICKET, 5)
    (event,) = desk.events()
    assert isinstance(event, Stepped)
    assert (event.step, event.status) == ("requested", "requested")
    assert desk.deadline() == 5 + SILENCE_MS


def test_a_photo_that_is_stored_ends_its_request() -> None:
    desk = asked()
    for status in ("accepted", "capturing", "captured", "transferring", "queued", "uploading"):
        desk.reported(ANN, says(status), 1)
    desk.storing(ANN, "r1", 2)
    desk.stored(TICKET, 3)
    assert finals(desk) == [("r1", "stored", "")]
    assert desk.deadline() is None


def test_silence_means_silent_glasses() -> None:
    assert run_out(asked()) == (SILENCE_MS, [("r1", "failed", "glasses_silent")])


def test_silence_without_a_gateway_means_no_gateway() -> None:
    assert run_out(asked(gateway=False)) == (SILENCE_MS, [("r1", "failed", "gateway_offline")])


def test_silence_with_glasses_out_of_reach_means_glasses_offline() -> None:
    assert run_out(asked(glasses=False)) == (SILENCE_MS, [("r1", "failed", "glasses_offline")])


def test_a_gateway_that_returns_gets_the_whole_silence_again() -> None:
    desk = asked()
    desk.presence(ANN, False, True, 4_000)
    desk.presence(ANN, True, True, 9_000)
    assert desk.deadline() == 9_000 + SILENCE_MS


def test_a_presence_that_does_not_change_gives_no_more_time() -> None:
    desk = asked()
    desk.presence(ANN, True, True, 9_000)
    desk.presence(BOB, False, False, 9_000)
    assert desk.deadline() == SILENCE_MS


def test_one_word_is_enough_to_wait_for_the_whole_budget() -> None:
    desk = asked()
    desk.reported(ANN, says("capturing"), 9_999)
    assert run_out(desk) == (SYSTEM_BUDGET_MS, [("r1", "failed", "timed_out")])


@pytest.mark.parametrize("status", ["captured", "transferring", "queued", "uploading", "uploaded"])
def test_a_photo_that_was_taken_is_on_its_way_when_time_is_up(status: str) -> None:
    desk = asked()
    desk.reported(ANN, says(status), 1)
    desk.presence(ANN, False, True, 2)
    assert run_out(desk) == (SYSTEM_BUDGET_MS, [("r1", "failed", "upload_pending")])


def test_the_budget_is_the_askers() -> None:
    desk = PhotoDesk()
    desk.requested(TICKET, 0, budget_ms=3_000)
    assert desk.deadline() == 3_000


def test_a_failure_is_final_with_its_reason() -> None:
    desk = asked()
    desk.reported(ANN, says("failed", error_code="camera_busy"), 1)
    assert finals(desk) == [("r1", "failed", "camera_busy")]


@pytest.mark.parametrize(("source", "reason"), [("glasses", "capture_failed"), ("gateway", "cloud_error")])
def test_an_unknown_error_code_becomes_a_known_reason(source: str, reason: str) -> None:
    desk = asked()
    desk.reported(ANN, says("failed", error_code="EWHATEVER", source=source), 1)
    assert finals(desk) == [("r1", "failed", reason)]


def test_a_second_end_is_only_a_step() -> None:
    desk = asked()
    desk.reported(ANN, says("failed", error_code="camera_busy"), 1)
    desk.events()
    desk.reported(ANN, says("failed", error_code="battery_low"), 2)
    desk.stored(TICKET, 3)
    events = desk.events()
    assert [event.step for event in events if isinstance(event, Stepped)] == ["failed", "stored"]
    assert all(isinstance(event, Stepped) and event.status == "" for event in events)


def test_the_status_never_goes_back() -> None:
    desk = asked()
    desk.reported(ANN, says("queued", source="gateway"), 1)
    desk.reported(ANN, says("capturing"), 2)
    assert [event.status for event in desk.events() if isinstance(event, Stepped)] == ["queued", "queued"]


def test_a_status_nobody_knows_is_a_word_all_the_same() -> None:
    desk = asked()
    desk.reported(ANN, says("posing"), 1)
    (event,) = desk.events()
    assert isinstance(event, Stepped)
    assert (event.step, event.status) == ("unknown", "requested")
    assert desk.deadline() == SYSTEM_BUDGET_MS


def test_a_source_nobody_knows_is_the_glasses() -> None:
    desk = asked()
    desk.reported(ANN, says("capturing", source="cloud"), 1)
    assert desk.events()[0].word.source == "glasses"


def test_a_request_of_somebody_else_is_unknown() -> None:
    desk = asked()
    desk.reported(BOB, says("failed", error_code="camera_busy"), 1)
    assert finals(desk) == []
    assert desk.watches(ANN, "r1")
    assert not desk.watches(BOB, "r1")


def test_nothing_ends_a_request_while_its_photo_is_written_down() -> None:
    desk = asked()
    desk.storing(ANN, "r1", 1)
    assert desk.deadline() is None
    desk.timeout(10 * SYSTEM_BUDGET_MS)
    desk.reported(ANN, says("failed", error_code="capture_failed"), 2)
    desk.adopted(Ticket(ANN, "local_1", "boot-1"), 3)
    assert finals(desk) == []
    desk.stored(TICKET, 4)
    assert finals(desk) == [("r1", "stored", "")]


def test_a_photo_that_could_not_be_written_down_leaves_the_request_open() -> None:
    desk = asked()
    desk.storing(ANN, "r1", 1)
    desk.unstored(ANN, "r1", 2)
    assert run_out(desk) == (SILENCE_MS, [("r1", "failed", "glasses_silent")])


def test_storing_what_nobody_knows_is_harmless() -> None:
    desk = PhotoDesk()
    desk.storing(ANN, "r1", 1)
    desk.unstored(ANN, "r1", 2)
    assert desk.events() == []


def test_an_early_timeout_is_harmless() -> None:
    desk = asked()
    desk.timeout(SILENCE_MS - 1)
    assert desk.events() == []


def test_a_restored_request_has_its_whole_time_again_and_no_silence() -> None:
    desk = PhotoDesk()
    desk.presence(ANN, True, True, 0)
    desk.restored(TICKET, "requested", 0)
    assert run_out(desk) == (SYSTEM_BUDGET_MS, [("r1", "failed", "timed_out")])


def test_a_restored_request_remembers_that_the_photo_was_taken() -> None:
    desk = PhotoDesk()
    desk.restored(TICKET, "captured", 0)
    assert run_out(desk) == (SYSTEM_BUDGET_MS, [("r1", "failed", "upload_pending")])


def test_a_restored_local_photo_has_no_deadline() -> None:
    desk = PhotoDesk()
    desk.restored(Ticket(ANN, "local_1"), "captured", 0)
    assert desk.deadline() is None


INPUTS = st.lists(
    st.one_of(
        st.tuples(
            st.just("report"),
            st.sampled_from(["accepted", "capturing", "captured", "queued", "uploading", "uploaded", "failed", "odd"]),
        ),
        st.tuples(st.sampled_from(["storing", "unstored", "stored", "adopt", "gone", "back"]), st.just("")),
        st.tuples(st.just("wait"), st.sampled_from(["1", "9999", "60000"])),
    ),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(INPUTS)
def test_whatever_happens_a_request_ends_exactly_once(inputs: list[tuple[str, str]]) -> None:
    desk = asked()
    ended: list[tuple[str, str, str]] = []
    clock = itertools.accumulate([0] + [int(value) if kind == "wait" else 0 for kind, value in inputs])
    for (kind, value), now in zip([*inputs, ("unstored", "")], clock, strict=True):
        desk.timeout(now)
        if kind == "report":
            desk.reported(ANN, says(value, error_code="capture_failed"), now)
        elif kind == "storing":
            desk.storing(ANN, "r1", now)
        elif kind == "unstored":
            desk.unstored(ANN, "r1", now)
        elif kind == "stored":
            desk.stored(TICKET, now)
        elif kind == "adopt":
            desk.adopted(Ticket(ANN, "local_9", "boot-1"), now)
        elif kind in ("gone", "back"):
            desk.presence(ANN, kind == "back", True, now)
        ended += finals(desk)
    ended += run_out(desk)[1]
    assert len([end for end in ended if end[0] == "r1"]) == 1
