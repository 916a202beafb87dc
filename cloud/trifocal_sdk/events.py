"""What an app hears: one frozen class for each kind of event, read from the cloud's JSON (PROTOCOL-apps §5, §6).

Reading never fails: what is missing or of a wrong type has its default. `raw` is the JSON object as it came.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

FINAL = frozenset({"stopped", "error", "timeout", "disconnected", "reconnect_failed"})
LIVE = frozenset({"active", "streaming", "reconnected"})

Data = Mapping[str, object]
"""A JSON object."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened."""

    raw: Data = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, kw_only=True)
class ButtonPress(Event):
    """A button of the glasses was pressed; `press_type` is "short" or "long", `timestamp_ms` the epoch or 0."""

    button_id: str = "unknown"
    press_type: str = "short"
    press_id: str = ""
    timestamp_ms: int = 0

    @classmethod
    def of(cls, data: Data) -> "ButtonPress":
        """From JSON."""
        return cls(
            raw=data,
            button_id=text(data, "buttonId") or "unknown",
            press_type=text(data, "pressType") or "short",
            press_id=text(data, "pressId"),
            timestamp_ms=whole(data, "timestamp"),
        )


@dataclass(frozen=True, kw_only=True)
class HeadPosition(Event):
    """The head moved "up" or "down"."""

    position: str = ""

    @classmethod
    def of(cls, data: Data) -> "HeadPosition":
        """From JSON."""
        return cls(raw=data, position=text(data, "position"))


@dataclass(frozen=True, kw_only=True)
class Touch(Event):
    """A gesture on the glasses, for example "double_tap"."""

    gesture: str = ""
    model_name: str = ""

    @classmethod
    def of(cls, data: Data) -> "Touch":
        """From JSON."""
        return cls(raw=data, gesture=text(data, "gesture_name"), model_name=text(data, "device_model"))


@dataclass(frozen=True, kw_only=True)
class Battery(Event):
    """How full a battery is, in percent; -1 is unknown."""

    level: int = -1
    charging: bool = False

    @classmethod
    def of(cls, data: Data) -> "Battery":
        """From JSON."""
        return cls(raw=data, level=whole(data, "level", -1), charging=data.get("charging") is True)


@dataclass(frozen=True, kw_only=True)
class GlassesConnection(Event):
    """Whether glasses are there: `status` is "CONNECTED", "CONNECTING", "SCANNING" or "DISCONNECTED"."""

    status: str = ""
    model_name: str = ""

    @property
    def connected(self) -> bool:
        """Whether they are."""
        return self.status == "CONNECTED"

    @classmethod
    def of(cls, data: Data) -> "GlassesConnection":
        """From JSON."""
        return cls(raw=data, status=text(data, "status"), model_name=text(data, "modelName"))


@dataclass(frozen=True, kw_only=True)
class Location(Event):
    """Where the person is, in degrees; `accuracy_m` is 0 when unknown."""

    latitude: float = 0.0
    longitude: float = 0.0
    accuracy_m: float = 0.0

    @classmethod
    def of(cls, data: Data) -> "Location":
        """From JSON."""
        return cls(
            raw=data, latitude=number(data, "lat"), longitude=number(data, "lng"), accuracy_m=number(data, "accuracy")
        )


@dataclass(frozen=True, kw_only=True)
class PermissionDenied(Event):
    """The app subscribed to `stream` without having been given `permission`."""

    stream: str = ""
    permission: str = ""
    message: str = ""

    @classmethod
    def of(cls, data: Data) -> "PermissionDenied":
        """From JSON."""
        return cls(
            raw=data,
            stream=text(data, "stream"),
            permission=text(data, "requiredPermission"),
            message=text(data, "message"),
        )


@dataclass(frozen=True, kw_only=True)
class StreamStatus(Event):
    """Where a stream to an RTMP address of the app's own stands; `stats` has bitrate, fps, droppedFrames, duration."""

    status: str = ""
    stream_id: str = ""
    app_id: str = ""
    error_details: str = ""
    stats: Data = field(default_factory=dict)

    @property
    def live(self) -> bool:
        """Whether pictures flow."""
        return self.status in LIVE

    @property
    def final(self) -> bool:
        """Whether the stream is over."""
        return self.status in FINAL

    @classmethod
    def of(cls, data: Data) -> "StreamStatus":
        """From JSON."""
        return cls(
            raw=data,
            status=text(data, "status"),
            stream_id=text(data, "streamId"),
            app_id=text(data, "appId"),
            error_details=text(data, "errorDetails"),
            stats=mapping(data, "stats"),
        )


@dataclass(frozen=True, kw_only=True)
class Output:
    """One place that a managed stream is sent on to: "connecting", "active", "stopped" or "error" with its `error`."""

    url: str = field(default="", repr=False)
    name: str = ""
    status: str = ""
    error: str = ""

    @classmethod
    def of(cls, data: Data) -> "Output":
        """From JSON."""
        return cls(
            url=text(data, "url"), name=text(data, "name"), status=text(data, "status"), error=text(data, "error")
        )


@dataclass(frozen=True, kw_only=True)
class ManagedStreamStatus(Event):
    """Where the managed stream stands, and where it can be watched; an address is "" while unknown."""

    status: str = ""
    stream_id: str = ""
    hls_url: str = ""
    dash_url: str = ""
    webrtc_url: str = ""
    preview_url: str = ""
    thumbnail_url: str = ""
    message: str = ""
    outputs: tuple[Output, ...] = ()

    @property
    def live(self) -> bool:
        """Whether it can be watched."""
        return self.status in LIVE

    @property
    def final(self) -> bool:
        """Whether the stream is over."""
        return self.status in FINAL

    @classmethod
    def of(cls, data: Data) -> "ManagedStreamStatus":
        """From JSON."""
        outputs = data.get("outputs")
        return cls(
            raw=data,
            status=text(data, "status"),
            stream_id=text(data, "streamId"),
            hls_url=text(data, "hlsUrl"),
            dash_url=text(data, "dashUrl"),
            webrtc_url=text(data, "webrtcUrl"),
            preview_url=text(data, "previewUrl"),
            thumbnail_url=text(data, "thumbnailUrl"),
            message=text(data, "message"),
            outputs=tuple(
                Output.of(item) for item in (outputs if isinstance(outputs, list) else []) if isinstance(item, dict)
            ),
        )


def text(data: Data, key: str) -> str:
    """A text of an object, or ""."""
    found = data.get(key)
    return found if isinstance(found, str) else ""


def whole(data: Data, key: str, default: int = 0) -> int:
    """A whole number of an object, or `default`."""
    found = data.get(key)
    return found if type(found) is int else default


def number(data: Data, key: str) -> float:
    """A number of an object, or 0."""
    found = data.get(key)
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else 0.0


def mapping(data: Data, key: str) -> Data:
    """An object in an object, or an empty one."""
    found = data.get(key)
    return found if isinstance(found, dict) else {}
