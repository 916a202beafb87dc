"""What the glasses report of themselves, as it goes on."""

from trifocal_gateway.reports import MOST_TOUCHES, Reports
from trifocal_shared.control_messages import Control


def touch(number: int) -> Control:
    """One of many touches."""
    return Control("touch_event", gesture_name="single_tap", press_id=f"p-{number}")


def test_a_network_counts_while_they_are_on_it() -> None:
    reports = Reports()
    reports.heard(Control("wifi_status", connected=True, ssid="house"), "", 0)
    assert reports.wifi == {"connected": True, "ssid": "house"}
    reports.heard(Control("wifi_status", connected=False, ssid="house"), "", 0)
    assert reports.wifi == {"connected": False, "ssid": None}
    reports.link_closed()
    assert reports.wifi == {}


def test_a_touch_is_completed_and_told_once() -> None:
    reports = Reports()
    told = reports.heard(touch(1), "Live", 5)
    assert told is not None
    assert told.values == {"gesture_name": "single_tap", "press_id": "p-1", "device_model": "Live", "timestamp": 5}
    assert reports.heard(touch(1), "Live", 6) is None


def test_only_so_many_echoes_are_known() -> None:
    reports = Reports()
    for number in range(MOST_TOUCHES + 1):
        assert reports.heard(touch(number), "", 0) is not None
    assert reports.heard(touch(0), "", 0) is not None
    assert reports.heard(touch(MOST_TOUCHES), "", 0) is None


def test_other_reports_change_nothing() -> None:
    reports = Reports()
    assert reports.heard(Control("settings_ack", success=True), "", 0) is None
    assert reports.wifi == {}
