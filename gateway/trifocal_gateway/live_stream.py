"""The live stream as it passes through the gateway: commands down, what the glasses say of it up.

The stream is not the gateway's own. It refuses in place of glasses that are not there, drops what has come too late to
mean anything, and mends what glasses of MentraOS leave out (PROTOCOL-device §9 S3): an id where they give none, and the
type by which some of their refusals come. What was said last is said again when the cloud has come back, so that it
finds a stream that runs, and the end of one that does not.
"""

from trifocal_shared import reasons
from trifocal_shared.message import Message
from trifocal_shared.stream_messages import (
    FINAL,
    GetRtmpStatus,
    GlassesStreamStatus,
    KeepAliveAck,
    KeepRtmpStreamAlive,
    RtmpStatus,
    StartRtmpStream,
    StopRtmpStream,
)

START_STALE_MS = 30_000
KEEP_ALIVE_STALE_MS = 15_000

COMMANDS = (StartRtmpStream, StopRtmpStream, KeepRtmpStreamAlive, GetRtmpStatus)
REPORTS = (GlassesStreamStatus, RtmpStatus, KeepAliveAck)

REFUSALS = {
    "missing_rtmp_url": ("error", reasons.BAD_URL),
    "no_wifi_connection": ("error", reasons.NO_WIFI),
    "not_streaming": ("stopped", reasons.UNKNOWN_STREAM),
    "exception": ("error", reasons.FAILED),
    "json_error": ("error", reasons.MALFORMED),
}
"""What glasses of MentraOS say by `rtmp_status` -> status and reason."""


class LiveStream:
    """See the top of the file. Needs no timer."""

    def __init__(self) -> None:
        self.counts = {"stale": 0}
        self._stream_id = ""
        self._last: GlassesStreamStatus | None = None

    def asked(self, message: Message, ready: bool, epoch_ms: int) -> tuple[Message | None, Message | None]:
        """The cloud's command; what goes to the glasses, and what is answered in their place. `epoch_ms` 0: unknown."""
        stamp = getattr(message, "timestamp", 0)
        age_ms = epoch_ms - stamp if epoch_ms > 0 and stamp > 0 else 0
        if isinstance(message, StartRtmpStream):
            reason = "" if ready else reasons.GLASSES_OFFLINE
            if age_ms > START_STALE_MS:
                reason = reasons.STALE
                self.counts["stale"] += 1
            if reason:
                return None, GlassesStreamStatus(status="error", stream_id=message.stream_id, error_details=reason)
            self._stream_id, self._last = message.stream_id, None
        elif isinstance(message, KeepRtmpStreamAlive) and age_ms > KEEP_ALIVE_STALE_MS:
            self.counts["stale"] += 1
            return None, None
        return (message if ready else None), None

    def heard(self, message: Message) -> Message | None:
        """The glasses' word, as the cloud is to hear it; None when it says nothing."""
        if isinstance(message, RtmpStatus):
            meant = REFUSALS.get(message.status)
            if meant is None:
                return None
            message = GlassesStreamStatus(status=meant[0], error_details=meant[1])
        if isinstance(message, GlassesStreamStatus):
            message.stream_id = message.stream_id or self._stream_id
            if message.stream_id == self._stream_id:
                self._last = message
        return message

    def cloud_back(self, ready: bool) -> tuple[Message | None, Message | None]:
        """The cloud listens again: what the glasses are asked, and what it is told of what it has perhaps missed."""
        if self._last is None:
            return (GetRtmpStatus() if ready and self._stream_id else None), None
        if self._last.status in FINAL:
            return None, self._last
        return (GetRtmpStatus() if ready else None), None
