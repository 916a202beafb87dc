"""The talk with the glasses, in virtual time."""

import pytest

from trifocal_gateway.session import (
    LINKED,
    MOST_UNANSWERED,
    PING_MS,
    READY,
    READY_MS,
    SCANNING,
    VERSION_MS,
    Changed,
    Greeted,
    Say,
    Session,
    Silent,
)
from trifocal_shared.control_messages import Control
from trifocal_shared.message import Message
from trifocal_shared.messages import (
    AuthToken,
    GlassesReady,
    PhoneReady,
    Ping,
    Pong,
    RequestBatteryState,
    RequestVersion,
    SetSystemTime,
    VersionInfo,
)

EPOCH = 1_800_000_000_000


def said(session: Session) -> list[Message]:
    """What is said to the glasses; drops the other events."""
    return [event.message for event in session.events() if isinstance(event, Say)]


def ready(token: str = "") -> Session:
    session = Session(token)
    session.opened(0)
    session.said(GlassesReady(sid="aaaa", protocol=2), 100)
    session.events()
    return session


def advance(session: Session, now: int, until: int, alive: bool = False) -> list[object]:
    """Wake it whenever it wants to be woken; `alive` glasses answer each ping."""
    events: list[object] = []
    while (deadline := session.deadline()) is not None and deadline <= until:
        now = max(now, deadline)
        session.timeout(now)
        drained = session.events()
        events += drained
        if alive and Say(Ping()) in drained:
            session.said(Pong(), now)
    return events


def test_it_knocks_until_it_is_answered_without_an_upper_bound() -> None:
    session = Session()
    session.opened(0)
    assert session.events() == [Changed(LINKED, ""), Say(PhoneReady(protocol=2))]
    knocks = [event for event in advance(session, 0, 25_000) if event == Say(PhoneReady(protocol=2))]
    assert len(knocks) == 25_000 // READY_MS
    session.said(GlassesReady(sid="aaaa", protocol=2), 25_000)
    assert PhoneReady(protocol=2) not in [
        event.message for event in advance(session, 25_000, 50_000) if isinstance(event, Say)
    ]


def test_the_greeting_brings_time_and_token_and_asks_for_battery_and_version() -> None:
    session = Session("secret")
    session.epoch_known(EPOCH, 0)
    session.opened(0)
    session.events()
    session.said(GlassesReady(sid="aaaa", protocol=2), 7)
    assert session.events() == [
        Changed(READY, ""),
        Say(SetSystemTime(timestamp_ms=EPOCH + 7)),
        Say(AuthToken(core_token="secret", timestamp=EPOCH + 7)),
        Say(RequestBatteryState()),
        Say(RequestVersion()),
        Say(Control("request_wifi_status")),
        Greeted(restarted=False),
    ]


def test_what_is_not_known_is_not_said() -> None:
    session = Session()
    session.opened(0)
    session.events()
    session.said(GlassesReady(sid="aaaa", protocol=2), 7)
    assert said(session) == [RequestBatteryState(), RequestVersion(), Control("request_wifi_status")]


def test_a_repeated_answer_greets_nobody_again() -> None:
    session = ready()
    session.said(GlassesReady(sid="aaaa", protocol=2), 200)
    assert session.events() == []


def test_an_answer_without_a_link_is_nothing() -> None:
    session = Session()
    session.said(GlassesReady(sid="aaaa", protocol=2), 0)
    session.said(Pong(), 0)
    assert session.events() == []
    assert session.deadline() is None


def test_another_sid_runs_the_handshake_again() -> None:
    session = ready("secret")
    session.said(GlassesReady(sid="bbbb", protocol=2), 5_000)
    assert session.events() == [Changed(LINKED, ""), Say(PhoneReady(protocol=2))]
    session.said(GlassesReady(sid="bbbb", protocol=2), 5_100)
    events = session.events()
    assert Greeted(restarted=True) in events
    assert Say(AuthToken(core_token="secret")) in events
    session.said(GlassesReady(sid="bbbb", protocol=2), 5_200)
    assert session.events() == []


def test_the_same_glasses_on_a_new_link_have_not_restarted() -> None:
    session = ready()
    session.closed()
    session.opened(1_000)
    session.said(GlassesReady(sid="aaaa", protocol=2), 1_100)
    assert Greeted(restarted=False) in session.events()
    session.closed()
    session.opened(2_000)
    session.said(GlassesReady(sid="bbbb", protocol=2), 2_100)
    assert Greeted(restarted=True) in session.events()


