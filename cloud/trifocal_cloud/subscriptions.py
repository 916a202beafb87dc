"""Subscriptions: which streams an app may name, which of them need a permission, and what an event is called.

A subscription is a text: the name of a stream, or for some streams a narrower form `name:detail`
(`touch_event:long_press`). An event is delivered under exactly the text that the app subscribed with, so each event
has as many names as there are texts that mean it (PROTOCOL-apps §3).
"""

from collections.abc import Callable
from dataclasses import dataclass

ENTRY_LIMIT = 200
"""Entries of one list that are looked at."""
LENGTH_LIMIT = 512
"""Characters of one entry; language hints make the longest."""

WILDCARDS = frozenset({"*", "all"})
"""Legal; they mean every stream, whose own permissions still count."""

NARROWED = frozenset({"touch_event", "transcription", "translation"})
"""Streams that have a form with a detail."""

STREAMS = WILDCARDS | {
    "audio_chunk",
    "button_press",
    "calendar_event",
    "core_status_update",
    "custom_message",
    "glasses_battery_update",
    "glasses_connection_state",
    "head_position",
    "location_stream",
    "location_update",
    "managed_stream_status",
    "open_dashboard",
    "phone_battery_update",
    "phone_notification",
    "phone_notification_dismissed",
    "photo_request",
    "photo_response",
    "photo_taken",
    "rtmp_stream_status",
    "settings_update_request",
    "start_app",
    "stop_app",
    "touch_event",
    "transcription",
    "translation",
    "VAD",
    "video",
    "vps_coordinates",
}
"""Every stream's name, without details."""

PERMISSIONS = {
    "audio_chunk": "MICROPHONE",
    "transcription": "MICROPHONE",
    "translation": "MICROPHONE",
    "VAD": "MICROPHONE",
    "location_stream": "LOCATION",
    "location_update": "LOCATION",
    "calendar_event": "CALENDAR",
    "phone_notification": "READ_NOTIFICATIONS",
    "phone_notification_dismissed": "READ_NOTIFICATIONS",
}
"""Stream -> the permission that its subscribers need."""


@dataclass(frozen=True)
class Denied:
    """A subscription that needs a permission the app does not have."""

    stream: str
    permission: str


@dataclass(frozen=True)
class Understood:
    """What to make of a list: the streams to hear from now on, and those that were denied; each once, in order."""

    streams: tuple[str, ...]
    denied: tuple[Denied, ...] = ()


def understood(entries: list[object], allows: Callable[[str], bool]) -> Understood:
    """Read a whole list of texts, or objects with a `stream`; `allows` tells whether the app has a permission.

    Names that nobody knows are left out, and so is what lies beyond ENTRY_LIMIT.
    """
    streams: dict[str, None] = {}
    denied: dict[str, Denied] = {}
    for entry in entries[:ENTRY_LIMIT]:
        stream = _stream(entry)
        if stream is None:
            continue
        permission = permission_for(stream)
        if permission is None or allows(permission):
            streams[stream] = None
        else:
            denied[stream] = Denied(stream, permission)
    return Understood(tuple(streams), tuple(denied.values()))


def permission_for(stream: str) -> str | None:
    """The permission that a subscription needs, by the stream that it narrows; None when it needs none."""
    return PERMISSIONS.get(stream.partition(":")[0])


def named(stream: str, raw_detail: str = "") -> tuple[str, ...]:
    """The subscriptions that an event of this stream answers, wildcards aside; `raw_detail` is as the peer gave it."""
    if raw_detail and stream in NARROWED:
        return stream, f"{stream}:{raw_detail}"
    return (stream,)


def _stream(entry: object) -> str | None:
    """The subscription that an entry is; None for what means nothing."""
    text = entry.get("stream") if isinstance(entry, dict) else entry
    if not isinstance(text, str) or len(text) > LENGTH_LIMIT or not text.isprintable():
        return None
    base, narrowed, detail = text.partition(":")
    known = base in NARROWED and detail if narrowed else base in STREAMS
    return text if known else None
