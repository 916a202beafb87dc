"""The glasses, as listeners hear of them."""

from typing import Any

import pytest

from trifocal_sdk.io.calls import Calls
from trifocal_sdk.io.device import Device
from trifocal_sdk.io.hearing import Hearing


@pytest.fixture
def device() -> Device:
    """Glasses that nothing is known of."""
    return Device(Hearing(Calls(), lambda streams: None))


def test_the_state_is_what_was_told_last(device: Device) -> None:
    device.told({"connected": True, "batteryLevel": 50})
    device.told({"batteryLevel": 49})
    assert (device.state.connected, device.state.battery_level) == (True, 49)


def test_listeners_hear_changes_and_nothing_else(device: Device) -> None:
    heard: list[Any] = []
    stop = device.on_change(lambda state: heard.append(state.battery_level))
    device.told({"batteryLevel": 50})
    device.told({"batteryLevel": 50, "fwVersion": "2"})
    device.told({"wifiSsid": "cafe"})
    stop()
    device.told({"batteryLevel": 1})
    assert heard == [50, 50]


def test_a_listener_may_want_certain_fields(device: Device) -> None:
    heard: list[Any] = []
    device.on_change(lambda state: heard.append((state.battery_level, state.charging)), "battery_level", "charging")
    device.told({"wifiSsid": "cafe"})
    device.told({"charging": True, "connected": True})
    device.told({"batteryLevel": 3})
    assert heard == [(None, True), (3, True)]


async def test_a_listener_may_be_asynchronous(device: Device) -> None:
    calls = Calls()
    device = Device(Hearing(calls, lambda streams: None))
    heard: list[Any] = []

    async def later(state: Any) -> None:
        heard.append(state.battery_level)

    device.on_change(later, "battery_level")
    device.told({"batteryLevel": 3})
    await calls.finish(5)
    assert heard == [3]


def test_a_field_there_is_not_is_a_mistake(device: Device) -> None:
    with pytest.raises(ValueError, match="no batteryLevel"):
        device.on_change(print, "batteryLevel")