def test_answered_pings_go_on_for_ever() -> None:
    session = ready()
    events = advance(session, 100, 3_600_000, alive=True)
    assert events.count(Say(Ping())) == 3_600_000 // PING_MS
    assert Silent() not in events


def test_three_unanswered_pings_give_the_link_up_once() -> None:
    session = ready()
    events = advance(session, 100, 3_600_000)
    last = [event for event in events if event in (Say(Ping()), Silent())]
    assert last == [Say(Ping())] * MOST_UNANSWERED + [Silent()]
    assert events[-1] == Silent()
    assert session.deadline() is None


def test_a_link_on_which_nobody_ever_answers_is_given_up_too() -> None:
    session = Session()
    session.opened(0)
    events = advance(session, 0, 3_600_000)
    assert events[-1] == Silent()


def test_only_a_pong_is_a_sign_of_life() -> None:
    session = ready()
    for now in range(1_000, 200_000, 1_000):
        session.said(VersionInfo(), now)
        session.timeout(now)
    assert Silent() in session.events()


def test_a_new_link_begins_to_count_anew() -> None:
    session = ready()
    advance(session, 100, 95_000)
    session.closed()
    session.opened(95_000)
    events = advance(session, 95_000, 95_000 + PING_MS * MOST_UNANSWERED)
    assert Silent() not in events


def test_a_changed_token_is_told_when_somebody_listens() -> None:
    session = ready("old")
    session.token_changed("old")
    assert session.events() == []
    session.token_changed("new")
    assert said(session) == [AuthToken(core_token="new")]
    session.token_changed("")
    assert said(session) == [AuthToken(core_token="")]
    assert not session.has_token
    session.closed()
    session.events()
    session.token_changed("newest")
    assert session.events() == []
    assert session.has_token


def test_searching_is_told_once_and_only_while_there_is_no_link() -> None:
    session = Session()
    session.searching()
    session.searching()
    assert session.events() == [Changed(SCANNING, "")]
    session.opened(0)
    session.events()
    session.searching()
    assert session.events() == []


def test_the_model_is_told_when_it_is_new_and_no_longer_than_it_may_be() -> None:
    session = ready()
    session.said(VersionInfo(device_model="m" * 1_000), 200)
    session.said(VersionInfo(device_model="m" * 1_000), 300)
    assert session.events() == [Changed(READY, "m" * 64)]


@pytest.mark.parametrize("now", [0, 99, READY_MS - 1])
def test_an_early_timeout_does_no_harm(now: int) -> None:
    session = Session()
    session.opened(0)
    session.events()
    session.timeout(now)
    assert session.events() == []


def test_the_wall_clock_can_become_unknown() -> None:
    session = Session()
    assert session.epoch(5) == 0
    session.epoch_known(EPOCH, 10)
    assert session.epoch(15) == EPOCH + 5
    session.epoch_known(0, 20)
    assert session.epoch(25) == 0


def mentra(token: str) -> Session:
    """A session that glasses of MentraOS have greeted."""
    session = Session(token)
    session.opened(0)
    session.said(GlassesReady(sid="aaaa"), 100)
    assert AuthToken(core_token=token) not in said(session)
    return session


def test_glasses_of_mentraos_get_the_token_once_they_have_said_their_version() -> None:
    session = mentra("secret")
    session.said(VersionInfo(device_model="Mentra Live"), 200)
    assert said(session) == []
    session.said(VersionInfo(build_number="38"), 300)
    assert said(session) == [AuthToken(core_token="secret")]
    session.said(VersionInfo(build_number="38"), 400)
    assert said(session) == []
    assert session.model == "Mentra Live"


def test_glasses_that_never_say_it_get_the_token_after_a_while() -> None:
    session = mentra("secret")
    assert session.deadline() == 100 + VERSION_MS
    session.timeout(100 + VERSION_MS)
    assert said(session) == [AuthToken(core_token="secret")]


def test_a_token_that_changes_meanwhile_is_said_once() -> None:
    session = mentra("old")
    session.token_changed("new")
    assert said(session) == []
    session.said(VersionInfo(build_number="4"), 300)
    assert said(session) == [AuthToken(core_token="new")]


def test_without_a_token_or_a_link_none_is_said() -> None:
    session = mentra("")
    session.timeout(100 + VERSION_MS)
    assert said(session) == []
    session = mentra("secret")
    session.closed()
    session.said(VersionInfo(build_number="38"), 300)
    assert AuthToken(core_token="secret") not in said(session)
    assert session.deadline() is None
