"""Trails: what a waiting client is told about a request or a press."""

from trifocal_cloud.events import EventRing
from trifocal_cloud.trails import STEP_LIMIT, TRAIL_LIMIT, Step, Trail, Trails, merged


def test_a_request_is_found_under_its_id_and_its_press() -> None:
    trails = Trails(EventRing(1))
    trails.request("r1", "boot-1").add(Step("cloud", "requested", 5))
    found = trails.of_press("boot-1")
    assert trails.of_request("r1") is not None
    assert found is not None
    assert (found.request_id, found.status) == ("r1", "requested")
    assert trails.of_request("r2") is None
    assert trails.of_press("boot-2") is None


def test_a_press_learnt_later_is_kept() -> None:
    trails = Trails(EventRing(1))
    trails.request("r1")
    assert trails.request("r1", "boot-1").press_id == "boot-1"
    assert trails.request("r1", "boot-2").press_id == "boot-1"


def test_a_press_tells_its_own_steps_and_those_of_its_request_in_order() -> None:
    trails = Trails(EventRing(1))
    trails.request("r1", "boot-1").add(Step("glasses", "capturing", 30))
    trails.press("boot-1").add(Step("cloud", "pressed", 10))
    found = trails.of_press("boot-1")
    assert found is not None
    assert [step.step for step in found.steps] == ["pressed", "capturing"]


def test_a_press_without_a_request_is_itself() -> None:
    trails = Trails(EventRing(1))
    press = trails.press("boot-1")
    press.final, press.reason = True, "unsupported"
    found = trails.of_press("boot-1")
    assert found is not None
    assert (found.status, found.final, found.reason, found.request_id) == ("unknown", True, "unsupported", "")


def failed(request_id: str, reason: str) -> Trail:
    return Trail(request_id, "boot-1", "failed", True, reason)


def test_a_photo_taken_locally_is_waited_for() -> None:
    found = merged(None, [failed("r1", "captured_locally")])
    assert (found.status, found.final, found.request_id) == ("captured", False, "r1")


def test_a_local_photo_stands_for_the_request_it_replaced() -> None:
    local = Trail("local_1", "boot-1", "queued")
    assert merged(None, [failed("r1", "captured_locally"), local]).request_id == "local_1"
    assert merged(None, [local, failed("r1", "captured_locally")]).request_id == "local_1"


def test_a_stored_photo_comes_before_any_failure() -> None:
    stored = Trail("local_1", "boot-1", "stored", True, photo_id="p1")
    assert merged(None, [stored, failed("r1", "glasses_silent")]).photo_id == "p1"


def test_the_newest_failure_is_the_answer() -> None:
    assert merged(None, [failed("r1", "timed_out"), failed("r2", "camera_busy")]).reason == "camera_busy"


def test_nothing_is_unknown() -> None:
    assert merged(None, []).status == "unknown"


def test_a_repeated_step_is_one_and_too_many_are_cut_in_the_middle() -> None:
    trail = Trail("r1")
    trail.add(Step("gateway", "queued", 1))
    trail.add(Step("gateway", "queued", 2))
    assert len(trail.steps) == 1
    for at in range(200):
        trail.add(Step("gateway", "uploading" if at % 2 else "queued", at))
    assert len(trail.steps) == STEP_LIMIT
    assert trail.steps[0].at == 1
    assert trail.steps[-1].at == 199


def test_finished_trails_make_room_before_open_ones() -> None:
    trails = Trails(EventRing(1))
    trails.request("open")
    trails.request("done").final = True
    for number in range(TRAIL_LIMIT - 1):
        trails.request(f"r{number}")
    assert trails.of_request("done") is None
    assert trails.of_request("open") is not None
    trails.request("one-more")
    assert trails.of_request("open") is None


def test_a_press_that_apps_have_heard_has_a_trail_while_it_is_remembered() -> None:
    events = EventRing(1)
    trails = Trails(events)
    events.heard("boot-1", "photo", "short", 8, 7)
    events.heard("", "video", "long", 0, 8)
    found = trails.of_press("boot-1")
    assert found is not None
    assert (found.status, found.final, found.steps) == ("heard", True, [Step("cloud", "pressed", 7, "photo short")])
    assert trails.of_press("") is None
