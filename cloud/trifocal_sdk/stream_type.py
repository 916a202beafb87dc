"""The streams that an app can hear. Each is its name on the wire, and knows what class its events have."""

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from trifocal_sdk import events

E_co = TypeVar("E_co", covariant=True)

Data = Mapping[str, object]


class Stream(str, Generic[E_co]):
    """A stream's name; `read` makes one of its events from JSON."""

    __slots__ = ("read",)

    read: Callable[[Data], E_co]

    def __new__(cls, name: str, read: Callable[[Data], E_co]) -> "Stream[E_co]":
        """A stream of this name."""
        made = super().__new__(cls, name)
        made.read = read
        return made


def as_it_is(data: Data) -> Data:
    """An event that has no class of its own: its JSON object."""
    return data


class StreamType:
    """What `session.on` takes. For forms with parameters, such as `transcription:en-US`, give it the text itself."""

    BUTTON_PRESS = Stream("button_press", events.ButtonPress.of)
    HEAD_POSITION = Stream("head_position", events.HeadPosition.of)
    TOUCH_EVENT = Stream("touch_event", events.Touch.of)
    GLASSES_BATTERY_UPDATE = Stream("glasses_battery_update", events.Battery.of)
    PHONE_BATTERY_UPDATE = Stream("phone_battery_update", events.Battery.of)
    GLASSES_CONNECTION_STATE = Stream("glasses_connection_state", events.GlassesConnection.of)
    LOCATION_UPDATE = Stream("location_update", events.Location.of)
    RTMP_STATUS = Stream("rtmp_stream_status", events.StreamStatus.of)
    MANAGED_STREAM_STATUS = Stream("managed_stream_status", events.ManagedStreamStatus.of)
    PHOTO_TAKEN = Stream("photo_taken", as_it_is)
    TRANSCRIPTION = Stream("transcription", as_it_is)
    TRANSLATION = Stream("translation", as_it_is)
    VAD = Stream("VAD", as_it_is)
    PHONE_NOTIFICATION = Stream("phone_notification", as_it_is)
    PHONE_NOTIFICATION_DISMISSED = Stream("phone_notification_dismissed", as_it_is)
    CALENDAR_EVENT = Stream("calendar_event", as_it_is)
    CUSTOM_MESSAGE = Stream("custom_message", as_it_is)


KNOWN: dict[str, Stream[object]] = {name: name for name in vars(StreamType).values() if isinstance(name, Stream)}
"""Every stream by its name."""


def named(stream: str) -> Stream[object]:
    """The stream of this name; of a touch gesture its own, of an unknown one a stream of JSON objects."""
    if isinstance(stream, Stream):
        return stream
    if stream in KNOWN:
        return KNOWN[stream]
    base = KNOWN.get(stream.split(":", maxsplit=1)[0])
    return Stream(stream, base.read if base else as_it_is)
