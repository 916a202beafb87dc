"""When glasses are greeted although they were greeted before on this link."""

from trifocal_gateway.session import LINKED, READY, Changed, Say, Session
from trifocal_shared.messages import FileAnnounce, GlassesReady, PhoneReady


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
