"""Words that glasses of MentraOS shorten in the second way (PROTOCOL-device §2.6), long again.

Only the five messages that are shortened there are touched. A time in them counts from a moment that only the glasses
know: it is taken away, as unknown as with glasses that have no clock.
"""

TYPES = ("photo_status", "stream_status", "wifi_scan_result", "start_stream", "photo_response")

_LONG = {
    "t": "type",
    "r": "requestId",
    "s": "status",
    "k": "kind",
    "src": "source",
    "rcc": "requestedCaptureConfig",
    "mp": "meteredPreview",
    "etn": "exposureTimeNs",
    "cm": "captureMetadata",
    "aes": "aeStateName",
    "tm": "transferMethod",
    "m": "manual",
    "rc": "reconnecting",
    "st": "stats",
    "w": "width",
    "h": "height",
    "br": "bitrate",
    "f": "fps",
    "df": "droppedFrames",
    "du": "duration",
    "tc": "temperatureC",
}

_WORDS = {
    "photo status": ("accepted", "queued", "configuring", "capturing", "captured", "uploading", "uploaded", "failed"),
    "kind": ("lifecycle", "snapshot"),
    "source": ("sdk", "button"),
}
"""What a number stands for, by its place."""


def expand(said: dict[str, object]) -> dict[str, object]:
    """The message as it would have been said at length; anything else as it is."""
    if "type" in said or said.get("t") not in TYPES:
        return said
    long = _object(said, said["t"] == "photo_status")
    long.pop("ts", None)
    return long


def _object(said: dict[str, object], of_photo: bool) -> dict[str, object]:
    return {(name := _LONG.get(key, key)): _value(name, value, of_photo) for key, value in said.items()}


def _value(name: str, value: object, of_photo: bool) -> object:
    if isinstance(value, dict):
        return _object(value, of_photo)
    if isinstance(value, list):
        return [_value("", each, of_photo) for each in value]
    words = _WORDS.get("photo status" if name == "status" and of_photo else name, ())
    if type(value) is int and 0 <= value < len(words):
        return words[value]
    return value
