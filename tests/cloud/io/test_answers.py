"""Bodies of answers: what a row, a trail or a session looks like from outside."""

from starlette.requests import Request

from trifocal_cloud.io.answers import base_url, glasses_body, photo_url, request_body
from trifocal_cloud.sessions import Glasses, Session
from trifocal_cloud.trails import Step, Trail


def test_a_photo_that_is_not_there_has_no_url() -> None:
    assert photo_url("") == ""
    assert request_body(Trail("r1")).photo_url == ""


def test_a_trail_is_told_with_its_steps() -> None:
    trail = Trail("r1", "b-1", "stored", True, photo_id="p1", size=5)
    trail.add(Step("glasses", "captured", 7, "x"))
    body = request_body(trail).model_dump(by_alias=True)
    assert body["photoUrl"] == "/api/gallery/p1/original"
    assert body["steps"] == [{"source": "glasses", "step": "captured", "at": 7, "detail": "x"}]


def test_glasses_are_connected_only_through_a_gateway() -> None:
    session = Session("ann", "s", 0, connected=True, glasses=Glasses("CONNECTED", "K900", 40, True))
    assert glasses_body(session, None).connected
    session.connected = False
    gone = glasses_body(session, None)
    assert (gone.gateway, gone.connected, gone.model) == (False, False, "K900")


def test_links_begin_with_the_public_url_or_with_how_we_were_called() -> None:
    request = Request({"type": "http", "scheme": "http", "path": "/", "headers": [(b"host", b"pi.local:8000")]})
    assert base_url(request, "") == "http://pi.local:8000"
    assert base_url(request, "https://cloud.example.com/") == "https://cloud.example.com"
