"""Glasses that publish live: `Glasses`, with one more desk and one more owner of the camera.

Boards that can `publish` make these. On others the wish for a stream is answered with `unsupported` (`Controls`), and
nothing of all this lies on their flash.
"""

from trifocal_firmware.glasses import Glasses
from trifocal_firmware.owner import Owner
from trifocal_firmware.store import PhotoStore
from trifocal_firmware.stream_camera import StreamCamera
from trifocal_firmware.stream_desk import StreamDesk
from trifocal_shared import messages, stream_messages

# Events, as tuples, beside those of `Glasses`:
#   ("publish", …), ("unpublish",), ("ease", …)   see `StreamDesk`; answer with `published`


class StreamGlasses(Glasses):
    """One pair of glasses."""

    catalogue = dict(messages.TO_GLASSES)
    catalogue.update(stream_messages.TO_GLASSES)

    arbiter = StreamCamera

    def __init__(self, store: PhotoStore, owner: Owner, boot_id: str, device_id: str, model: str) -> None:
        super().__init__(store, owner, boot_id, device_id, model)
        self._streams = StreamDesk(self.session, self._camera)  # type: ignore[arg-type]
        self._timers.append(self._streams)

    def published(self, word: str, number: int, what: object, now: int) -> None:
        """The board's answer to `publish`, as `StreamDesk.published` takes it."""
        self._streams.published(word, number, what, now)
        self._carry(now)

    def _carry(self, now: int) -> None:
        self._events += self._streams.carry(now)
        super()._carry(now)

    def _hear(self, said: object, now: int) -> None:
        if not self._streams.hear(said, now):
            super()._hear(said, now)
            return
        self._camera.conditions(self._guard.refusal, now)  # a stream wants no room
        self._events += self._streams.carry(now)  # before the camera's: an end comes before that of the power

    def _felt(self, now: int) -> None:
        super()._felt(now)
        self._streams.sensed(self._guard.pace, self._guard.ending, now)
        self._carry(now)

    def _camera_moved(self, event: "tuple[object, ...]", now: int) -> None:
        if self._streams.camera_moved(event, now):
            self._events += self._streams.carry(now)  # after the light
        else:
            super()._camera_moved(event, now)

    def _reset(self, now: int) -> None:
        self._events += self._streams.forget(now)
        super()._reset(now)
