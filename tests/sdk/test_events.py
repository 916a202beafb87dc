"""Events are read from whatever JSON comes; what is missing or wrong has its default."""

import pytest

from trifocal_sdk import events

JUNK: list[object] = [None, True, 7, -0.5, "text", [], [{}], {"a": 1}]


def test_a_press_is_read() -> None:
    data = {"buttonId": "photo", "pressType": "long", "timestamp": 17, "pressId": "p-1", "more": 1}
    press = events.ButtonPress.of(data)
    assert press == events.ButtonPress(button_id="photo", press_type="long", timestamp_ms=17, press_id="p-1")
    assert press.raw is data


def test_a_press_that_says_nothing_is_a_short_one_of_an_unknown_button() -> None:
    press = events.ButtonPress.of({"buttonId": "", "timestamp": "2026-02-03T10:00:00Z"})
    assert (press.button_id, press.press_type, press.timestamp_ms) == ("unknown", "short", 0)


def test_simple_events_are_read() -> None:
    assert events.HeadPosition.of({"position": "up"}).position == "up"
    touch = events.Touch.of({"gesture_name": "double_tap", "device_model": "Mentra Live"})
    assert (touch.gesture, touch.model_name) == ("double_tap", "Mentra Live")
    assert events.Battery.of({"level": 40, "charging": True}) == events.Battery(level=40, charging=True)
    assert events.Location.of({"lat": 1, "lng": 2.5}) == events.Location(latitude=1.0, longitude=2.5)
    denied = events.PermissionDenied.of({"stream": "VAD", "requiredPermission": "MICROPHONE", "message": "no"})
    assert (denied.stream, denied.permission, denied.message) == ("VAD", "MICROPHONE", "no")


def test_glasses_are_connected_or_not() -> None:
    assert events.GlassesConnection.of({"status": "CONNECTED", "modelName": "Mentra Live"}).connected
    assert not events.GlassesConnection.of({"status": "SCANNING"}).connected


def test_a_stream_status_is_read() -> None:
    status = events.StreamStatus.of(
        {"status": "active", "streamId": "s1", "appId": "com.example.cam", "stats": {"fps": 24}}
    )
    assert (status.stream_id, status.stats, status.live, status.final) == ("s1", {"fps": 24}, True, False)
    assert events.StreamStatus.of({"status": "error", "errorDetails": "no"}).final


def test_a_managed_status_is_read_with_its_outputs() -> None:
    status = events.ManagedStreamStatus.of(
        {
            "status": "active",
            "streamId": "m1",
            "hlsUrl": "https://media.example/m1.m3u8",
            "outputs": [{"url": "rtmp://live.example/key", "name": "YouTube", "status": "error", "error": "no"}, 7],
        }
    )
    assert status.live
    assert not status.final
    assert status.outputs == (events.Output(url="rtmp://live.example/key", name="YouTube", status="error", error="no"),)
    assert "live.example" not in repr(status)


@pytest.mark.parametrize(
    "kind",
    [
        events.ButtonPress,
        events.HeadPosition,
        events.Touch,
        events.Battery,
        events.GlassesConnection,
        events.Location,
        events.PermissionDenied,
        events.StreamStatus,
        events.ManagedStreamStatus,
    ],
)
@pytest.mark.parametrize("junk", JUNK)
def test_nothing_that_comes_breaks_the_reading(kind: type[events.Event], junk: object) -> None:
    names = "buttonId pressType pressId timestamp position gesture_name level charging status streamId stats"
    names += " outputs lat lng accuracy stream requiredPermission modelName hlsUrl"
    read = kind.of  # type: ignore[attr-defined]
    event = read(dict.fromkeys(names.split(), junk))
    assert isinstance(event, kind)
