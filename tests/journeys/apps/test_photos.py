"""Photos for apps: the camera's own bytes, or an error that says why, at once."""

from typing import Any

import pytest

pytestmark = pytest.mark.journey

AT_ONCE_MS = 2000
"""An app must know of a failure this soon after it is known."""


def test_a_photo_is_byte_for_byte_the_cameras(house: Any, app: Any) -> None:
    before = house.photos()

    said = app.ask("photo", options={})

    photo = said["result"]
    assert photo["mimeType"] == "image/jpeg"
    assert photo["size"] == len(house.pictures[photo["sha256"]])
    assert house.photos() == before


def test_a_photo_on_a_button_is_in_the_gallery_when_the_app_wants_it_there(house: Any, app: Any) -> None:
    house.press()
    app.hear("button")

    photo = app.ask("photo", options={"size": "large", "saveToGallery": True})["result"]

    newest = house.photos()[0]
    assert (newest["sha256"], newest["requestId"]) == (photo["sha256"], photo["requestId"])


def test_photos_asked_for_at_once_are_all_answered(house: Any, app: Any) -> None:
    orders = [app.order("photo", options={"size": "small"}) for _ in range(3)]

    said = [app.answer(order) for order in orders]

    assert [line["event"] for line in said] == ["done"] * 3
    assert len({line["result"]["requestId"] for line in said}) == 3
    assert {line["result"]["sha256"] for line in said} <= set(house.pictures)


def test_without_permission_the_photo_is_refused_at_once_and_the_session_lives(house: Any, app: Any) -> None:
    house.register(app)

    said = app.ask("photo", options={})

    assert said["event"] == "failed"
    assert "PERMISSION_DENIED" in said["said"]
    assert said["ms"] < AT_ONCE_MS
    assert app.hear("denied")["permission"] == "CAMERA"
    assert app.unheard("disconnected") == []

    house.register(app, "CAMERA")
    assert app.ask("photo", options={})["event"] == "done"


def test_with_the_glasses_out_of_reach_the_app_hears_so_at_once(house: Any, app: Any) -> None:
    house.client.tell_glasses("offline")
    app.hear("glasses", connected=False)

    said = app.ask("photo", options={})

    assert said["event"] == "failed"
    assert "PHONE_GLASSES_NOT_CONNECTED" in said["said"]
    assert said["ms"] < AT_ONCE_MS


@pytest.mark.parametrize(("how", "code"), [(("battery", "5"), "BATTERY_LOW"), (("fold",), "GLASSES_FOLDED")])
def test_a_camera_that_may_not_run_is_said_at_once(house: Any, app: Any, how: tuple[str, ...], code: str) -> None:
    house.client.tell_glasses(*how)

    said = app.ask("photo", options={})

    assert said["event"] == "failed"
    assert code in said["said"]
    assert said["ms"] < AT_ONCE_MS


def test_a_line_cut_in_the_middle_of_a_photo_costs_nothing(house: Any, app: Any) -> None:
    sent = house.cutter.up_bytes
    order = app.order("photo", options={})
    house.cutter.await_up(sent + 30)
    house.cutter.cut()
    app.hear("disconnected")

    said = app.answer(order)

    assert said["event"] == "done"
    assert said["result"]["sha256"] in house.pictures
    app.hear("connected")
    app.await_subscription(house.client)
    assert house.press()["status"] == "heard"
    app.hear("button")
    assert app.unheard("session") == []
    assert app.unheard("stop") == []
