"""Many users and apps in virtual time: who is there, what they want, and that nobody's session touches another's."""

import pytest

from trifocal_cloud.app_events import (
    GRACE,
    LOST,
    RESTARTING,
    RUNNING,
    SESSION_REQUEST,
    STARTING,
    STOPPING,
    AppEvent,
    Close,
    Failed,
    Post,
    Started,
    Stopped,
    Wanted,
)
from trifocal_cloud.app_session import CONNECT_MS, GRACE_MS, STOP_MS
from trifocal_cloud.app_sessions import AppSessions
from trifocal_shared import app_words, reasons

ANN, BOB = "ann@example.com", "bob@example.com"
CAM, NOTES = "com.example.cam", "com.example.notes"
UNREACHABLE = app_words.APP_UNREACHABLE


def present(*users: str) -> AppSessions:
    apps = AppSessions(lambda: 1.0)
    for user in users:
        apps.user_came(user, 0)
    return apps


def run(apps: AppSessions, user: str, package: str, connection: int, now: int = 0) -> None:
    assert apps.start(user, package, now) == ""
    assert apps.opened(user, package, connection, now)
    apps.events()


def state(apps: AppSessions, user: str, package: str) -> str:
    found = apps.state(user, package)
    return found.state if found else "stopped"


def connection(apps: AppSessions, user: str, package: str) -> int | None:
    found = apps.state(user, package)
    return found.connection if found else None


def posts(apps: AppSessions) -> list[Post]:
    return [event for event in apps.events() if isinstance(event, Post)]


def of(events: list[AppEvent], *kinds: type[AppEvent]) -> list[AppEvent]:
    return [event for event in events if isinstance(event, kinds)]


def test_no_app_starts_for_a_user_who_is_not_there() -> None:
    apps = present(BOB)
    assert apps.start(ANN, CAM, 0) == reasons.GATEWAY_OFFLINE
    assert apps.events() == []
    assert apps.state(ANN, CAM) is None
    assert apps.states(ANN) == []


def test_an_app_runs_for_the_user_who_started_it() -> None:
    apps = present(ANN, BOB)
    run(apps, ANN, CAM, 1)
    assert state(apps, ANN, CAM) == RUNNING
    assert connection(apps, ANN, CAM) == 1
    assert connection(apps, BOB, CAM) is None
    assert [found.package for found in apps.states(ANN)] == [CAM]
    assert apps.states(BOB) == []


def test_an_init_that_nobody_waits_for_is_turned_away() -> None:
    apps = present(ANN)
    assert not apps.opened(ANN, CAM, 1, 0)
    assert apps.events() == []
    apps.closed(1, 0)
    apps.released(1, 0)
    assert apps.events() == []


def test_a_connection_that_is_one_apps_cannot_become_anothers() -> None:
    apps = present(ANN, BOB)
    run(apps, ANN, CAM, 1)
    apps.start(BOB, CAM, 0)
    apps.events()
    assert not apps.opened(BOB, CAM, 1, 5)
    assert apps.events() == []
    assert state(apps, BOB, CAM) == STARTING
    assert connection(apps, ANN, CAM) == 1


def test_what_a_displaced_connection_does_means_nothing() -> None:
    apps = present(ANN)
    run(apps, ANN, CAM, 1)
    apps.opened(ANN, CAM, 2, 1)
    assert of(apps.events(), Close) == [Close(1, 1000, "Replaced by a newer connection")]
    apps.released(1, 2)
    apps.closed(1, 2)
    assert apps.events() == []
    assert connection(apps, ANN, CAM) == 2
    apps.closed(2, 3)
    assert state(apps, ANN, CAM) == GRACE


def test_a_released_connection_that_closes_ends_the_session() -> None:
    apps = present(ANN)
    run(apps, ANN, CAM, 1)
    apps.released(1, 1)
    apps.closed(1, 2)
    assert of(apps.events(), Wanted, Stopped) == [Wanted(ANN, CAM, False), Stopped(ANN, CAM)]
    apps.user_went(ANN, 3)
    apps.user_came(ANN, 4)
    assert apps.events() == []


def test_attempts_are_numbered_across_sessions_so_that_old_answers_are_known_for_old() -> None:
    apps = present(ANN)
    apps.start(ANN, CAM, 0)
    (first,) = posts(apps)
    apps.post_ended(first, app_words.APP_REFUSED, "", 1)
    apps.start(ANN, CAM, 2)
    apps.events()
    apps.post_ended(first, app_words.APP_REFUSED, "said twice", 3)
    assert apps.events() == []
    assert state(apps, ANN, CAM) == STARTING


def test_a_post_of_a_session_that_is_over_may_end_as_it_will() -> None:
    apps = present(ANN)
    apps.start(ANN, CAM, 0)
    (post,) = posts(apps)
    apps.user_went(ANN, 1)
    apps.events()
    apps.post_ended(post, "", "", 2)
    assert apps.events() == []


