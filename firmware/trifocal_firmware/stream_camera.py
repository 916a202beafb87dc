"""The arbiter of a camera that can also be published: a stream is one more owner, for as long as it lasts.

Whoever wants a photo meanwhile gets a picture that the board takes beside the stream; if that fails, or does not come
within ten seconds, the stream is none the worse.

It promises, beside what `Camera` does: a wanted stream gets exactly one of `stream` and `unstreamed`, `camera_busy`
while a video is recorded; `stream_ended` takes the power off the sensor at once. While there is a stream, a wanted
video is refused with `camera_busy`.
"""

from trifocal_firmware.camera import CAPTURE_MS, OFF, READY, VIDEO, WARMING, Camera
from trifocal_shared import reasons

STREAM = "stream"
"""The third owner of the camera."""

# Events, as tuples, beside those of `Camera`:
#   ("stream", number)      it is the stream's until `stream_ended`
#   ("unstreamed", reason)


class StreamCamera(Camera):
    """One camera, one owner, one photo, video or stream at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.stream = ""
        """The stream that is published or waits for its turn."""

    def wanted(self, request_id: str, size: str, compress: str, now: int) -> None:
        """As `Camera.wanted`; a video is refused while there is a stream."""
        if size == VIDEO and self.stream:
            self._refuse(request_id, self._refusal or reasons.CAMERA_BUSY)
        else:
            super().wanted(request_id, size, compress, now)

    def stream_wanted(self, stream_id: str, now: int) -> None:
        """Publish as soon as those have been served who wait for a photo."""
        if self._refusal or self.video or self.stream:
            self._events.append(("unstreamed", self._refusal or reasons.CAMERA_BUSY))
        else:
            self.stream = stream_id
            self._serve(now)

    def stream_ended(self, now: int) -> None:
        """The stream needs the camera no more, or does not want it any more."""
        self.stream = ""
        if self.owner == STREAM:
            if self._deadline is not None:
                self._events.append(("abort", self.number))  # the photo beside it is taken anew
            self._end("failed", now)
            self._serve(now)

    def framed(self, number: int) -> "list[str] | None":
        """As `Camera.framed`, and of a picture beside the stream."""
        if self.owner != STREAM:
            return super().framed(number)
        return self._beside() if self._serves(number) else None

    def _beside(self) -> "list[str]":
        photos = [request_id for request_id, _, _ in self._line]
        self._line = []
        self._deadline = None
        return photos

    def _fail(self, text: str, now: int) -> None:
        if self.owner != STREAM:
            super()._fail(text, now)
            return
        for request_id in self._beside():
            self._events.append(("failed", request_id, text))

    def _serve(self, now: int) -> None:
        super()._serve(now)
        if self.owner == STREAM:
            self._serve_beside(now)
        elif self.stream and self.state in (OFF, READY):
            self._begin()

    def _serve_beside(self, now: int) -> None:
        if self._line and self._deadline is None:
            request_id, size, compress = self._line[0]
            self._deadline = now + CAPTURE_MS
            self._events.append(("capture", self.number, request_id, size, compress))

    def _begin(self) -> None:
        if self._refusal:
            self.stream = ""
            self._events.append(("unstreamed", self._refusal))
            return
        self._deadline = None
        self.number += 1
        self.owner = STREAM
        self._step("start")
        if self.state == WARMING:  # whoever publishes waits for the sensor
            self._step("warmed")
        self._events.append(("stream", self.number))
