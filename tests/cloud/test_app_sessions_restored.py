"""Apps that ran when the cloud went down, in virtual time: they come back, with or without their user."""

from trifocal_cloud.app_events import (
    GRACE,
    RUNNING,
    SESSION_REQUEST,
    Close,
    Post,
    Wanted,
)
from trifocal_cloud.app_session import GRACE_MS, STOP_MS
from trifocal_cloud.app_sessions import PRESUMED_MS, AppSessions
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


def posts(apps: AppSessions) -> list[Post]:
    return [event for event in apps.events() if isinstance(event, Post)]


def test_a_restored_app_may_come_back_by_itself() -> None:
    apps = present()
    apps.restored(ANN, CAM, 0)
    assert state(apps, ANN, CAM) == GRACE
    assert apps.opened(ANN, CAM, 1, 3_000)
    assert not any(isinstance(event, Wanted) for event in apps.events())
    apps.user_came(ANN, 4_000)
    assert state(apps, ANN, CAM) == RUNNING
    apps.timeout(PRESUMED_MS + 1)
    assert state(apps, ANN, CAM) == RUNNING


def test_a_restored_app_that_stays_away_is_asked_anew_even_before_its_user_is_back() -> None:
    apps = present()
    apps.restored(ANN, CAM, 0)
    apps.timeout(GRACE_MS)
    apps.timeout(GRACE_MS + STOP_MS)
    assert posts(apps)[-1].kind == SESSION_REQUEST


def test_who_has_not_come_back_by_then_is_gone_and_still_wants_the_app() -> None:
    apps = present()
    apps.restored(ANN, CAM, 0)
    apps.restored(ANN, NOTES, 30_000)
    apps.opened(ANN, CAM, 1, 100)
    apps.events()
    apps.timeout(PRESUMED_MS - 1)
    assert state(apps, ANN, CAM) == RUNNING
    apps.timeout(PRESUMED_MS)
    assert Close(1, 1000, "User session ended") in apps.events()
    assert apps.start(ANN, CAM, PRESUMED_MS) == reasons.GATEWAY_OFFLINE
    assert apps.deadline() is None
    apps.user_came(ANN, PRESUMED_MS + 1)
    assert [post.package for post in posts(apps)] == [CAM, NOTES]


def test_restoring_twice_is_restoring_once() -> None:
    apps = present(ANN)
    run(apps, ANN, CAM, 1)
    apps.restored(ANN, CAM, 5)
    assert apps.events() == []
    apps.timeout(PRESUMED_MS * 2)
    assert state(apps, ANN, CAM) == RUNNING
