"""The Python SDK for apps on camera glasses: `AppServer` for an app, `TrifocalClient` for a script.

It speaks the wire of `@mentra/sdk`, and so works with every cloud that speaks it.
"""

from trifocal_sdk.app_settings import SettingChange
from trifocal_sdk.device_state import Capabilities, DeviceState
from trifocal_sdk.errors import (
    AppError,
    CloudError,
    CloudTimeoutError,
    ConnectionFailedError,
    NotConnectedError,
    PermissionDeniedError,
    PhotoError,
    PhotoPermissionError,
    PhotoTimeoutError,
    StreamError,
    StreamTimeoutError,
)
from trifocal_sdk.events import (
    Battery,
    ButtonPress,
    GlassesConnection,
    HeadPosition,
    Location,
    ManagedStreamStatus,
    Output,
    PermissionDenied,
    StreamStatus,
    Touch,
)
from trifocal_sdk.io.app_server import AppServer
from trifocal_sdk.io.app_session import AppSession
from trifocal_sdk.io.camera import Audio, Restream, Video
from trifocal_sdk.io.client import TrifocalClient
from trifocal_sdk.io.client_photos import PhotoResult
from trifocal_sdk.io.client_streaming import AccessUrls, RequestedStream
from trifocal_sdk.io.photo_desk import Photo
from trifocal_sdk.stream_type import Stream, StreamType
from trifocal_sdk.streams import Existing

__all__ = [
    "AccessUrls",
    "AppError",
    "AppServer",
    "AppSession",
    "Audio",
    "Battery",
    "ButtonPress",
    "Capabilities",
    "CloudError",
    "CloudTimeoutError",
    "ConnectionFailedError",
    "DeviceState",
    "Existing",
    "GlassesConnection",
    "HeadPosition",
    "Location",
    "ManagedStreamStatus",
    "NotConnectedError",
    "Output",
    "PermissionDenied",
    "PermissionDeniedError",
    "Photo",
    "PhotoError",
    "PhotoPermissionError",
    "PhotoResult",
    "PhotoTimeoutError",
    "RequestedStream",
    "Restream",
    "SettingChange",
    "Stream",
    "StreamError",
    "StreamStatus",
    "StreamTimeoutError",
    "StreamType",
    "Touch",
    "TrifocalClient",
    "Video",
]
