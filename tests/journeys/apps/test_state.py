"""What an app knows: the glasses, what its user has set, what it keeps, and what it may not hear."""

from typing import Any

import pytest

pytestmark = pytest.mark.journey


def test_an_app_knows_the_glasses_and_hears_what_changes(house: Any, app: Any) -> None:
    house.client.tell_glasses("battery", "41")
    app.hear("battery", level=41)

    known = app.ask("glasses")["result"]

    assert (known["connected"], known["battery"]) == (True, 41)
    assert (known["camera"], known["display"]) == (True, False)
    assert known["model"]

    house.client.tell_glasses("offline")
    app.hear("glasses", connected=False)
    house.client.tell_glasses("online")
    app.hear("glasses", connected=True)


def test_what_a_user_sets_is_there_at_the_next_start_and_at_once(house: Any, app: Any) -> None:
    assert app.ask("setting", key="quality")["result"] == "fine"

    house.client.set_app_settings(app.package, {"quality": "raw"})

    app.hear("settings")
    assert app.ask("setting", key="quality")["result"] == "raw"
    house.client.stop_app(app.package)
    house.client.start_app(app.package)
    app.hear("session")
    assert app.ask("setting", key="quality")["result"] == "raw"


def test_what_an_app_keeps_outlives_its_session(house: Any, app: Any) -> None:
    assert app.ask("kept", key="count")["result"] is None
    assert app.ask("keep", key="count", value="7 \N{MULTIPLICATION SIGN} ü")["event"] == "done"
    house.client.stop_app(app.package)
    house.client.start_app(app.package)
    app.hear("session")

    assert app.ask("kept", key="count")["result"] == "7 \N{MULTIPLICATION SIGN} ü"

    app.ask("forget", key="count")
    house.client.stop_app(app.package)
    house.client.start_app(app.package)
    app.hear("session")
    assert app.ask("kept", key="count")["result"] is None


def test_what_an_app_may_not_hear_is_said_and_the_rest_goes_on(house: Any, app: Any) -> None:
    app.ask("transcribe")

    assert app.hear("denied")["permission"] == "MICROPHONE"
    assert house.press()["status"] == "heard"
    app.hear("button")
