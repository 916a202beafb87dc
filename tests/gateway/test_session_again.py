"""How far the link has come, and when glasses are greeted although they were greeted before on this link."""

import pytest

from trifocal_gateway.session import (
    LINKED,
    PING_MS,
    READY,
    READY_MS,
    Changed,
    Say,
    Session,
    Silent,
)
from trifocal_shared.envelope import Native
from trifocal_shared.message import Message
from trifocal_shared.messages import FileAnnounce, GlassesReady, PhoneReady, Ping, Pong


def test_proven_glasses_are_greeted_anew_on_the_same_link() -> None:
    session = Session()
    session.opened(0)
    session.said(GlassesReady(sid="aaaa"), 10)
    session.events()
    session.again(20)
    assert session.events() == [Changed(LINKED, ""), Say(PhoneReady(protocol=2))]
    session.said(GlassesReady(sid="aaaa"), 30)
    assert session.status == READY


def test_glasses_that_announce_a_file_without_having_said_that_they_can_are_asked_anew_once() -> None:
    session = Session()
    session.opened(0)
    session.said(GlassesReady(sid="aaaa"), 10)
    session.events()
    announce = FileAnnounce(file_name="P000000001.jpg", request_id="r", size=1, sha256="0a" * 32)
    session.said(announce, 20)
    assert session.events() == [Say(PhoneReady(protocol=2))]
    session.said(GlassesReady(sid="aaaa", protocol=2), 30)
    session.said(announce, 40)
    assert (session.events(), session.status) == ([], READY)


def test_nobody_is_greeted_without_a_link() -> None:
    session = Session()
    session.again(20)
    assert session.events() == []


def probes(events: list[object]) -> int:
    """How often the button controller was asked; a Native has no equality of its own."""
    found = [event.message for event in events if isinstance(event, Say) and isinstance(event.message, Native)]
    assert all(said.command == "cs_batv" for said in found)
    return len(found)


def said(events: list[object]) -> list[Message]:
    """What was said to the glasses themselves."""
    return [event.message for event in events if isinstance(event, Say) and isinstance(event.message, Message)]


def test_the_link_comes_up_step_by_step_and_each_is_told() -> None:
    session = Session()
    assert session.link == ""
    session.searching()
    assert session.link == "scanning"
    session.opened(0)
    assert session.link == "linked"
    session.timeout(READY_MS)
    assert probes(list(session.events())) == 1
    session.controller_said()
    assert (session.link, session.status) == ("mcu_ready", LINKED)
    assert session.events() == [Changed(LINKED, "")]
    session.controller_said()
    assert session.events() == [], "once is enough"
    session.said(GlassesReady(sid="aaaa"), READY_MS + 10)
    assert session.link == "glasses_ready"
    session.controller_said()
    assert session.link == "glasses_ready"
    session.closed()
    assert session.link == ""


def test_glasses_that_answer_at_once_have_their_controller_left_alone() -> None:
    session = Session()
    session.opened(0)
    session.said(GlassesReady(sid="aaaa", protocol=2), 100)
    session.timeout(READY_MS)
    assert probes(list(session.events())) == 0


@pytest.mark.parametrize("state", ["closed", "scanning"])
def test_a_controller_without_a_link_is_a_late_word_and_changes_nothing(state: str) -> None:
    session = Session()
    session.opened(0)
    session.closed()
    if state == "scanning":
        session.searching()
    session.events()
    session.controller_said()
    assert (session.events(), session.link) == ([], state if state == "scanning" else "")


def test_another_link_knows_nothing_of_the_controller_on_the_one_before() -> None:
    session = Session()
    session.opened(0)
    session.controller_said()
    session.closed()
    session.opened(10)
    assert session.link == "linked"


def test_two_missing_pongs_are_a_new_greeting_and_the_third_the_end() -> None:
    session = Session()
    session.opened(0)
    session.said(GlassesReady(sid="aaaa", protocol=2), 100)
    for count in (1, 2):
        session.timeout(count * PING_MS)
    assert session.status == READY
    session.events()
    session.timeout(3 * PING_MS)
    events = session.events()
    assert session.link == "linked"
    assert Changed(LINKED, "") in events
    assert said(list(events)) == [PhoneReady(protocol=2), Ping()]
    session.controller_said()
    assert session.link == "mcu_ready", "the link stands, but the glasses behind it do not answer"
    session.timeout(4 * PING_MS)
    assert Silent() in session.events()


def test_glasses_that_missed_two_pings_and_answer_the_greeting_are_ready_again() -> None:
    session = Session()
    session.opened(0)
    session.said(GlassesReady(sid="aaaa", protocol=2), 100)
    for count in (1, 2, 3):
        session.timeout(count * PING_MS)
    session.said(GlassesReady(sid="aaaa", protocol=2), 3 * PING_MS + 5)
    session.said(Pong(), 3 * PING_MS + 6)
    assert session.link == "glasses_ready"
    session.events()
    session.timeout(4 * PING_MS)
    assert said(list(session.events())) == [Ping()]
