"""The usual events of a session by name; `session.on` takes every stream."""

from trifocal_sdk.errors import AppError
from trifocal_sdk.events import Battery, ButtonPress, GlassesConnection, HeadPosition, Location, PermissionDenied, Touch
from trifocal_sdk.io.hearing import Cleanup, Hearing, Listener
from trifocal_sdk.stream_type import Stream, StreamType

CONNECTED, DISCONNECTED, ERROR, PERMISSION_DENIED = "connected", "disconnected", "error", "permission_denied"


class SessionEvents:
    """`session.events`. Each method takes a plain or asynchronous listener and returns what ends its listening."""

    def __init__(self, hearing: Hearing) -> None:
        self._hearing = hearing

    def on_button_press(self, listener: Listener[ButtonPress]) -> Cleanup:
        """A button of the glasses was pressed."""
        return self._hearing.on(StreamType.BUTTON_PRESS, listener)

    def on_head_position(self, listener: Listener[HeadPosition]) -> Cleanup:
        """The head moved up or down."""
        return self._hearing.on(StreamType.HEAD_POSITION, listener)

    def on_touch(self, listener: Listener[Touch], gesture: str = "") -> Cleanup:
        """A gesture on the glasses; only this one, for example "double_tap", if `gesture` is given."""
        name = f"{StreamType.TOUCH_EVENT}:{gesture}" if gesture else str(StreamType.TOUCH_EVENT)
        return self._hearing.on(Stream(name, Touch.of), listener)

    def on_glasses_battery(self, listener: Listener[Battery]) -> Cleanup:
        """The battery of the glasses."""
        return self._hearing.on(StreamType.GLASSES_BATTERY_UPDATE, listener)

    def on_phone_battery(self, listener: Listener[Battery]) -> Cleanup:
        """The battery of the phone."""
        return self._hearing.on(StreamType.PHONE_BATTERY_UPDATE, listener)

    def on_glasses_connection(self, listener: Listener[GlassesConnection]) -> Cleanup:
        """Glasses came or went."""
        return self._hearing.on(StreamType.GLASSES_CONNECTION_STATE, listener)

    def on_location(self, listener: Listener[Location]) -> Cleanup:
        """Where the person is. Needs the permission LOCATION."""
        return self._hearing.on(StreamType.LOCATION_UPDATE, listener)

    def on_permission_denied(self, listener: Listener[PermissionDenied]) -> Cleanup:
        """A stream or a request needs a permission that the app has not been given."""
        return self._hearing.on_news(PERMISSION_DENIED, listener)

    def on_error(self, listener: Listener[AppError]) -> Cleanup:
        """The cloud reported something that belongs to no call."""
        return self._hearing.on_news(ERROR, listener)

    def on_connected(self, listener: Listener[None]) -> Cleanup:
        """The connection stands again after it was lost."""
        return self._hearing.on_news(CONNECTED, listener)

    def on_disconnected(self, listener: Listener[str]) -> Cleanup:
        """The connection was lost, with the reason; it is being made again, and nothing has to be done."""
        return self._hearing.on_news(DISCONNECTED, listener)
