"""Messages as the cloud's wire wants them: ours with who and when on them, theirs with what their class leaves out."""

from dataclasses import dataclass

from trifocal_sdk.events import mapping, text
from trifocal_sdk.streams import MANAGED, RTMP, Existing
from trifocal_shared.app_messages import TO_APP, ManagedStreamRequest, ManagedStreamStop
from trifocal_shared.message import Message, ProtocolError, decode_json, parse

WITHOUT_SESSION = (ManagedStreamRequest, ManagedStreamStop)

_CATALOGUE: dict[str, type[Message]] = {**TO_APP}


@dataclass(frozen=True)
class Received:
    """A message and the JSON object that it was read from."""

    message: Message
    data: dict[str, object]


def outgoing(message: Message, package_name: str, session_id: str, timestamp: str) -> dict[str, object]:
    """The JSON object of a message to the cloud; what is optional and empty is left out."""
    wire = {key: value for key, value in message.to_wire().items() if value not in ({}, []) or key == "subscriptions"}
    wire["packageName"] = package_name
    if not isinstance(message, WITHOUT_SESSION):
        wire["sessionId"] = session_id
    wire["timestamp"] = timestamp
    return wire


def incoming(data: str | bytes) -> Received | None:
    """What a text of the cloud's says; None for a type that is not known here. Raises ProtocolError."""
    content = decode_json(data)
    if not isinstance(content, dict):
        raise ProtocolError("a message is a JSON object")
    message = parse(_CATALOGUE, content)
    return None if message is None else Received(message, content)


def existing(data: dict[str, object]) -> Existing | None:
    """The stream that a `stream_status_check_response` tells of."""
    if data.get("hasActiveStream") is not True:
        return None
    info = mapping(data, "streamInfo")
    return Existing(
        kind=MANAGED if text(info, "type") == "managed" else RTMP,
        stream_id=text(info, "streamId"),
        status=text(info, "status"),
        hls_url=text(info, "hlsUrl"),
        dash_url=text(info, "dashUrl"),
        webrtc_url=text(info, "webrtcUrl"),
    )
