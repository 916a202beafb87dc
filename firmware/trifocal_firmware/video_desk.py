"""Videos from the camera's word to the last one: what is said of a recording, and who is told what.

Joins `Video`, which records, with `Camera`, which it needs, and `PhotoDesk`, which sends what has become of it and
keeps each request to one final word. `video_recording_status` says when a recording begins and ends (PROTOCOL-device
§4.2); the request itself goes the way of photos, with `recording` in the place of `capturing`.
"""

from trifocal_firmware.camera import Camera
from trifocal_firmware.desk import PhotoDesk
from trifocal_firmware.note import Photo
from trifocal_firmware.session import Session
from trifocal_firmware.store import PhotoStore
from trifocal_firmware.video import INTERVAL_MS, STOPPED, Video
from trifocal_shared import messages, reasons

# Events, as tuples: ("capture", …) and ("abort", …), as `Glasses` has them


class VideoDesk:
    """All videos of one pair of glasses. `video` takes inputs too; call `carry` after each, then drain `events`."""

    def __init__(self, session: Session, camera: Camera, desk: PhotoDesk, store: PhotoStore) -> None:
        self.video = Video(store)
        self._session = session
        self._camera = camera
        self._desk = desk
        self._unwanted = ""  # stopped before it was its turn
        self._events: list[tuple[object, ...]] = []
        for photo in self.video.reels.waiting:
            desk.photos.restored(photo.request_id, photo.press_id)

    def begin(self, number: int, request_id: str, now: int) -> None:
        """The camera is this video's."""
        self.video.begin(number, self._desk.begun(request_id, now, INTERVAL_MS), now)
        if self._unwanted == request_id:
            self.video.stop(STOPPED, now)

    def stop(self, now: int) -> None:
        """Somebody wants the recording to end; one that has not begun is a single frame."""
        self._unwanted = self._camera.video
        self.video.stop(STOPPED, now)

    def forget(self) -> None:
        """Nothing of any recording is wanted any more; the camera is told by `Camera.forget`."""
        self._unwanted = ""
        self._events = []
        self.video.forget()

    def hear(self, said: object, now: int) -> bool:
        """Whether that was a word about recordings; it is answered then."""
        running = self._camera.video
        if isinstance(said, messages.StopVideoRecording):
            if running and said.request_id in ("", running):
                self.stop(now)
            else:
                self._say("not_recording", said.request_id, success=False)
        elif isinstance(said, messages.GetVideoRecordingStatus):
            self._say("recording" if running else "not_recording", running)
        else:
            return False
        return True

    def carry(self, now: int) -> None:
        """Say what has changed."""
        for event in self.video.events():
            kind, what = event[:2]
            if not isinstance(what, Photo):
                self._events.append(event)
            elif kind == "started":
                self._desk.photos.moved(what.request_id, "recording")
                self._say("recording_started", what.request_id)
            elif kind == "ended":
                self._camera.video_ended(event[2] == reasons.CAPTURE_FAILED, now)
                self._say("recording_stopped", what.request_id, str(event[2]))
            elif kind == "kept":
                self._desk.kept(what, now)
            else:
                self._desk.photos.moved(what.request_id, "failed", str(event[2]), str(event[3]))

    def events(self) -> "list[tuple[object, ...]]":
        """Drain what the hardware is to do."""
        events, self._events = self._events, []
        return events

    def _say(self, status: str, request_id: str, details: str = "", success: bool = True) -> None:
        running = self.video.photo
        self._session.say(
            messages.VideoRecordingStatus(
                success=success,
                status=status,
                request_id=request_id,
                details=details,
                recording=running is not None,
                duration_ms=running.frames * INTERVAL_MS if running is not None else 0,
            )
        )
