"""One recording at a time, frame by frame, until it is stopped or has to end.

    IDLE ── begin ──▶ BEGINNING ── first frame durable ──▶ RECORDING ── stop, a limit, a failure ──▶ IDLE
                          └─────────── no frame ───────────────────────────────────────────────────▶ IDLE

Ten pictures a second are asked for, five or two and a half as the glasses get warm (`eased`), and stand in the file at
a tenth of a second from one another (see `avi`). At least each second what has come is flushed.

It promises: `started` is said when the first frame is durable, and each `begin` ends in exactly one `ended`, with the
reason when nobody asked for it: `length_limit`, `storage_full`, `capture_failed` (three pictures failed one after the
other, or one did not come within ten seconds), or whatever `stop` was told. What was recorded is then made into a
video in small steps, and so is what power loss has cut off: each ends in one `kept` or `lost`.
"""

from trifocal_firmware.camera import CAPTURE_MS
from trifocal_firmware.note import Photo
from trifocal_firmware.reel import Reels
from trifocal_firmware.store import NO_SPACE, PhotoStore, StorageFull
from trifocal_shared import reasons

INTERVAL_MS = 100
PACES = ((100, "none"), (200, "medium"), (400, "heavy"))
"""Ms from picture to picture and compression, by the pace of `Guard`."""

FLUSH_MS = 1_000
LONGEST_MS = 600_000
"""Ten minutes (PROTOCOL-device §4.3, `button_max_recording_time`)."""

MOST_FAILURES = 3
SIZE = "small"

STOPPED = "stopped"

# Events, as tuples:
#   ("capture", number, size, compress)     the next picture, to be answered with `framed` or `failed`
#   ("abort", number)                       forget this picture
#   ("started", photo)
#   ("ended", photo, reason, text)          the camera is free
#   ("kept", photo)                         the video lies whole on flash
#   ("lost", photo, reason, text)           there is no video


class Video:
    """All recordings of one pair of glasses."""

    def __init__(self, store: PhotoStore) -> None:
        self.photo: Photo | None = None  # what is being recorded
        self.reels = Reels(store)
        self._number = 0
        self._pace = 0
        self._began = 0
        self._flushed = 0
        self._failures = 0
        self._stopping = ""
        self._asked = False
        self._deadline: int | None = None
        self._work_at = 0
        self._events: list[tuple[object, ...]] = []

    def begin(self, number: int, photo: Photo, now: int) -> None:
        """The camera is ours: record. `number` is that of its captures."""
        self.photo = photo
        self._number = number
        self._failures = 0
        self._stopping = ""
        try:
            self.reels.begin(photo)
        except StorageFull:
            self._end(reasons.STORAGE_FULL, "", now)
        except OSError as error:
            self._end(reasons.CAPTURE_FAILED, str(error), now)
        else:
            self._ask(now)

    def framed(self, picture: "bytes | bytearray", now: int) -> None:
        """The picture that was asked for."""
        photo = self.photo
        if photo is None:
            return
        if bytes(picture[:2]) != b"\xff\xd8":
            self.failed("the camera gave no JPEG", now)
            return
        self._asked = False
        self._failures = 0
        try:
            self._take(photo, picture, now)
        except OSError as error:
            full = error.errno == NO_SPACE
            self._end(reasons.STORAGE_FULL if full else reasons.CAPTURE_FAILED, "" if full else str(error), now)
            return
        if self.reels.full:
            self._stopping = reasons.STORAGE_FULL
        elif now - self._began >= LONGEST_MS:
            self._stopping = reasons.LENGTH_LIMIT
        if self._stopping:
            self._end(self._stopping, "", now)
            return
        wait = PACES[self._pace][0]
        self._deadline = now + wait - (now - self._began) % wait

    def failed(self, text: str, now: int) -> None:
        """The picture that was asked for did not come."""
        if self.photo is None:
            return
        self._asked = False
        self._failures += 1
        if self._failures >= MOST_FAILURES:
            self._end(reasons.CAPTURE_FAILED, text, now)
        else:
            self._deadline = now + PACES[self._pace][0]

    def stop(self, reason: str, now: int) -> None:
        """Record no more, for this reason; STOPPED is somebody's wish. The first frame is waited for."""
        if self.photo is not None:
            self._stopping = reason
            if self.photo.frames:
                self._end(reason, "", now)

    def forget(self) -> None:
        """Nothing is recorded any more, nor made of what was, and no word is said about it."""
        self.photo = None
        self._asked = False
        self._deadline = None
        self._events = []
        self.reels.forget()

    def eased(self, pace: int) -> None:
        """From the next picture on this pace."""
        self._pace = min(pace, len(PACES) - 1)

    def deadline(self) -> "int | None":
        """When to ask for a picture, to give one up, or to work on what has ended."""
        if not self.reels.waiting:
            return self._deadline
        return self._work_at if self._deadline is None else min(self._deadline, self._work_at)

    def timeout(self, now: int) -> None:
        """Time has passed."""
        if self._deadline is not None and now >= self._deadline:
            if self._asked:
                self._end(reasons.CAPTURE_FAILED, "no picture within %d s" % (CAPTURE_MS // 1000), now)
            else:
                self._ask(now)
        if self.reels.waiting and now >= self._work_at:
            self._work(now)

    def events(self) -> "list[tuple[object, ...]]":
        """Drain what happened."""
        events, self._events = self._events, []
        return events

    def _ask(self, now: int) -> None:
        self._asked = True
        self._deadline = now + CAPTURE_MS
        self._events.append(("capture", self._number, SIZE, PACES[self._pace][1]))

    def _take(self, photo: Photo, picture: "bytes | bytearray", now: int) -> None:
        first = not photo.frames
        if first:
            self._began = now
        while photo.frames < (now - self._began) // INTERVAL_MS:
            self.reels.add(photo, b"")
        self.reels.add(photo, picture)
        if first or now - self._flushed >= FLUSH_MS:
            self._flushed = now
            self.reels.flush()
        if first:
            self._events.append(("started", photo))

    def _end(self, reason: str, text: str, now: int) -> None:
        photo = self.photo
        if photo is None:
            return
        self.photo = None
        if self._asked:
            self._events.append(("abort", self._number))
        self._asked = False
        self._deadline = None
        self._events.append(("ended", photo, reason, text))
        if photo.number:
            photo.ending = "" if reason == STOPPED else reason
            self.reels.end(photo)
            self._work_at = now
        else:
            self._events.append(("lost", photo, reason, text))

    def _work(self, now: int) -> None:
        self._work_at = now + 1
        photo = self.reels.waiting[0]
        try:
            done = self.reels.step()
        except StorageFull:
            self._events.append(("lost", photo, reasons.STORAGE_FULL, ""))
            return
        except OSError as error:
            self._events.append(("lost", photo, reasons.CAPTURE_FAILED, str(error)))
            return
        if done is not None and done.frames:
            self._events.append(("kept", done))
        elif done is not None:
            self._events.append(("lost", done, done.ending or reasons.CAPTURE_FAILED, "nothing was recorded"))
