"""Reads what the cloud says in a session, and tells the part of the session that it is about."""

from collections.abc import Callable
from typing import Any

from trifocal_sdk.device_state import Capabilities
from trifocal_sdk.errors import AppError
from trifocal_sdk.events import ManagedStreamStatus, PermissionDenied, StreamStatus, text
from trifocal_sdk.io import session_events
from trifocal_sdk.io.device import Device
from trifocal_sdk.io.hearing import Hearing
from trifocal_sdk.io.settings import Settings
from trifocal_sdk.io.stream_desk import StreamDesk
from trifocal_sdk.stream_type import StreamType
from trifocal_sdk.streams import MANAGED, RTMP
from trifocal_sdk.wire import Received, existing
from trifocal_shared import app_messages as wire

Data = dict[str, Any]
Read = Callable[[Any, Data], None]
"""Takes a message, and the JSON object that it was read from."""


class SessionReader:
    """One session's. Types that no part of it is about are passed over."""

    def __init__(
        self, package_name: str, hearing: Hearing, streams: StreamDesk, settings: Settings, device: Device
    ) -> None:
        self.capabilities = Capabilities()
        self.stop_reason = ""
        """Why the cloud says that it stops the app, "" while it has not said so."""
        self._package_name = package_name
        self._hearing = hearing
        self._streams = streams
        self._settings = settings
        self._device = device
        self._readers: dict[type, Read] = {
            wire.DataStream: self._data,
            wire.RtmpStreamStatus: lambda _, data: streams.told(RTMP, StreamStatus.of(data)),
            wire.ManagedStreamStatus: lambda _, data: streams.told(MANAGED, ManagedStreamStatus.of(data)),
            wire.StreamStatusCheckResponse: lambda _, data: streams.checked(existing(data)),
            wire.DeviceStateUpdate: lambda message, _: device.told(message.state),
            wire.CapabilitiesUpdate: self._capabilities,
            wire.SettingsUpdate: lambda message, _: settings.told(message.settings),
            wire.AugmentosSettingsUpdate: lambda message, _: settings.told_system(message.settings),
            wire.AppPermissionError: self._permission_error,
            wire.AppConnectionError: self._error,
            wire.AppStopped: self._stopped,
            wire.CustomMessage: lambda _, data: hearing.heard(StreamType.CUSTOM_MESSAGE, data),
        }

    def acknowledged(self, ack: wire.AppConnectionAck) -> None:
        """The session stands, with what the person has set and what the glasses can do."""
        self._settings.told(ack.settings)
        self._settings.told_system(ack.mentraos_settings)
        self.capabilities = Capabilities.of(ack.capabilities)

    def heard(self, received: Received) -> None:
        """Something was said."""
        read = self._readers.get(type(received.message))
        if read is not None:
            read(received.message, received.data)

    def _data(self, message: wire.DataStream, _: Data) -> None:
        # A cloud may send a status twice: to the owner, and to all who subscribed. The owner has had it.
        if message.stream_type == StreamType.RTMP_STATUS and text(message.data, "appId") == self._package_name:
            return
        self._hearing.heard(message.stream_type, message.data)

    def _capabilities(self, message: wire.CapabilitiesUpdate, _: Data) -> None:
        self.capabilities = Capabilities.of(message.capabilities)

    def _permission_error(self, message: wire.AppPermissionError, _: Data) -> None:
        for detail in message.details:
            if isinstance(detail, dict):
                self._hearing.tell(session_events.PERMISSION_DENIED, PermissionDenied.of(detail))

    def _error(self, message: wire.AppConnectionError, _: Data) -> None:
        self._hearing.tell(session_events.ERROR, AppError(message.message, message.code))

    def _stopped(self, message: wire.AppStopped, _: Data) -> None:
        self.stop_reason = message.reason
