"""The arbiter of the one camera.

    OFF ── start ──▶ WARMING ── warmed ──▶ CAPTURING ── done ──▶ READY ── idle ──▶ OFF
                        │                      ▲   │               │
                        └── failed ──▶ OFF ◀───┼───┴── failed      └── start ──▶ CAPTURING

OFF has no power on the sensor. WARMING and CAPTURING work for exactly one photo, or for one video as long as it is
recorded; READY keeps the sensor awake for a moment, since presses come in bursts. Who wants a photo meanwhile waits in
line, first come first served; while a video is recorded, its next frame is what they all get.

It promises: one owner at a time; each wanted photo gets exactly one of `capture` or `refused`, and each `capture` ends
in `failed` or in the caller's own `captured`; a video gets `record` or `refused`, and `video_ended` ends it. Ten
seconds without a picture are a failure: the capture is aborted, and what still comes of it is not taken for another's
(each capture has a number).

It refuses: `camera_busy` when the line is full or a second video is wanted, and whatever `conditions` says (battery,
folded, storage), both on asking and when the turn comes. After a picture the line moves on with the next `conditions`,
since storing the picture may have changed them.
"""

from trifocal_shared import reasons

OFF = "off"
WARMING = "warming"
READY = "ready"
CAPTURING = "capturing"

PHOTO = "photo"
VIDEO = "video"
"""Owners of the camera; `stream` is the other one that the light knows."""

CAPTURE_MS = 10_000
"""From the start of warming to the picture; a sensor that takes longer hangs."""

READY_MS = 1_000
"""How long the sensor stays awake after a photo."""

LINE_LENGTH = 8
"""Photos that may wait their turn: more presses than anybody makes in a burst."""

_NEXT = {
    (OFF, "start"): WARMING,
    (READY, "start"): CAPTURING,
    (WARMING, "warmed"): CAPTURING,
    (CAPTURING, "done"): READY,
    (WARMING, "failed"): OFF,
    (CAPTURING, "failed"): OFF,
    (READY, "idle"): OFF,
}

# Events, as tuples:
#   ("changed", state, owner)
#   ("capture", number, request_id, size, compress)
#   ("record", number, request_id)      the camera is the video's until `video_ended`
#   ("refused", request_id, reason, text)
#   ("failed", request_id, text)
#   ("abort", number)       forget this capture
#   ("cool",)               take the power off the sensor


class Camera:
    """One camera, one owner, one photo or video at a time."""

    def __init__(self) -> None:
        self.state = OFF
        self.owner = ""
        self.number = 0
        self.video = ""
        """The video that is recorded or waits for its turn."""
        self._job = ""  # the request that is being served
        self._line: list[tuple[str, str, str]] = []
        self._refusal = ""
        self._deadline: int | None = None
        self._events: list[tuple[object, ...]] = []

    def conditions(self, refusal: str, now: int) -> None:
        """The reason why no photo may be started now, or an empty one; who waits is served."""
        self._refusal = refusal
        self._serve(now)

    def wanted(self, request_id: str, size: str, compress: str, now: int) -> None:
        """Take a photo as soon as it is this one's turn, or, of the size VIDEO, record a video."""
        video = size == VIDEO
        if self._refusal:
            self._refuse(request_id, self._refusal)
        elif len(self._line) >= LINE_LENGTH or (video and self.video):
            self._refuse(request_id, reasons.CAMERA_BUSY)
        else:
            self.video = request_id if video else self.video
            self._line.append((request_id, size, compress))
            self._serve(now)

    def framed(self, number: int) -> "list[str] | None":
        """Capture `number` gave a frame of the video. Returns the photos that are to be had of it; None: not ours."""
        if self.owner != VIDEO or not self._serves(number):
            return None
        if self.state == WARMING:  # a board that does not say when it is warm
            self._step("warmed")
        photos = [request_id for request_id, _, _ in self._line]
        self._line = []
        return photos

    def video_ended(self, failed: bool, now: int) -> None:
        """The video needs the camera no more; a sensor that `failed` loses its power."""
        self.video = ""
        self._end("failed" if failed else "done", now)
        self._serve(now)

    def warmed(self, number: int, now: int) -> None:
        """The sensor of capture `number` has settled; the picture is being taken."""
        if number == self.number and self.state == WARMING:
            self._step("warmed")

    def captured(self, number: int, now: int) -> "str | None":
        """The picture of capture `number` is there. Returns its request id, or None when nobody waits for it."""
        if not self._serves(number):
            return None
        return self._end("done", now)

    def capture_failed(self, number: int, text: str, now: int) -> None:
        """Capture `number` gave no picture."""
        if self._serves(number):
            self._fail(text, now)

    def forget(self, text: str, now: int) -> None:
        """Nobody gets a picture any more: what is taken is aborted, all that wait have failed for this reason."""
        waiting, self._line = [request_id for request_id, _, _ in self._line], []
        self._events = [event for event in self._events if event[0] not in ("capture", "record")]
        self.video = ""
        if self.state in (WARMING, CAPTURING):
            self._events.append(("abort", self.number))
            waiting.insert(0, self._end("failed", now))
        elif self.state == READY:
            self._deadline = None
            self._step("idle")
        self._events += [("failed", request_id, text) for request_id in waiting]

    def deadline(self) -> "int | None":
        """When a capture is overdue, or the sensor may sleep."""
        return self._deadline

    def timeout(self, now: int) -> None:
        """Abort a capture that is overdue; put an idle sensor to sleep."""
        if self._deadline is None or now < self._deadline:
            return
        if self.state == READY:
            self._deadline = None
            self._step("idle")
        else:
            self._events.append(("abort", self.number))
            self._fail("no picture within %d s" % (CAPTURE_MS // 1000), now)

    def events(self) -> "list[tuple[object, ...]]":
        """Drain what happened."""
        events, self._events = self._events, []
        return events

    def _serves(self, number: int) -> bool:
        return number == self.number and self.state in (WARMING, CAPTURING)

    def _serve(self, now: int) -> None:
        while self._line and self.state in (OFF, READY):
            self._job, size, compress = self._line.pop(0)
            video = size == VIDEO
            if self._refusal:
                self._refuse(self._job, self._refusal)
                self.video = "" if video else self.video
                continue
            self.number += 1
            self.owner = VIDEO if video else PHOTO
            self._deadline = None if video else now + CAPTURE_MS
            self._step("start")
            if video:
                self._events.append(("record", self.number, self._job))
            else:
                self._events.append(("capture", self.number, self._job, size, compress))

    def _end(self, event: str, now: int) -> str:
        if self.state == WARMING and event == "done":  # a board that does not say when it is warm
            self._step("warmed")
        self._deadline = now + READY_MS if event == "done" else None
        self._step(event)
        return self._job

    def _fail(self, text: str, now: int) -> None:
        self._events.append(("failed", self._end("failed", now), text))
        self._serve(now)

    def _refuse(self, request_id: str, reason: str) -> None:
        text = "the camera is in use by " + self.owner if reason == reasons.CAMERA_BUSY else ""
        self._events.append(("refused", request_id, reason, text))

    def _step(self, event: str) -> None:
        self.state = _NEXT[self.state, event]
        if self.state == OFF:
            self.owner = ""
            self._events.append(("cool",))  # before the light goes out
        self._events.append(("changed", self.state, self.owner))
