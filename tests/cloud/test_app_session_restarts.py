"""An app whose socket is lost, in virtual time: it may come back, or is stopped and asked anew, without end."""

from collections.abc import Callable
from itertools import count

import pytest

from trifocal_cloud.app_events import (
    GRACE,
    LOST,
    RESTARTING,
    RUNNING,
    SESSION_REQUEST,
    STOP_REQUEST,
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
from trifocal_cloud.app_session import CONNECT_MS, GRACE_MS, SECOND_TRY_MS, STOP_MS, AppSession
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


def in_grace() -> AppSession:
    session = running()
    session.closed(0)
    session.events()
    return session


def restarting() -> tuple[AppSession, Post]:
    """A session that has just asked the app to stop, so as to ask it anew."""
    session = in_grace()
    session.timeout(GRACE_MS)
    return session, posted(session)


def lost() -> AppSession:
    session, stop = restarting()
    session.post_ended(stop.attempt, UNREACHABLE, "", GRACE_MS)
    session.post_ended(posted(session).attempt, UNREACHABLE, "no route", GRACE_MS)
    session.events()
    return session


def posted(session: AppSession) -> Post:
    (post,) = [event for event in session.events() if isinstance(event, Post)]
    return post


def answers(events: list[AppEvent]) -> list[AppEvent]:
    return [event for event in events if isinstance(event, Started | Failed)]


def state(session: AppSession) -> str:
    return session.look().state


def test_a_socket_that_stays_away_has_the_app_stopped_and_asked_anew() -> None:
    session, stop = restarting()
    assert stop == Post(ANN, CAM, stop.attempt, STOP_REQUEST, "user_disabled")
    assert state(session) == RESTARTING
    session.post_ended(stop.attempt, "", "", GRACE_MS + 5)
    assert posted(session).kind == SESSION_REQUEST
    assert session.opened(2, GRACE_MS + 50)
    assert session.events() == [Acknowledge(ANN, CAM, 2), CHANGED]


def test_an_app_that_does_not_answer_the_stop_is_asked_all_the_same() -> None:
    session, _ = restarting()
    assert session.deadline() == GRACE_MS + STOP_MS
    session.timeout(GRACE_MS + STOP_MS)
    assert posted(session).kind == SESSION_REQUEST


def test_a_second_try_left_over_from_a_start_is_not_for_a_later_restart() -> None:
    session, stop = restarting()
    session.post_ended(stop.attempt, "", "", GRACE_MS)
    session.post_ended(posted(session).attempt, UNREACHABLE, "", GRACE_MS)
    assert state(session) == LOST


def test_an_app_that_ran_is_tried_again_by_backoff_without_end() -> None:
    session = lost()
    assert state(session) == LOST
    assert session.look().reason == UNREACHABLE
    assert session.look().detail == "no route"
    waits = []
    now = GRACE_MS
    for _ in range(12):
        at = session.look().next_try_at
        assert at is not None
        waits.append(at - now)
        now = at
        session.timeout(now)
        session.post_ended(posted(session).attempt, UNREACHABLE, "", now)
        assert answers(session.events()) == []
    assert waits == sorted(waits)
    assert waits[0] == 5_000
    assert waits[-1] == 300_000


def test_a_lost_app_that_connects_by_itself_runs() -> None:
    session = lost()
    assert session.opened(9, 20_000)
    assert session.events() == [Acknowledge(ANN, CAM, 9), CHANGED]
    assert session.look().reason == ""
    assert session.look().next_try_at is None
    assert session.deadline() is None


def test_success_makes_the_next_wait_a_short_one() -> None:
    session = lost()
    session.timeout(session.look().next_try_at or 0)
    session.post_ended(posted(session).attempt, UNREACHABLE, "", 20_000)
    session.opened(9, 30_000)
    session.closed(30_000)
    session.timeout(40_000)
    session.timeout(45_000)
    session.events()
    session.timeout(60_000)
    assert session.look().reason == app_words.APP_SILENT
    assert session.look().next_try_at == 65_000


@pytest.mark.parametrize(("prepared", "kind"), [(in_grace, STOP_REQUEST), (lost, SESSION_REQUEST)])
def test_a_start_does_not_wait_for_the_next_try(prepared: Callable[[], AppSession], kind: str) -> None:
    session = prepared()
    session.start(GRACE_MS + 1)
    assert posted(session).kind == kind
    assert state(session) == RESTARTING


def test_a_start_of_a_lost_app_that_fails_is_answered_and_tried_on() -> None:
    session = lost()
    session.start(11_000)
    session.post_ended(posted(session).attempt, UNREACHABLE, "", 11_000)
    session.timeout(11_000 + SECOND_TRY_MS)
    session.post_ended(posted(session).attempt, UNREACHABLE, "", 12_000)
    assert session.events() == [CHANGED, Failed(ANN, CAM, UNREACHABLE)]
    assert state(session) == LOST
    assert session.deadline() is not None


def test_a_start_during_a_restart_joins_it() -> None:
    session, stop = restarting()
    session.start(GRACE_MS + 1)
    assert session.events() == []
    session.post_ended(stop.attempt, "", "", GRACE_MS + 2)
    posted(session)
    session.opened(3, GRACE_MS + 3)
    assert answers(session.events()) == [STARTED]


# A stop on its way to an app that came back meanwhile


def test_an_app_that_came_back_and_then_heard_the_stop_is_asked_anew() -> None:
    session, stop = restarting()
    session.opened(2, GRACE_MS + 1)
    session.events()
    session.post_ended(stop.attempt, "", "", GRACE_MS + 2)
    assert session.events() == [
        Close(2, 1000, "App stopped"),
        CHANGED,
        Post(ANN, CAM, stop.attempt + 1, SESSION_REQUEST),
    ]
    session.opened(3, GRACE_MS + 50)
    assert state(session) == RUNNING


def test_an_app_that_came_back_and_closed_on_the_stop_is_asked_anew_without_grace() -> None:
    session, stop = restarting()
    session.opened(2, GRACE_MS + 1)
    session.released()
    session.closed(GRACE_MS + 2)
    assert state(session) == GRACE
    session.events()
    session.post_ended(stop.attempt, "", "", GRACE_MS + 3)
    assert posted(session).kind == SESSION_REQUEST


def test_an_app_that_came_back_and_never_heard_the_stop_runs_on() -> None:
    session, stop = restarting()
    session.opened(2, GRACE_MS + 1)
    session.events()
    session.post_ended(stop.attempt, app_words.APP_SILENT, "", GRACE_MS + STOP_MS)
    assert session.events() == []
    assert state(session) == RUNNING


# Sessions that begin without a start


def test_a_restored_session_waits_as_if_its_socket_had_just_been_lost() -> None:
    session = new()
    session.restored(0)
    assert session.events() == [CHANGED]
    assert state(session) == GRACE
    assert session.opened(1, 5_000)
    assert session.events() == [Acknowledge(ANN, CAM, 1), CHANGED]


def test_a_resumed_session_is_asked_at_once_and_tried_on_when_it_fails() -> None:
    session = new()
    session.resume(0)
    assert session.events() == [CHANGED, Post(ANN, CAM, 1, SESSION_REQUEST)]
    session.timeout(CONNECT_MS)
    assert session.events() == [CHANGED]
    assert state(session) == LOST
