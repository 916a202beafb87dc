"""Photo requests on their way to the glasses: each ends, at the latest here, in exactly one final word.

    asked ──▶ WAITING ── a word of the glasses ──▶ TAKING ── captured ──▶ not watched any more
      │          │ 10 s                              │ 60 s
      ▼          ▼                                   ▼
    FAILED ◀── glasses_silent ◀──────────────────────┘
      ▲
      └── glasses_offline, 30 s after the link was lost and nothing more was heard

A request for glasses that are away, one that is too old, and one whose id could not name a file fail at once. While the
link is away nothing is final for 30 s, for the glasses may come back; when they do, the command is said again (the
glasses know the id) unless it came of a press, which they decided themselves. Sixty seconds after it was asked for
every watch ends. Once the picture lies on the glasses, or the beginning of a video, its way is long but safe, and no
longer watched.

`final` is the one gate through which every last word passes, the glasses' own and the uploader's too: the first one of
a request goes through, later ones do not. The last `MOST_ENDED` ids are known.
"""

from collections import OrderedDict
from dataclasses import dataclass

from trifocal_gateway.names import LONGEST_REQUEST_ID, is_plain
from trifocal_shared import reasons
from trifocal_shared.cloud_messages import PhotoRequest
from trifocal_shared.messages import PhotoStatus, StartVideoRecording, TakePhoto

SILENCE_MS = 10_000
AWAY_MS = 30_000
STALE_MS = 30_000
WATCH_MS = 60_000
MOST_WATCHED = 64
MOST_ENDED = 256

FAILED, UPLOADED = "failed", "uploaded"
FINAL = (FAILED, UPLOADED)
CAPTURED = ("recording", "captured", "transferring", "queued", "uploading", "uploaded")
GATEWAY = "gateway"


@dataclass(frozen=True)
class Take:
    """To the glasses."""

    message: TakePhoto | StartVideoRecording


@dataclass(frozen=True)
class Failed:
    """A request ends here; still to pass through `final`."""

    status: PhotoStatus


Event = Take | Failed


@dataclass
class _Watch:
    press_id: str
    command: TakePhoto | StartVideoRecording | None
    deadline: int
    ends_at: int
    reason: str = reasons.GLASSES_SILENT

    def wait(self, until: int, reason: str) -> None:
        self.deadline, self.reason = min(until, self.ends_at), reason


class Photos:
    """All requests that the glasses have not captured yet."""

    def __init__(self) -> None:
        self._watched: dict[str, _Watch] = {}
        self._ended: OrderedDict[str, None] = OrderedDict()
        self._events: list[Event] = []

    def asked(self, request: PhotoRequest | StartVideoRecording, ready: bool, epoch_ms: int, now: int) -> None:
        """The cloud wants a photo or video; `ready` glasses are told. `epoch_ms` is the wall clock, 0 unknown."""
        request_id = request.request_id
        if request_id in self._watched or request_id in self._ended:
            return
        refusal = self._refusal(request, ready, epoch_ms)
        if refusal:
            self._fail(request_id, "", refusal)
            return
        command = request if isinstance(request, StartVideoRecording) else _command(request)
        self._watched[request_id] = _Watch("", command, now + SILENCE_MS, now + WATCH_MS)
        self._events.append(Take(command))

    def pressed(self, request_id: str, press_id: str, ready: bool, now: int) -> None:
        """The answer to a press, on its way to the glasses, asks for this photo."""
        if request_id in self._watched or request_id in self._ended:
            return
        if not ready:
            self._fail(request_id, press_id, reasons.GLASSES_OFFLINE)
        elif len(self._watched) < MOST_WATCHED:
            self._watched[request_id] = _Watch(press_id, None, now + SILENCE_MS, now + WATCH_MS)

    def orphaned(self, request_id: str, press_id: str) -> None:
        """The cloud asked for a photo that the glasses took under an id of their own."""
        if request_id not in self._watched and request_id not in self._ended:
            self._fail(request_id, press_id, reasons.CAPTURED_LOCALLY)

    def captured(self, request_id: str) -> None:
        """The photo lies whole on the glasses."""
        self._watched.pop(request_id, None)

    def heard(self, status: PhotoStatus, now: int) -> None:
        """The glasses said how far it is."""
        watch = self._watched.get(status.request_id)
        if watch is None:
            return
        if status.status in CAPTURED or status.status == FAILED:
            del self._watched[status.request_id]
            return
        watch.wait(watch.ends_at, reasons.GLASSES_SILENT)

    def link_lost(self, now: int) -> None:
        """The glasses are away, perhaps for a moment."""
        for watch in self._watched.values():
            watch.wait(now + AWAY_MS, reasons.GLASSES_OFFLINE)

    def link_ready(self, restarted: bool, now: int) -> None:
        """The glasses are there again; a restart made them forget what they were doing."""
        for watch in self._watched.values():
            if watch.reason != reasons.GLASSES_OFFLINE and not restarted:
                continue
            watch.wait(now + SILENCE_MS, reasons.GLASSES_SILENT)
            if watch.command is not None:
                self._events.append(Take(watch.command))

    def final(self, request_id: str) -> bool:
        """A last word about this request is about to be said; False when there was one before."""
        self._watched.pop(request_id, None)
        if request_id in self._ended:
            self._ended.move_to_end(request_id)
            return False
        self._ended[request_id] = None
        if len(self._ended) > MOST_ENDED:
            self._ended.popitem(last=False)
        return True

    def deadline(self) -> int | None:
        """When the patience with the oldest request ends."""
        return min((watch.deadline for watch in self._watched.values()), default=None)

    def timeout(self, now: int) -> None:
        """End what has waited too long."""
        for request_id, watch in list(self._watched.items()):
            if now >= watch.deadline:
                del self._watched[request_id]
                self._fail(request_id, watch.press_id, watch.reason)

    def events(self) -> list[Event]:
        """Drain what is to be said."""
        events, self._events = self._events, []
        return events

    def _refusal(self, request: PhotoRequest | StartVideoRecording, ready: bool, epoch_ms: int) -> str:
        if not is_plain(request.request_id, LONGEST_REQUEST_ID):
            return reasons.MALFORMED
        if request.timestamp > 0 and epoch_ms > 0 and epoch_ms - request.timestamp > STALE_MS:
            return reasons.STALE
        if not ready:
            return reasons.GLASSES_OFFLINE
        return reasons.TOO_MANY if len(self._watched) >= MOST_WATCHED else ""

    def _fail(self, request_id: str, press_id: str, reason: str) -> None:
        self._events.append(Failed(failure(request_id, press_id, reason)))


def _command(request: PhotoRequest) -> TakePhoto:
    return TakePhoto(
        request_id=request.request_id,
        app_id=request.app_id,
        size=request.size,
        compress=request.compress,
        save=request.save_to_gallery,
        flash=request.flash,
        sound=request.sound,
        timestamp=request.timestamp,
    )


def failure(request_id: str, press_id: str, reason: str) -> PhotoStatus:
    """The gateway's own last word about a request."""
    return PhotoStatus(
        request_id=request_id,
        press_id=press_id,
        status=FAILED,
        source=GATEWAY,
        error_code=reason,
        error_message=reasons.SENTENCES.get(reason, ""),
    )
