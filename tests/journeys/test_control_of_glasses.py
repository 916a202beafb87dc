"""Wi-Fi, lamps and settings of glasses, from the command line by way of cloud and gateway to the firmware and back."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.journey

Run = Callable[..., tuple[int, dict[str, Any]]]


def test_glasses_join_a_network_light_a_lamp_and_keep_a_setting(trifocal: Run) -> None:
    assert trifocal("glasses", "networks", "house:secret,cafe")[0] == 0
    code, heard = trifocal("control", "networks")
    assert code == 0
    assert {each["ssid"] for each in heard["values"]["networks"]} == {"house", "cafe"}

    assert trifocal("control", "join", "house", "--password", "wrong")[1]["error"] == "wrong_password"
    assert trifocal("control", "join", "elsewhere", "--open")[1]["error"] == "no_network"
    code, joined = trifocal("control", "join", "house", "--password", "secret")
    assert (code, joined["values"]["ssid"]) == (0, "house")
    state = trifocal("glasses")[1]
    assert (state["wifi"], state["wifiSsid"]) == (True, "house")

    assert trifocal("control", "leave")[1]["values"]["connected"] is False
    assert trifocal("control", "forget", "house")[0] == 0
    assert trifocal("control", "lamp-on")[0] == 0
    assert trifocal("control", "photo-size", "large")[0] == 0
    assert trifocal("control", "photo-size", "huge")[1]["error"] == "malformed"
    assert trifocal("control", "camera-light", "off")[1]["error"] == "forbidden"

    assert trifocal("glasses", "offline")[0] == 0
    code, away = trifocal("control", "wifi")
    assert (code != 0, away["error"]) == (True, "glasses_offline")
