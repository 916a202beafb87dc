"""The relay between scripted glasses and a scripted cloud, in virtual time."""

import pytest

from trifocal_gateway.relay import DropLink, Event, ForgetResult, KeepResult, PostPress, ToCloud, ToGlasses
from trifocal_gateway.testing import ACK, CONNECTED, PRESS, TAKE, down, failed, relay, status, up
from trifocal_shared import reasons
from trifocal_shared.cloud_messages import (
    ButtonPressReport,
    GlassesBatteryUpdate,
    GlassesConnectionState,
    PhotoProgress,
)
from trifocal_shared.control_messages import Control
from trifocal_shared.messages import BatteryStatus, ButtonPressResponse, GlassesReady, Ping, VersionInfo

# The connection's state


def test_the_cloud_follows_the_state_of_the_connection() -> None:
    made = relay(glasses=False)
    made.searching(0)
    made.link_opened(10)
    made.glasses_said(GlassesReady(sid="aaaa", protocol=2), 20)
    made.link_closed(30)
    made.searching(40)
    states = [message.status for message in up(made.events()) if isinstance(message, GlassesConnectionState)]
    assert states == ["SCANNING", "CONNECTING", "CONNECTED", "DISCONNECTED", "SCANNING"]


def test_a_returning_cloud_hears_the_present_state_first_and_then_what_it_missed() -> None:
    made = relay(cloud=False)
    made.glasses_said(VersionInfo(device_model="Live"), 5)
    made.glasses_said(BatteryStatus(level=70), 5)
    made.glasses_said(status("failed"), 6)
    assert made.events() == [KeepResult(status("failed"))]
    made.cloud_said(ACK, 100)
    assert made.events() == [
        ToCloud(GlassesConnectionState(status="CONNECTED", model_name="Live", link="glasses_ready")),
        ToCloud(GlassesBatteryUpdate(level=70)),
        ToCloud(status("failed")),
        ForgetResult("r-1"),
    ]


def test_each_ack_brings_the_state_again() -> None:
    made = relay()
    made.cloud_said(ACK, 100)
    assert made.events() == [ToCloud(CONNECTED)]


def test_the_battery_is_told_when_it_has_changed() -> None:
    made = relay()
    for level, charging in ((70, False), (70, False), (70, True), (71, True), (71, True)):
        made.glasses_said(BatteryStatus(level=level, charging=charging), 5)
    assert up(made.events()) == [
        GlassesBatteryUpdate(level=70),
        GlassesBatteryUpdate(level=70, charging=True),
        GlassesBatteryUpdate(level=71, charging=True),
    ]


@pytest.mark.parametrize("level", [-1, 101, 2**40])
def test_a_battery_that_cannot_be_is_counted(level: int) -> None:
    made = relay()
    made.glasses_said(BatteryStatus(level=level), 5)
    assert made.events() == []
    assert made.counts["malformed"] == 1


def test_the_battery_of_absent_glasses_is_not_told_again() -> None:
    made = relay()
    made.glasses_said(BatteryStatus(level=70), 5)
    made.link_closed(10)
    made.events()
    made.cloud_said(ACK, 20)
    assert up(made.events()) == [GlassesConnectionState(status="DISCONNECTED")]


def test_a_link_on_which_nobody_answers_is_dropped_once() -> None:
    made = relay()
    events: list[Event] = []
    while (deadline := made.deadline()) is not None:
        made.timeout(deadline)
        events += made.events()
    assert [event for event in events if event in (ToGlasses(Ping()), DropLink())] == [ToGlasses(Ping())] * 3 + [
        DropLink()
    ]
    assert up(events) == [GlassesConnectionState(status="CONNECTING", link="linked")], "two were missed by then"


def test_a_new_token_reaches_the_glasses() -> None:
    made = relay()
    made.token_changed("other", 5)
    assert [getattr(message, "core_token", "") for message in down(made.events())] == ["other"]


# Presses


def test_a_press_is_posted_answered_and_its_photo_is_watched() -> None:
    made = relay()
    made.glasses_said(PRESS, 10)
    assert made.events() == [PostPress(ButtonPressReport(button_id="photo", press_type="short", press_id="p-1"))]
    made.press_answered("p-1", TAKE, 50)
    assert made.events() == [
        ToGlasses(ButtonPressResponse(press_id="p-1", success=True, action="take_photo", request_id="r-1"))
    ]
    made.timeout(50 + 10_000)
    assert failed(made.events()) == [("r-1", reasons.GLASSES_SILENT)]


