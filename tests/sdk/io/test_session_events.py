"""The usual events by name."""

from typing import Any

import pytest

from trifocal_sdk.io import session_events
from trifocal_sdk.io.calls import Calls
from trifocal_sdk.io.hearing import Hearing
from trifocal_sdk.io.session_events import SessionEvents


@pytest.fixture
def hearing() -> Hearing:
    """Nobody listens yet."""
    return Hearing(Calls(), lambda streams: None)


@pytest.mark.parametrize(
    ("name", "stream", "data", "means"),
    [
        ("on_button_press", "button_press", {"buttonId": "left"}, ("button_id", "left")),
        ("on_head_position", "head_position", {"position": "up"}, ("position", "up")),
        ("on_touch", "touch_event", {"gesture_name": "single_tap"}, ("gesture", "single_tap")),
        ("on_glasses_battery", "glasses_battery_update", {"level": 5}, ("level", 5)),
        ("on_phone_battery", "phone_battery_update", {"level": 6}, ("level", 6)),
        ("on_glasses_connection", "glasses_connection_state", {"status": "CONNECTED"}, ("connected", True)),
        ("on_location", "location_update", {"lat": 1.5}, ("latitude", 1.5)),
    ],
)
def test_a_stream_is_heard_by_its_name(
    hearing: Hearing, name: str, stream: str, data: dict[str, Any], means: tuple[str, object]
) -> None:
    heard: list[Any] = []
    stop = getattr(SessionEvents(hearing), name)(heard.append)
    assert hearing.streams == (stream,)
    hearing.heard(stream, data)
    stop()
    (event,) = heard
    assert getattr(event, means[0]) == means[1]
    assert hearing.streams == ()


def test_a_single_gesture_is_a_stream_of_its_own(hearing: Hearing) -> None:
    heard: list[Any] = []
    SessionEvents(hearing).on_touch(heard.append, "long_press")
    assert hearing.streams == ("touch_event:long_press",)
    hearing.heard("touch_event:long_press", {"gesture_name": "long_press"})
    assert heard[0].gesture == "long_press"


@pytest.mark.parametrize(
    ("name", "topic"),
    [
        ("on_permission_denied", session_events.PERMISSION_DENIED),
        ("on_error", session_events.ERROR),
        ("on_connected", session_events.CONNECTED),
        ("on_disconnected", session_events.DISCONNECTED),
    ],
)
def test_news_of_the_session_need_no_subscription(hearing: Hearing, name: str, topic: str) -> None:
    heard: list[Any] = []
    stop = getattr(SessionEvents(hearing), name)(heard.append)
    hearing.tell(topic, "news")
    stop()
    hearing.tell(topic, "more")
    assert (heard, hearing.streams) == (["news"], ())
