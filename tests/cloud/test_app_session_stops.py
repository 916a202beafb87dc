"""An app that is stopped, in virtual time: its server hears it first, then its socket, and nobody waits in vain."""

from collections.abc import Callable
from itertools import count

import pytest

from trifocal_cloud.app_events import (
    SESSION_REQUEST,
    STOP_REQUEST,
    STOPPING,
    AppEvent,
    Changed,
    Close,
    Failed,
    Post,
    Say,
    Started,
    Stopped,
    Wanted,
)
from trifocal_cloud.app_session import GRACE_MS, STOP_MS, AppSession
from trifocal_shared import app_words, reasons
from trifocal_shared.app_messages import AppStopped

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


def test_a_stop_tells_the_server_first_then_the_socket() -> None:
    session = running(1)
    session.stop(10)
    assert session.events() == [UNWANTED, CHANGED, Post(ANN, CAM, 2, STOP_REQUEST, "user_disabled")]
    assert state(session) == STOPPING
    assert session.connection == 1
    session.post_ended(2, "", "", 20)
    assert session.events() == [
        Say(1, AppStopped(reason="user_disabled", message="App stopped")),
        Close(1, 1000, "App stopped"),
        CHANGED,
        STOPPED,
    ]


def test_a_stop_does_not_wait_for_ever() -> None:
    session = running(1)
    session.stop(10)
    session.events()
    session.timeout(10 + STOP_MS - 1)
    assert session.events() == []
    session.timeout(10 + STOP_MS)
    assert session.events()[-1] == STOPPED


def test_an_app_that_closes_its_socket_on_the_stop_is_not_told_by_it() -> None:
    session = running(1)
    session.stop(10)
    session.closed(15)
    session.events()
    session.post_ended(2, app_words.APP_REFUSED, "500: its own stop failed", 20)
    assert session.events() == [CHANGED, STOPPED]


def test_a_stop_said_again_changes_nothing() -> None:
    session = running()
    session.stop(10)
    session.events()
    session.stop(11)
    assert session.events() == []
    assert session.deadline() == 10 + STOP_MS


def test_nothing_connects_while_the_app_stops() -> None:
    session = running(1)
    session.stop(10)
    session.events()
    assert not session.opened(2, 11)
    assert session.events() == []
    assert session.connection == 1


def test_a_stop_answers_whoever_waits_for_the_start() -> None:
    session = starting()
    session.stop(5)
    assert answers(session.events()) == [Failed(ANN, CAM, app_words.APP_STOPPED)]
    assert not session.opened(1, 6)
    session.post_ended(1, UNREACHABLE, "the start's own end comes late", 7)
    assert session.events() == []
    session.post_ended(2, "", "", 8)
    assert session.events() == [CHANGED, STOPPED]


def test_a_start_during_the_stop_follows_it() -> None:
    session = running(1)
    session.stop(10)
    session.start(11)
    session.start(12)
    session.events()
    session.post_ended(2, "", "", 20)
    events = session.events()
    assert events[-3:] == [STOPPED, CHANGED, Post(ANN, CAM, 3, SESSION_REQUEST)]
    assert not session.over
    session.opened(2, 30)
    assert session.events()[-2:] == [WANTED, STARTED]


def test_a_stop_takes_back_the_start_that_waits_for_the_stop() -> None:
    session = running(1)
    session.stop(10)
    session.start(11)
    session.stop(12)
    assert answers(session.events()) == [Failed(ANN, CAM, app_words.APP_STOPPED)]
    session.timeout(10 + STOP_MS)
    assert session.events()[-1] == STOPPED
    assert session.over


# The user goes, the app is forgotten


def test_when_the_user_goes_the_app_is_told_and_stays_wanted() -> None:
    session = running(1)
    session.user_went(10)
    assert session.events() == [
        Say(1, AppStopped(reason="system_stop", message="User session ended")),
        Close(1, 1000, "User session ended"),
        CHANGED,
        STOPPED,
    ]
    assert session.over


@pytest.mark.parametrize("prepared", [in_grace, lost, lambda: restarting()[0]])
def test_an_app_without_a_socket_ends_in_silence_when_the_user_goes(prepared: Callable[[], AppSession]) -> None:
    session = prepared()
    session.user_went(10)
    assert session.events() == [CHANGED, STOPPED]
    assert session.deadline() is None


def test_a_start_fails_when_the_user_goes() -> None:
    session = starting()
    session.user_went(10)
    assert session.events() == [Failed(ANN, CAM, reasons.GATEWAY_OFFLINE), CHANGED, STOPPED]


def test_a_stop_takes_its_course_when_the_user_goes_but_no_start_follows() -> None:
    session = running(1)
    session.stop(10)
    session.start(11)
    session.events()
    session.user_went(12)
    assert session.events() == [Failed(ANN, CAM, reasons.GATEWAY_OFFLINE)]
    session.post_ended(2, "", "", 13)
    assert session.events()[-1] == STOPPED
    assert session.over


@pytest.mark.parametrize("prepared", [in_grace, lost])
def test_a_forgotten_app_is_over_at_once(prepared: Callable[[], AppSession]) -> None:
    session = prepared()
    session.forgotten(10)
    assert session.events() == [UNWANTED, CHANGED, STOPPED]


def test_a_forgotten_app_that_runs_is_told_by_its_socket() -> None:
    session = running(1)
    session.forgotten(10)
    assert Close(1, 1000, "App stopped") in session.events()


def test_a_start_waiting_for_the_stop_of_a_forgotten_app_fails() -> None:
    session = running(1)
    session.stop(10)
    session.start(11)
    session.events()
    session.forgotten(12)
    assert answers(session.events()) == [Failed(ANN, CAM, app_words.APP_STOPPED)]
    assert session.over
