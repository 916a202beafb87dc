"""A stream is its name, and reads its own events."""

from trifocal_sdk.events import ButtonPress, Touch
from trifocal_sdk.stream_type import KNOWN, Stream, StreamType, named


def test_a_stream_is_its_name_on_the_wire() -> None:
    assert StreamType.BUTTON_PRESS == "button_press"
    assert {"button_press": 1}[StreamType.BUTTON_PRESS] == 1


def test_a_stream_reads_its_events() -> None:
    press = StreamType.BUTTON_PRESS.read({"buttonId": "photo"})
    assert press == ButtonPress(button_id="photo")


def test_a_name_finds_its_stream() -> None:
    assert named("button_press") is StreamType.BUTTON_PRESS
    assert named(StreamType.VAD) is StreamType.VAD


def test_a_gesture_reads_what_its_base_reads() -> None:
    stream = named("touch_event:long_press")
    assert stream == "touch_event:long_press"
    assert stream.read({"gesture_name": "long_press"}) == Touch(gesture="long_press")


def test_an_unknown_stream_gives_the_object_as_it_is() -> None:
    data = {"a": 1}
    assert named("something_new").read(data) is data


def test_every_stream_is_known_by_its_name() -> None:
    streams = [value for name, value in vars(StreamType).items() if isinstance(value, Stream)]
    assert set(KNOWN.values()) == set(streams)
    assert len(KNOWN) == len(streams) == 17
