"""Where managed streams are sent on to, and what each app is told of its own places."""

from trifocal_cloud.restreams import ACTIVE, CONNECTING, ERROR, MOST, Begin, Changed, End, Restreams, Wanted
from trifocal_shared import reasons

CAM, OTHER = "com.example.cam", "com.example.other"
URL = "rtmp://live.example.com/app/secret-key"
SHOWN = "rtmp://live.example.com/app/***"


def place(url: object = URL, name: object = "Tube") -> dict[str, object]:
    return {"url": url, "name": name}


def begun() -> Restreams:
    found = Restreams()
    found.wanted("m1", CAM, [place()])
    assert found.events() == [Begin("m1", URL), Changed("m1", CAM)]
    return found


def test_an_app_is_told_how_it_goes_without_the_key() -> None:
    one = begun()
    assert one.outputs("m1", CAM) == [{"url": SHOWN, "name": "Tube", "status": CONNECTING}]
    one.moved("m1", URL, "connecting", "")
    assert one.events() == []
    one.moved("m1", URL, "active", "")
    assert one.events() == [Changed("m1", CAM)]
    assert one.outputs("m1", CAM)[0]["status"] == ACTIVE
    one.moved("m1", URL, "waiting", reasons.CONNECT_REFUSED)
    one.moved("m1", URL, "connecting", reasons.CONNECT_REFUSED)
    assert one.events() == [Changed("m1", CAM)], "each try is not told of"
    (said,) = one.outputs("m1", CAM)
    assert (said["status"], said["error"].split(":")[0]) == (ERROR, reasons.CONNECT_REFUSED)
    assert "secret-key" not in str(said)
    assert one.outputs("m1", OTHER) == one.outputs("m2", CAM) == []


def test_what_is_no_address_is_an_error_of_that_place_alone() -> None:
    one = Restreams()
    one.wanted("m1", CAM, [place("http://x/y"), 7, None, place(5, 6), place(URL, "n" * 500), []])
    assert [event for event in one.events() if isinstance(event, Begin)] == [Begin("m1", URL)]
    assert [said["status"] for said in one.outputs("m1", CAM)] == [ERROR] * 4 + [CONNECTING, ERROR]
    assert all(len(said["name"]) <= 100 for said in one.outputs("m1", CAM))
    one.wanted("m1", CAM, [])
    assert one.events() == []


def test_a_place_is_sent_to_once_until_the_last_who_wants_it_has_left() -> None:
    one = begun()
    one.wanted("m1", CAM, [place()])
    one.wanted("m1", OTHER, [place(name="Ours")])
    assert one.events() == [Changed("m1", CAM), Changed("m1", OTHER)]
    assert one.outputs("m1", OTHER)[0]["name"] == "Ours"
    one.left("m1", CAM)
    one.left("m1", CAM)
    assert (one.events(), one.outputs("m1", CAM)) == ([], [])
    one.left("m1", OTHER)
    assert one.events() == [End("m1", URL)]
    one.left("m9", CAM)


def test_there_are_only_so_many() -> None:
    one = Restreams()
    one.wanted("m1", CAM, [place(f"{URL}{number}") for number in range(100)])
    events = one.events()
    assert len([event for event in events if isinstance(event, Begin)]) == MOST
    assert [said["status"] for said in one.outputs("m1", CAM)] == [CONNECTING] * MOST + [ERROR] * MOST
    assert one.outputs("m1", CAM)[-1]["error"].startswith(reasons.TOO_MANY)


def test_they_are_found_again_after_a_restart_and_forgotten_with_the_stream() -> None:
    one = begun()
    assert one.kept("m1") == [Wanted(CAM, URL, "Tube")]
    again = Restreams()
    again.restored("m1", one.kept("m1"))
    assert again.events() == [Begin("m1", URL)]
    assert again.outputs("m1", CAM) == one.outputs("m1", CAM)
    again.over("m1")
    again.over("m1")
    again.moved("m1", URL, "active", "")
    assert (again.events(), again.kept("m1")) == ([], [])
