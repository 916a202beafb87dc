"""One app of one user in virtual time: it starts, and whichever connection is the newest is its own."""

from itertools import count

import pytest

from trifocal_cloud.app_events import (
    GRACE,
    RUNNING,
    SESSION_REQUEST,
    STARTING,
    Acknowledge,
    AppEvent,
    Changed,
    Close,
    Failed,
    Post,
    Started,
    Stopped,
    Wanted,
)
from trifocal_cloud.app_session import CONNECT_MS, GRACE_MS, SECOND_TRY_MS, AppSession
from trifocal_shared import app_words

ANN, CAM = "ann@example.com", "com.example.cam"
UNREACHABLE = app_words.APP_UNREACHABLE
STARTED, CHANGED, STOPPED = Started(ANN, CAM), Changed(ANN, CAM), Stopped(ANN, CAM)
WANTED, UNWANTED = Wanted(ANN, CAM, True), Wanted(ANN, CAM, False)


def new() -> AppSession:
    return AppSession(ANN, CAM, count(1), lambda: 1.0)


def starting() -> AppSession:
    session = new()
    session.start(0)
    session.events()
    return session


def running(connection: int = 1, now: int = 0) -> AppSession:
    session = starting()
    session.opened(connection, now)
    session.events()
    return session


def posted(session: AppSession) -> Post:
    (post,) = [event for event in session.events() if isinstance(event, Post)]
    return post


def answers(events: list[AppEvent]) -> list[AppEvent]:
    return [event for event in events if isinstance(event, Started | Failed)]


def state(session: AppSession) -> str:
    return session.look().state


# Starting


def test_a_start_asks_the_app_and_its_init_is_the_answer() -> None:
    session = new()
    session.start(0)
    assert session.events() == [CHANGED, Post(ANN, CAM, 1, SESSION_REQUEST)]
    assert state(session) == STARTING
    assert session.opened(5, 100)
    assert session.events() == [Acknowledge(ANN, CAM, 5), CHANGED, WANTED, STARTED]
    assert state(session) == RUNNING
    assert session.connection == 5
    assert session.deadline() is None


def test_starts_share_the_try_that_is_under_way_and_its_answer() -> None:
    session = starting()
    session.start(1)
    session.start(2)
    assert session.events() == []
    session.opened(5, 3)
    assert answers(session.events()) == [STARTED]


def test_a_start_of_a_running_app_is_answered_at_once() -> None:
    session = running()
    session.start(7)
    assert session.events() == [STARTED]


def test_an_app_that_cannot_be_reached_is_tried_once_more() -> None:
    session = starting()
    session.post_ended(1, UNREACHABLE, "refused", 10)
    assert session.events() == []
    assert session.deadline() == 10 + SECOND_TRY_MS
    session.timeout(10 + SECOND_TRY_MS - 1)
    assert session.events() == []
    session.timeout(10 + SECOND_TRY_MS)
    assert posted(session).kind == SESSION_REQUEST
    session.post_ended(2, UNREACHABLE, "refused", 2000)
    assert session.events() == [Failed(ANN, CAM, UNREACHABLE, "refused"), CHANGED, STOPPED]
    assert session.over
    assert session.deadline() is None


def test_an_init_between_the_two_tries_is_good() -> None:
    session = starting()
    session.post_ended(1, UNREACHABLE, "the answer broke off", 10)
    session.opened(5, 20)
    assert answers(session.events()) == [STARTED]
    session.timeout(10 + SECOND_TRY_MS)
    assert session.events() == []


def test_an_app_that_refuses_is_not_tried_again() -> None:
    session = starting()
    session.post_ended(1, app_words.APP_REFUSED, "500", 10)
    assert session.events() == [Failed(ANN, CAM, app_words.APP_REFUSED, "500"), CHANGED, STOPPED]


@pytest.mark.parametrize("answered", [True, False])
def test_an_app_that_does_not_connect_in_time_has_failed(answered: bool) -> None:
    session = starting()
    if answered:
        session.post_ended(1, "", "", 50)
    session.timeout(CONNECT_MS - 1)
    assert session.events() == []
    session.timeout(CONNECT_MS)
    assert answers(session.events()) == [Failed(ANN, CAM, app_words.APP_SILENT)]
    assert session.over


def test_what_becomes_of_the_post_after_the_init_means_nothing() -> None:
    session = running()
    session.post_ended(1, app_words.APP_REFUSED, "500 after a minute", 60_000)
    assert session.events() == []
    assert state(session) == RUNNING


def test_an_answer_to_an_earlier_attempt_means_nothing() -> None:
    session = starting()
    session.post_ended(1, UNREACHABLE, "", 0)
    session.timeout(SECOND_TRY_MS)
    session.events()
    session.post_ended(1, app_words.APP_REFUSED, "late", SECOND_TRY_MS + 1)
    session.post_ended(99, app_words.APP_REFUSED, "of somebody else", SECOND_TRY_MS + 1)
    assert session.events() == []


# Connections


def test_a_newer_connection_displaces_the_older() -> None:
    session = running(1)
    assert session.opened(2, 10)
    assert session.events() == [Acknowledge(ANN, CAM, 2), Close(1, 1000, "Replaced by a newer connection")]
    assert session.connection == 2


def test_a_repeated_init_on_the_same_connection_is_acknowledged_again() -> None:
    session = running(1)
    session.opened(1, 10)
    assert session.events() == [Acknowledge(ANN, CAM, 1)]


def test_a_lost_socket_may_come_back_within_the_grace() -> None:
    session = running(1)
    session.closed(100)
    assert session.events() == [CHANGED]
    assert state(session) == GRACE
    assert session.connection is None
    session.timeout(100 + GRACE_MS - 1)
    assert session.opened(2, 100 + GRACE_MS - 1)
    assert session.events() == [Acknowledge(ANN, CAM, 2), CHANGED]
    assert session.deadline() is None


def test_a_released_socket_that_closes_ends_the_session_for_good() -> None:
    session = running()
    session.released()
    session.closed(10)
    assert session.events() == [UNWANTED, CHANGED, STOPPED]
    assert session.over


def test_a_release_counts_for_its_own_connection_only() -> None:
    session = running(1)
    session.released()
    session.opened(2, 5)
    session.events()
    session.closed(10)
    assert state(session) == GRACE


def test_a_start_after_a_release_asks_anew_instead_of_trusting_the_socket() -> None:
    session = running(1)
    session.released()
    session.start(10)
    assert session.events() == [Close(1, 1000, "App stopped"), CHANGED, Post(ANN, CAM, 2, SESSION_REQUEST)]
    session.opened(2, 20)
    assert answers(session.events()) == [STARTED]


def test_it_shows_which_start_it_waits_for() -> None:
    session = new()
    session.start(0)
    assert session.look().asking == posted(session).attempt
    session.opened(1, 10)
    assert session.look().asking is None
