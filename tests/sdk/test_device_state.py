"""The state of the glasses is put together from partial news."""

import pytest

from trifocal_sdk.device_state import FIELDS, Capabilities, DeviceState, changed


def test_news_change_what_they_name_and_nothing_else() -> None:
    first, names = changed(DeviceState(), {"connected": True, "modelName": "Mentra Live", "batteryLevel": 50})
    assert first == DeviceState(connected=True, model_name="Mentra Live", battery_level=50)
    assert names == {"connected", "model_name", "battery_level"}
    second, names = changed(first, {"batteryLevel": 49, "connected": True})
    assert (second.battery_level, second.model_name, names) == (49, "Mentra Live", {"battery_level"})


def test_null_makes_a_thing_unknown_again() -> None:
    before = DeviceState(connected=True, battery_level=50)
    after, names = changed(before, {"batteryLevel": None, "connected": None})
    assert after == DeviceState()
    assert names == {"battery_level", "connected"}


@pytest.mark.parametrize("junk", [[], {}, "text", 1e300, float("nan"), True])
def test_a_value_of_a_wrong_type_is_passed_over(junk: object) -> None:
    before = DeviceState(battery_level=50)
    assert changed(before, {"batteryLevel": junk, "fwVersion": junk}) == (before, frozenset())


def test_a_level_may_come_with_a_fraction() -> None:
    assert changed(DeviceState(), {"batteryLevel": 49.6})[0].battery_level == 50


def test_every_field_has_its_name_on_the_wire() -> None:
    assert FIELDS["wifiLocalIp"] == ("wifi_local_ip", str)
    assert FIELDS["caseBatteryLevel"] == ("case_battery_level", int)
    assert FIELDS["connected"] == ("connected", bool)
    assert len(FIELDS) == 13


def test_capabilities_are_read() -> None:
    data = {"modelName": "Mentra Live", "hasCamera": True, "hasIMU": True, "camera": {"hasHDR": True}, "hasWifi": 1}
    found = Capabilities.of(data)
    assert (found.model_name, found.has_camera, found.has_imu, found.has_display) == ("Mentra Live", True, True, False)
    assert found.camera == {"hasHDR": True}
    assert found.details == data
    assert not found.has_wifi
    assert Capabilities.of({"camera": None}).camera == {}
