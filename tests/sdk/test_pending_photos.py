"""Each photo that is waited for ends once, however it ends."""

import pytest

from trifocal_sdk.pending_photos import PendingPhotos, Settled


@pytest.fixture
def desk() -> PendingPhotos[str]:
    """Two sessions that wait for a photo each, for 30 and 10 s."""
    made = PendingPhotos[str]()
    made.wanted("r1", "ann", 30_000, 0)
    made.wanted("r2", "bob", 10_000, 0)
    return made


def test_a_picture_that_comes_settles_its_request(desk: PendingPhotos[str]) -> None:
    assert desk.knows("r1")
    assert desk.arrived("r1", "picture")
    assert desk.events() == [Settled("r1", "picture")]
    assert desk.events() == []


def test_a_failure_settles_it_too(desk: PendingPhotos[str]) -> None:
    assert desk.failed("r1", "CAMERA_BUSY", "in use")
    assert desk.events() == [Settled("r1", None, "CAMERA_BUSY", "in use")]


def test_what_comes_late_twice_or_unasked_is_told_apart(desk: PendingPhotos[str]) -> None:
    assert desk.arrived("r1", "picture")
    assert not desk.arrived("r1", "picture")
    assert not desk.failed("r1", "CAMERA_BUSY", "")
    assert not desk.arrived("r3", "picture")
    assert len(desk.events()) == 1


def test_each_has_its_own_time(desk: PendingPhotos[str]) -> None:
    assert desk.deadline() == 10_000
    desk.timeout(9_999)
    assert desk.events() == []
    desk.timeout(10_000)
    assert [end.code for end in desk.events()] == ["TIMEOUT"]
    assert desk.deadline() == 30_000
    assert not desk.arrived("r2", "late")


def test_a_session_that_ends_takes_only_its_own_with_it(desk: PendingPhotos[str]) -> None:
    desk.session_ended("ann")
    assert [(end.request_id, end.code) for end in desk.events()] == [("r1", "SESSION_ENDED")]
    assert desk.knows("r2")


def test_nothing_is_said_of_what_nobody_waits_for(desk: PendingPhotos[str]) -> None:
    desk.given_up("r1")
    desk.given_up("r1")
    desk.timeout(40_000)
    assert [end.request_id for end in desk.events()] == ["r2"]
    assert desk.deadline() is None
