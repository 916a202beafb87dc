"""Every message about a live stream between cloud, gateway and glasses, once (PROTOCOL-device §4, §5).

All three speak of a stream by its `stream_id`, made by whoever asks for it; the gateway hands these messages on.
"""

from trifocal_shared.message import Message, required

KEEP_ALIVE_MS = 15_000
"""How often the cloud says that a stream is still wanted."""

SILENCE_MS = 60_000
"""Without such a word for so long the glasses end the stream by themselves."""


class StartRtmpStream(Message):
    """Publish the camera to this address. `video`, `audio` and `stream` are wishes; the glasses say what they do."""

    TYPE = "start_rtmp_stream"
    ALIASES = {"streamUrl": "rtmp_url", "v": "video", "a": "audio"}
    SECRETS = ("rtmp_url",)
    rtmp_url: str = required(str)
    stream_id: str = ""
    app_id: str = ""
    video: dict[str, object] = {}
    audio: dict[str, object] = {}
    stream: dict[str, object] = {}
    timestamp: int = 0


class StopRtmpStream(Message):
    """End this stream; without an id, whichever runs."""

    TYPE = "stop_rtmp_stream"
    stream_id: str = ""
    app_id: str = ""


class KeepRtmpStreamAlive(Message):
    """This stream is still wanted; answered with `keep_alive_ack`."""

    TYPE = "keep_rtmp_stream_alive"
    stream_id: str = required(str)
    ack_id: str = required(str)
    timestamp: int = 0


class GetRtmpStatus(Message):
    """Answered with `rtmp_stream_status`."""

    TYPE = "get_rtmp_status"


class KeepAliveAck(Message):
    """The glasses have heard that keep-alive, and the stream runs."""

    TYPE = "keep_alive_ack"
    stream_id: str = required(str)
    ack_id: str = required(str)
    timestamp: int = 0


class GlassesStreamStatus(Message):
    """Where the stream stands on the glasses; never with its address, which is a secret. `seq` rises with each word.

    `initializing`, `streaming` and `reconnecting` go on; `stopped`, `error` and `timeout` are final, and
    `error_details` says why by a word of `reasons`.
    """

    TYPE = "rtmp_stream_status"
    ALIASES = {"error": "error_details", "receivedStreamId": "stream_id"}
    status: str = required(str)
    stream_id: str = ""
    error_details: str = ""
    attempt: int = 0
    stats: dict[str, object] = {}
    seq: int = 0
    timestamp: int = 0


class RtmpStatus(Message):
    """How glasses of MentraOS refuse, and confirm a stop (PROTOCOL-device §4.2)."""

    TYPE = "rtmp_status"
    status: str = required(str)
    success: bool = False
    details: str = ""


FINAL = ("stopped", "error", "timeout")
"""After one of these statuses there is no stream any more, and the camera is off."""

TO_GLASSES = {
    StartRtmpStream.TYPE: StartRtmpStream,
    "start_stream": StartRtmpStream,
    StopRtmpStream.TYPE: StopRtmpStream,
    "stop_stream": StopRtmpStream,
    KeepRtmpStreamAlive.TYPE: KeepRtmpStreamAlive,
    "keep_stream_alive": KeepRtmpStreamAlive,
    GetRtmpStatus.TYPE: GetRtmpStatus,
    "get_stream_status": GetRtmpStatus,
}
"""What glasses understand of streams, by type, old spellings and new ones."""

FROM_GLASSES = {
    GlassesStreamStatus.TYPE: GlassesStreamStatus,
    "stream_status": GlassesStreamStatus,
    RtmpStatus.TYPE: RtmpStatus,
    KeepAliveAck.TYPE: KeepAliveAck,
}
"""What glasses say of streams, by type."""
