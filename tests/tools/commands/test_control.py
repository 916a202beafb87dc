import json
from collections.abc import Callable
from typing import Any

import pytest
import typer

from trifocal_tools import failure
from trifocal_tools.commands import control

Run = Callable[..., tuple[int, str, str]]
DONE = {"success": True, "reason": "", "message": "", "values": {}}
ON = {**DONE, "values": {"connected": True, "ssid": "house", "local_ip": "10.0.0.7"}}


@pytest.mark.parametrize(
    ("words", "command", "values"),
    [
        (["wifi"], "request_wifi_status", {}),
        (["join", "house", "--password", "secret"], "set_wifi_credentials", {"ssid": "house", "password": "secret"}),
        (["join", "cafe", "--open"], "set_wifi_credentials", {"ssid": "cafe"}),
        (["leave"], "disconnect_wifi", {}),
        (["forget", "house"], "forget_wifi", {"ssid": "house"}),
        (["lamp-on"], "rgb_led_control_on", {}),
        (["camera-light", "off"], "button_camera_led", {"enabled": False}),
        (["video-minutes", "5"], "button_max_recording_time", {"minutes": 5}),
        (["photo-size", "large"], "button_photo_setting", {"size": "large"}),
    ],
)
def test_each_action_is_one_errand(
    table_cloud: Any, trifocal: Run, words: list[str], command: str, values: dict[str, object]
) -> None:
    table_cloud.answer("POST", "/api/glasses/control", ON)
    code, out, _ = trifocal("control", *words, "--json")
    assert (code, json.loads(out)) == (failure.OK, ON)
    assert table_cloud.asked[0][2] == {"command": command, "values": values}


@pytest.mark.parametrize(
    "words",
    [
        ["explode"],
        ["wifi", "x"],
        ["forget"],
        ["camera-light", "maybe"],
        ["video-minutes", "-1"],
        ["video-minutes", "²"],
    ],
)
def test_what_makes_no_sense_is_refused_before_anybody_is_asked(
    table_cloud: Any, trifocal: Run, words: list[str]
) -> None:
    assert trifocal("control", *words)[0] == failure.USAGE
    assert table_cloud.asked == []


def test_what_the_glasses_refuse_is_a_failure_with_their_reason(table_cloud: Any, trifocal: Run) -> None:
    said = {"success": False, "reason": "wrong_password", "message": "the network does not take the password"}
    table_cloud.answer("POST", "/api/glasses/control", {**said, "values": {}})
    code, out, _ = trifocal("control", "join", "house", "--password", "x", "--json")
    assert (code, json.loads(out)["error"]) == (failure.FAILED, "wrong_password")


def test_it_is_said_in_words() -> None:
    network = {"ssid": "house", "signal_strength": -50, "security": "WPA2"}
    assert control.describe({"networks": [network, "nonsense"]}) == [" -50 dBm  house  WPA2"]
    assert control.describe({"networks": []}) == ["no networks within reach"]
    assert control.describe({"connected": True, "ssid": "house"}) == ["on house"]
    assert control.describe({"connected": False, "ssid": ""}) == ["on no network"]
    assert control.describe({}) == ["done"]


def test_an_action_that_is_none_names_those_that_are() -> None:
    with pytest.raises(typer.BadParameter, match="lamp-on"):
        control.errand("explode", None)