def test_without_a_token_the_glasses_decide_at_once() -> None:
    made = relay(token="")
    made.glasses_said(PRESS, 10)
    assert down(made.events()) == [ButtonPressResponse(press_id="p-1", success=False, error_code=reasons.NO_TOKEN)]


def test_a_press_that_cannot_be_posted_fails_with_its_reason() -> None:
    made = relay()
    made.glasses_said(PRESS, 10)
    made.events()
    made.press_answered("p-1", reasons.CLOUD_UNREACHABLE, 20)
    assert down(made.events()) == [
        ButtonPressResponse(press_id="p-1", success=False, error_code=reasons.CLOUD_UNREACHABLE)
    ]


def test_an_answer_that_comes_too_late_ends_the_request_it_made() -> None:
    made = relay()
    made.glasses_said(PRESS, 10)
    made.timeout(10 + 4_500)
    assert [type(message) for message in down(made.events())] == [ButtonPressResponse]
    made.press_answered("p-1", TAKE, 4_600)
    events = made.events()
    assert down(events) == []
    assert failed(events) == [("r-1", reasons.CAPTURED_LOCALLY)]


def test_an_answer_for_glasses_that_went_away_ends_the_request_it_made() -> None:
    made = relay()
    made.glasses_said(PRESS, 10)
    made.link_closed(20)
    made.events()
    made.press_answered("p-1", TAKE, 50)
    events = made.events()
    assert down(events) == []
    assert failed(events) == [("r-1", reasons.GLASSES_OFFLINE)]


def test_progress_is_for_a_cloud_that_listens_now() -> None:
    made = relay(cloud=False)
    word = PhotoProgress(request_id="r-1", done_bytes=1, total_bytes=2)
    made.photo_moved(word, 1)
    made.cloud_said(ACK, 2)
    assert word not in up(made.events())
    made.photo_moved(word, 3)
    assert up(made.events()) == [word]


# Wi-Fi and touches


def wifi(**values: object) -> Control:
    """What the glasses say of their Wi-Fi."""
    return Control("wifi_status", **values)


def test_the_network_of_the_glasses_is_told_once_when_it_changes() -> None:
    made = relay()
    for _ in range(2):
        made.glasses_said(wifi(connected=True, ssid="house", local_ip="10.0.0.7"), 5)
    told = GlassesConnectionState(status="CONNECTED", wifi={"connected": True, "ssid": "house"}, link="glasses_ready")
    assert up(made.events()) == [told]
    made.glasses_said(wifi(connected=False, ssid="house"), 6)
    assert up(made.events()) == [
        GlassesConnectionState(status="CONNECTED", wifi={"connected": False, "ssid": None}, link="glasses_ready")
    ]


def test_a_returning_cloud_hears_of_it_and_a_lost_link_forgets_it() -> None:
    made = relay(cloud=False)
    made.glasses_said(wifi(connected=True, ssid="x" * 99), 5)
    made.cloud_said(ACK, 100)
    assert up(made.events())[0] == GlassesConnectionState(
        status="CONNECTED", wifi={"connected": True, "ssid": "x" * 32}, link="glasses_ready"
    )
    made.link_closed(200)
    assert up(made.events()) == [GlassesConnectionState(status="DISCONNECTED")]


def test_a_touch_goes_up_once_however_often_it_is_told() -> None:
    made = relay()
    touch = Control("touch_event", gesture_name="double_tap", device_model="Live", press_id="p-1", timestamp=7)
    for _ in range(3):
        made.glasses_said(touch, 5)
    assert up(made.events()) == [touch]
    for _ in range(2):  # of a controller, which gives no ids
        made.glasses_said(Control("touch_event", gesture_name="single_tap"), 5)
    assert [message.values["gesture_name"] for message in up(made.events())] == ["single_tap"] * 2  # type: ignore[attr-defined]


def test_answers_of_the_control_plane_that_nobody_asked_for_change_nothing() -> None:
    made = relay()
    for kind in ("settings_ack", "gallery_status", "swipe_volume_status", "rgb_led_control_error"):
        made.glasses_said(Control(kind), 5)
    assert made.events() == []
