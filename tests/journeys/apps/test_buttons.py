"""A press reaches every app that listens; only when none does, the cloud takes a picture by itself."""

from typing import Any

import pytest

pytestmark = pytest.mark.journey


def test_a_press_reaches_the_app_and_no_picture_is_taken(house: Any, app: Any) -> None:
    before = house.photos()

    state = house.press()

    assert app.hear("button") == {"event": "button", "user": app.user, "button": "photo", "kind": "short"}
    assert (state["status"], state["final"]) == ("heard", True)
    assert house.photos() == before


def test_a_long_press_is_told_as_one(house: Any, app: Any) -> None:
    house.client.tell_glasses("press", "photo", long=True)

    assert app.hear("button")["kind"] == "long"


def test_an_app_that_no_longer_listens_leaves_the_button_to_the_cloud(house: Any, app: Any) -> None:
    app.ask("deafen")
    app.await_subscription(house.client, there=False)

    assert house.press()["status"] == "stored"
    assert app.unheard("button") == []

    app.ask("listen")
    app.await_subscription(house.client)
    assert house.press()["status"] == "heard"
    assert app.hear("button")


def test_every_app_that_listens_hears_every_press_in_order(house: Any, apps: Any) -> None:
    for long in (False, True, False):
        house.client.tell_glasses("press", "photo", long=long)

    for app in apps:
        assert [app.hear("button")["kind"] for _ in range(3)] == ["short", "long", "short"]


def test_one_app_that_stops_takes_nothing_from_the_other(house: Any, apps: Any) -> None:
    leaving, staying = apps
    house.client.stop_app(leaving.package)

    assert house.press()["status"] == "heard"
    staying.hear("button")
    assert leaving.unheard("button") == []

    house.client.stop_app(staying.package)
    assert house.press()["status"] == "stored"
