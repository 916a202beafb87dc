"""The live stream of the glasses from the wish to the last word: who asks, whether the camera is free, who publishes.

Joins `StreamGuard`, which knows what state the stream is in, with `StreamCamera`, whose owner it becomes from the first
attempt to the last, and the board's publisher.

It promises: the camera belongs to the stream before the publisher is told to begin, and is let go of only after the
publisher was told to end; a stream that may not begin has its last word, with the reason, at once. What mends itself
is tried again; a wrong address, a camera that fails and, until media has flowed once, a wrong key or no network end it.
"""

from trifocal_firmware.photo import stale
from trifocal_firmware.session import Session
from trifocal_firmware.stream_camera import StreamCamera
from trifocal_firmware.stream_guard import IDLE, StreamGuard
from trifocal_shared import messages, reasons
from trifocal_shared.message import ProtocolError
from trifocal_shared.rtmp.target import Target
from trifocal_shared.stream_messages import (
    FINAL,
    GetRtmpStatus,
    GlassesStreamStatus,
    KeepRtmpStreamAlive,
    StartRtmpStream,
    StopRtmpStream,
)

HOPELESS = (reasons.BAD_URL, reasons.CAPTURE_FAILED, reasons.UNSUPPORTED)
HOPELESS_AT_FIRST = (reasons.NO_WIFI, reasons.AUTH_REJECTED)
"""A server that lets nobody in while it has not noticed that we are gone says the same; that mends itself."""

# Events, as tuples:
#   ("publish", number, start)   begin, in the place of any attempt before; answer with `published`
#   ("unpublish",)               end
#   ("ease", pace)               publish less, by the pace of `Guard`
#   ("report", step, fields)     see `SimHost.report`


class StreamDesk:
    """At most one stream. Call `carry` after each input."""

    def __init__(self, session: Session, camera: StreamCamera) -> None:
        self.guard = StreamGuard()
        self._session = session
        self._camera = camera
        self._start: StartRtmpStream | None = None
        self._number = 0
        self._held = False  # the camera is ours
        self._flowed = False
        self._pace = 0
        self._told = ("", "")
        self._events: list[tuple[object, ...]] = []

    def hear(self, said: object, now: int) -> bool:
        """Whether that was a word about streams; it is answered then. A gateway that greets is told of the stream."""
        if isinstance(said, StartRtmpStream):
            self._wanted(said, now)
        elif isinstance(said, StopRtmpStream):
            self.guard.stop(said.stream_id, now)
        elif isinstance(said, KeepRtmpStreamAlive):
            self.guard.keep_alive(said.stream_id, said.ack_id, now)
        elif isinstance(said, GetRtmpStatus):
            self.guard.tell(now)
        else:
            if isinstance(said, messages.PhoneReady) and self.guard.state != IDLE:
                self.guard.tell(now)
            return False
        return True

    def camera_moved(self, event: "tuple[object, ...]", now: int) -> bool:
        """Whether that word of the camera was about the stream."""
        if event[0] == "stream":
            self._held = True
            self._events.append(("publish", self._number, self._start))
        elif event[0] == "unstreamed":
            self.guard.refused(self._number, str(event[1]), now)
        else:
            return False
        return True

    def published(self, word: str, number: int, what, now: int) -> None:  # type: ignore[no-untyped-def]
        """What the board says of attempt `number`: it is `opened` or has `sent` bytes, with what is measured, or it
        is `lost`, with a reason.
        """
        if word == "opened":
            self._flowed = self._flowed or number == self._number
            self.guard.opened(number, what, now)
        elif word == "sent":
            self.guard.sent(number, what, now)
        elif what in HOPELESS or (what in HOPELESS_AT_FIRST and not self._flowed):
            self.guard.refused(number, what, now)
        else:
            self.guard.lost(number, what, now)

    def sensed(self, pace: int, ending: str, now: int) -> None:
        """The pace of `Guard`, and the reason why no stream may go on, or an empty one."""
        if ending:
            self.guard.limited(ending, now)
        if pace != self._pace:
            self._pace = pace
            self._events.append(("ease", pace))

    def forget(self, now: int) -> "list[tuple[object, ...]]":
        """Nothing is published any more; what the hardware is to do."""
        if self.guard.state != IDLE:
            self.guard.stop("", now)
        return self.carry(now)

    def deadline(self) -> "int | None":
        """When to be woken."""
        return self.guard.deadline()

    def timeout(self, now: int) -> None:
        """Time has passed."""
        self.guard.timeout(now)

    def carry(self, now: int) -> "list[tuple[object, ...]]":
        """Say what is due; drain what the hardware is to do."""
        for event in self.guard.events():
            kind, what = event[:2]
            if kind == "open":
                self._open(event, now)
            elif kind == "close":
                self._held = False
                self._events.append(("unpublish",))
                self._camera.stream_ended(now)
            else:
                self._say(what, kind == "final", now)
        events, self._events = self._events, []
        return events

    def _wanted(self, said: StartRtmpStream, now: int) -> None:
        reason = reasons.STALE if stale(said.timestamp, self._session.epoch(now)) else ""
        try:
            Target(said.rtmp_url)
        except ProtocolError as error:
            reason = error.code
        if reason:
            word = GlassesStreamStatus(status="error", stream_id=said.stream_id, error_details=reason)
            self._session.say_finally(word, now)
            return
        if said.stream_id != self.guard.stream_id or self.guard.state == IDLE:
            self._flowed = False
        self.guard.wanted(said, now)

    def _open(self, event: "tuple[object, ...]", now: int) -> None:
        self._number = event[1]  # type: ignore[assignment]
        self._start = event[2]  # type: ignore[assignment]
        if self._held:
            self._events.append(("publish", self._number, self._start))
        elif not self._camera.stream:
            self._camera.stream_wanted(self.guard.stream_id, now)

    def _say(self, word, final: bool, now: int) -> None:  # type: ignore[no-untyped-def]
        if final:
            self._session.say_finally(word, now)
        elif self._session.ready:
            self._session.say(word)
        if isinstance(word, GlassesStreamStatus) and (final or word.status not in FINAL):
            told = (word.status, word.error_details)
            if told != self._told or final:
                fields = {"streamId": word.stream_id, "status": word.status, "reason": word.error_details}
                self._events.append(("report", "stream", fields))
            self._told = told
