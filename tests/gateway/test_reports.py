"""What the glasses report of themselves, as it goes on."""

from trifocal_gateway.reports import MOST_TOUCHES, Reports
from trifocal_gateway.session import LINKED, READY, Session
from trifocal_shared.cloud_messages import GlassesConnectionState
from trifocal_shared.control_messages import Control
from trifocal_shared.messages import GlassesReady


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


def test_of_the_network_only_glasses_that_are_ready_can_have_spoken() -> None:
    reports, session = Reports(), Session()
    reports.heard(Control("wifi_status", connected=True, ssid="house"), "", 0)
    session.opened(0)
    assert reports.connection(session) == GlassesConnectionState(status=LINKED, link="linked")
    session.said(GlassesReady(sid="aaaa"), 10)
    wifi: dict[str, object] = {"connected": True, "ssid": "house"}
    assert reports.connection(session) == GlassesConnectionState(status=READY, wifi=wifi, link="glasses_ready")


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