def test_apps_that_ran_come_back_with_their_user() -> None:
    apps = present(ANN)
    run(apps, ANN, NOTES, 1)
    run(apps, ANN, CAM, 2)
    apps.user_went(ANN, 10)
    assert len(of(apps.events(), Stopped)) == 2
    assert apps.states(ANN) == []
    assert apps.deadline() is None
    apps.user_came(ANN, 20)
    assert [(post.package, post.kind) for post in posts(apps)] == [(CAM, SESSION_REQUEST), (NOTES, SESSION_REQUEST)]
    assert state(apps, ANN, CAM) == RESTARTING


def test_coming_twice_is_coming_once() -> None:
    apps = present(ANN)
    run(apps, ANN, CAM, 1)
    apps.user_came(ANN, 5)
    assert apps.events() == []


def test_an_app_that_is_stopped_or_failed_does_not_come_back() -> None:
    apps = present(ANN)
    run(apps, ANN, CAM, 1)
    assert apps.stop(ANN, CAM, 5)
    apps.start(ANN, NOTES, 5)
    apps.timeout(5 + CONNECT_MS)
    assert apps.states(ANN) == []
    apps.events()
    apps.user_went(ANN, 20_000)
    apps.user_came(ANN, 20_001)
    assert apps.events() == []


def test_an_app_may_be_stopped_while_its_user_is_away() -> None:
    apps = present(ANN)
    run(apps, ANN, CAM, 1)
    apps.user_went(ANN, 5)
    apps.events()
    assert not apps.stop(ANN, CAM, 6)
    assert apps.events() == [Wanted(ANN, CAM, False)]
    assert not apps.stop(ANN, CAM, 7)
    assert apps.events() == []
    apps.user_came(ANN, 8)
    assert apps.events() == []


def test_a_start_that_waits_for_a_stop_needs_its_user_too() -> None:
    apps = present(ANN)
    run(apps, ANN, CAM, 1)
    apps.stop(ANN, CAM, 5)
    assert apps.start(ANN, CAM, 6) == ""
    apps.user_went(ANN, 7)
    assert of(apps.events(), Failed) == [Failed(ANN, CAM, reasons.GATEWAY_OFFLINE)]
    assert apps.start(ANN, CAM, 8) == reasons.GATEWAY_OFFLINE
    assert state(apps, ANN, CAM) == STOPPING
    apps.timeout(5 + STOP_MS)
    assert of(apps.events(), Started, Failed, Stopped) == [Stopped(ANN, CAM)]


# Forgetting, and time


def test_a_forgotten_app_is_over_for_everybody_and_wanted_by_nobody() -> None:
    apps = present(ANN, BOB)
    run(apps, ANN, CAM, 1)
    run(apps, ANN, NOTES, 2)
    run(apps, BOB, CAM, 3)
    apps.user_went(BOB, 5)
    apps.events()
    apps.forgotten(CAM, 6)
    events = apps.events()
    assert of(events, Close) == [Close(1, 1000, "App stopped")]
    assert of(events, Wanted) == [Wanted(ANN, CAM, False), Wanted(BOB, CAM, False)]
    apps.user_came(BOB, 7)
    assert apps.events() == []
    assert state(apps, ANN, NOTES) == RUNNING


def test_forgetting_what_nobody_runs_changes_nothing() -> None:
    apps = present(ANN)
    run(apps, ANN, CAM, 1)
    apps.forgotten(NOTES, 1)
    assert apps.events() == []


def test_the_deadline_is_the_earliest_of_all_and_early_calls_are_harmless() -> None:
    apps = present(ANN, BOB)
    run(apps, ANN, CAM, 1)
    apps.closed(1, 100)
    apps.start(BOB, CAM, 50)
    apps.events()
    assert apps.deadline() == 100 + GRACE_MS
    apps.timeout(100 + GRACE_MS - 1)
    assert apps.events() == []
    apps.opened(ANN, CAM, 2, 200)
    assert apps.deadline() == 50 + CONNECT_MS
    apps.timeout(50 + CONNECT_MS)
    assert apps.deadline() is None


def test_whatever_is_due_when_time_jumps_happens_once() -> None:
    apps = present(ANN, BOB)
    for number, user in enumerate((ANN, BOB)):
        run(apps, user, CAM, number)
        apps.closed(number, 0)
    apps.events()
    apps.timeout(10**9)
    assert len(posts(apps)) == 2
    assert apps.deadline() == 10**9 + STOP_MS


@pytest.mark.parametrize("reason", [UNREACHABLE, app_words.APP_REFUSED])
def test_a_lost_app_says_why_and_when_it_is_tried_again(reason: str) -> None:
    apps = present(ANN)
    run(apps, ANN, CAM, 1)
    apps.user_went(ANN, 0)
    apps.user_came(ANN, 0)
    apps.post_ended(posts(apps)[0], reason, "because", 10)
    found = apps.state(ANN, CAM)
    assert found is not None
    assert (found.state, found.reason, found.detail) == (LOST, reason, "because")
    assert found.since_ms == 10
    assert found.next_try_at == apps.deadline() == 5_010
