"""Sessions in virtual time: the newest connection counts, and a gateway that returns in time finds its session."""

from trifocal_cloud.sessions import GRACE_MS, Changed, Displaced, Expired, Glasses, Heard, Moved, Outgoing, Sessions
from trifocal_shared.cloud_messages import (
    ConnectionAck,
    ConnectionInit,
    GlassesBatteryUpdate,
    GlassesConnectionState,
    PhotoProgress,
    PhotoRequest,
)
from trifocal_shared.messages import PhotoStatus

ANN = "ann@example.com"
HOUR_MS = 3_600_000
REQUEST = PhotoRequest(request_id="r1", app_id="api")


def opened(sessions: Sessions, now: int = 0, expires_in_ms: int = HOUR_MS) -> int:
    return sessions.opened(ANN, f"session-{now}", 1_700_000_000_000 + now, expires_in_ms, now)


def connected() -> tuple[Sessions, int]:
    sessions = Sessions()
    epoch = opened(sessions)
    sessions.events()
    return sessions, epoch


def session_ids(sessions: Sessions) -> list[str]:
    sent = [event.message for event in sessions.events() if isinstance(event, Outgoing)]
    return [message.session_id for message in sent if isinstance(message, ConnectionAck)]


def test_a_connection_is_acknowledged_unasked_and_announced() -> None:
    sessions = Sessions()
    epoch = opened(sessions)
    ack, changed = sessions.events()
    assert isinstance(ack, Outgoing)
    assert ack.epoch == epoch
    assert isinstance(ack.message, ConnectionAck)
    assert ack.message.user_session["userId"] == ANN
    assert changed == Changed(ANN, True, Glasses())


def test_connection_init_is_acknowledged_again_and_begins_nothing_anew() -> None:
    sessions, epoch = connected()
    sessions.received(ANN, epoch, ConnectionInit(), 5)
    assert session_ids(sessions) == ["session-0"]


def test_a_newer_connection_displaces_the_older() -> None:
    sessions, old = connected()
    new = opened(sessions, 1)
    events = sessions.events()
    assert events[0] == Displaced(ANN, old)
    assert new > old
    assert not any(isinstance(event, Changed) for event in events)


def test_the_end_of_a_displaced_connection_means_nothing() -> None:
    sessions, old = connected()
    new = opened(sessions, 1)
    sessions.events()
    sessions.closed(ANN, old, 2)
    assert sessions.events() == []
    session = sessions.session(ANN)
    assert session is not None
    assert session.connected
    assert sessions.ask(ANN, REQUEST, 3)
    assert sessions.events() == [Outgoing(ANN, new, REQUEST)]


def test_what_a_displaced_connection_says_is_counted_and_ignored() -> None:
    sessions, old = connected()
    opened(sessions, 1)
    sessions.events()
    sessions.received(ANN, old, GlassesConnectionState(status="DISCONNECTED"), 2)
    assert sessions.events() == []
    assert sessions.stale == 1


def test_a_gateway_that_returns_in_time_finds_its_session() -> None:
    sessions, epoch = connected()
    sessions.received(ANN, epoch, GlassesConnectionState(status="CONNECTED", model_name="Trifocal Sim"), 1)
    sessions.closed(ANN, epoch, 2)
    assert Changed(ANN, False, Glasses("CONNECTED", "Trifocal Sim")) in sessions.events()
    assert sessions.deadline() == 2 + GRACE_MS
    sessions.timeout(2 + GRACE_MS - 1)
    opened(sessions, 2 + GRACE_MS - 1)
    assert session_ids(sessions) == ["session-0"]
    session = sessions.session(ANN)
    assert session is not None
    assert session.glasses.model == "Trifocal Sim"


def test_the_network_of_the_glasses_is_known_as_far_as_it_is_said() -> None:
    sessions, epoch = connected()
    for wifi, seen in (
        ({"connected": True, "ssid": "house"}, (True, "house")),
        ({"connected": True, "ssid": None}, (True, "")),
        ({"connected": True, "ssid": "x" * 99}, (True, "x" * 32)),
        ({"connected": False, "ssid": "house"}, (False, "")),
        ({"connected": "yes", "ssid": 5}, (False, "")),
        ({}, (False, "")),
    ):
        sessions.received(ANN, epoch, GlassesConnectionState(status="CONNECTED", wifi=wifi), 1)
        session = sessions.session(ANN)
        assert session is not None
        assert (session.glasses.wifi, session.glasses.wifi_ssid) == seen


