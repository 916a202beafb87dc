"""Device state: what is known is said, what is unknown is null, and what has not changed is left out."""

from trifocal_cloud.device_state import connection_event, difference, snapshot
from trifocal_cloud.sessions import Glasses

KNOWN = snapshot(True, Glasses(model="Trifocal Sim", battery=70, charging=False))


def test_a_snapshot_says_what_is_known() -> None:
    assert KNOWN == {
        "connected": True,
        "modelName": "Trifocal Sim",
        "wifiConnected": False,
        "wifiSsid": None,
        "batteryLevel": 70,
        "charging": False,
    }


def test_what_is_unknown_is_null() -> None:
    unknown = snapshot(False, Glasses())
    assert unknown["modelName"] is None
    assert unknown["batteryLevel"] is None
    assert unknown["charging"] is None


def test_an_empty_battery_is_known_and_an_overfull_one_is_full() -> None:
    assert snapshot(True, Glasses(model="", battery=0, charging=True))["batteryLevel"] == 0
    assert snapshot(True, Glasses(model="", battery=0, charging=True))["charging"] is True
    assert snapshot(True, Glasses(model="", battery=250, charging=True))["batteryLevel"] == 100


def test_the_difference_is_what_changed() -> None:
    assert difference(KNOWN, snapshot(True, Glasses(model="Trifocal Sim", battery=69, charging=True))) == {
        "batteryLevel": 69,
        "charging": True,
    }
    assert difference(KNOWN, dict(KNOWN)) == {}


def test_the_difference_from_nothing_is_everything_nulls_too() -> None:
    unknown = snapshot(False, Glasses())
    assert difference({}, unknown) == unknown


def test_a_battery_that_is_no_longer_known_is_said() -> None:
    assert difference(KNOWN, snapshot(True, Glasses(model="Trifocal Sim", battery=-1, charging=False))) == {
        "batteryLevel": None,
        "charging": None,
    }


def test_the_connection_event_is_what_the_client_caches() -> None:
    event = connection_event(snapshot(True, Glasses(model="Mentra Live")))
    assert event["type"] == "glasses_connection_state"
    assert event["modelName"] == "Mentra Live"
    assert event["status"] == "CONNECTED"
    assert event["wifi"] == {"connected": False, "ssid": None}
    assert connection_event(snapshot(False, Glasses()))["status"] == "DISCONNECTED"


def test_the_network_of_connected_glasses_is_told_in_both_places() -> None:
    seen = Glasses(model="Mentra Live", wifi=True, wifi_ssid="house")
    state = snapshot(True, seen)
    assert (state["wifiConnected"], state["wifiSsid"]) == (True, "house")
    assert connection_event(state)["wifi"] == {"connected": True, "ssid": "house"}


def test_glasses_that_are_away_are_on_no_network() -> None:
    state = snapshot(False, Glasses(wifi=True, wifi_ssid="house"))
    assert (state["wifiConnected"], state["wifiSsid"]) == (False, None)