def test_how_far_the_link_has_come_is_known_in_our_words_only() -> None:
    sessions, epoch = connected()
    for status, link, seen in (
        ("SCANNING", "scanning", "scanning"),
        ("CONNECTING", "mcu_ready", "mcu_ready"),
        ("CONNECTED", "", ""),
        ("CONNECTED", "<b>" * 99, ""),
    ):
        sessions.received(ANN, epoch, GlassesConnectionState(status=status, link=link), 1)
        session = sessions.session(ANN)
        assert session is not None
        assert (session.glasses.status, session.glasses.link) == (status, seen)


def test_a_gateway_that_stays_away_has_a_new_session() -> None:
    sessions, epoch = connected()
    sessions.received(ANN, epoch, GlassesConnectionState(status="CONNECTED"), 1)
    sessions.closed(ANN, epoch, 2)
    sessions.events()
    sessions.timeout(2 + GRACE_MS)
    assert sessions.events() == [Changed(ANN, False, Glasses())]
    assert sessions.session(ANN) is None
    assert sessions.deadline() is None
    opened(sessions, 100_000)
    assert session_ids(sessions) == ["session-100000"]


def test_a_connection_ends_when_its_token_does() -> None:
    sessions = Sessions()
    epoch = opened(sessions, 0, expires_in_ms=5_000)
    sessions.events()
    assert sessions.deadline() == 5_000
    sessions.timeout(4_999)
    assert sessions.events() == []
    sessions.timeout(5_000)
    assert sessions.events() == [Expired(ANN, epoch), Changed(ANN, False, Glasses())]
    sessions.closed(ANN, epoch, 5_001)
    assert sessions.events() == []
    assert sessions.deadline() == 5_000 + GRACE_MS


def test_what_is_said_of_the_glasses_is_kept_and_announced_once() -> None:
    sessions, epoch = connected()
    for _ in range(2):
        sessions.received(ANN, epoch, GlassesConnectionState(status="CONNECTED", model_name="K900"), 1)
        sessions.received(ANN, epoch, GlassesBatteryUpdate(level=40, charging=True), 1)
    assert sessions.events() == [
        Changed(ANN, True, Glasses("CONNECTED", "K900")),
        Changed(ANN, True, Glasses("CONNECTED", "K900", 40, True)),
    ]


def test_a_model_once_named_stays_known() -> None:
    sessions, epoch = connected()
    sessions.received(ANN, epoch, GlassesConnectionState(status="CONNECTED", model_name="K900"), 1)
    sessions.received(ANN, epoch, GlassesConnectionState(status="DISCONNECTED"), 2)
    session = sessions.session(ANN)
    assert session is not None
    assert session.glasses == Glasses("DISCONNECTED", "K900")
    assert not session.glasses.reachable


def test_glasses_nobody_has_spoken_of_may_be_there() -> None:
    assert Glasses().reachable
    assert not Glasses("SCANNING").reachable


def test_reports_are_handed_on() -> None:
    sessions, epoch = connected()
    report = PhotoStatus(request_id="r1", status="captured")
    sessions.received(ANN, epoch, report, 2)
    assert sessions.events() == [Heard(ANN, report)]


def test_only_the_newest_connection_speaks() -> None:
    sessions, epoch = connected()
    assert sessions.speaks(ANN, epoch)
    newer = sessions.opened(ANN, "s2", 0, 1_000_000, 2)
    assert not sessions.speaks(ANN, epoch)
    assert sessions.speaks(ANN, newer)
    assert sessions.stale == 1


def test_asking_without_a_gateway_is_refused() -> None:
    sessions, epoch = connected()
    assert not sessions.ask("bob@example.com", REQUEST, 1)
    sessions.closed(ANN, epoch, 1)
    assert not sessions.ask(ANN, REQUEST, 2)


def test_words_of_a_user_without_a_session_are_counted() -> None:
    sessions = Sessions()
    sessions.received(ANN, 1, ConnectionInit(), 0)
    sessions.closed(ANN, 1, 0)
    assert sessions.stale == 2
    assert sessions.events() == []


def test_progress_of_the_newest_connection_is_passed_on_and_of_no_other() -> None:
    sessions, old = connected()
    new = opened(sessions, 1)
    sessions.events()
    word = PhotoProgress(request_id="r1", done_bytes=1, total_bytes=2)
    sessions.received(ANN, old, word, 2)
    sessions.received(ANN, new, word, 3)
    assert sessions.events() == [Moved(ANN, word)]
