"""Photos from glasses of MentraOS (Mentra Live): asked for in their words, and ended in bytes or a reason (§2.9, §4.3).

    asked ──▶ ASKED ── ble_photo_ready, a packet ──▶ COMING ── the file is whole ──▶ forgotten
                │ 60 s                                │ 20 s without a packet
                └──────────▶ FAILED ◀─────────────────┘ ◀── a failure of theirs, 30 s after the link was lost

Such glasses send a photo when they are told a name for its packets, and tell nobody how a file is called otherwise.
They know no answer to a press: where the cloud wants a photo for one they are asked for it like for any other. Presses
that they would take a photo of by themselves as well are taken out of their gallery mode with the greeting.

What they say of a photo is put into our words; of photos that nobody here asked for nothing is said. Every word is a
`Word`, the last of a request maybe not the only one: `relay` lets the first of them pass.
"""

from dataclasses import dataclass

from trifocal_gateway.photos import failure
from trifocal_shared import messages, reasons
from trifocal_shared.control_messages import Control
from trifocal_shared.envelope import Native
from trifocal_shared.mentra_messages import (
    BlePhotoReady,
    BleReadyAck,
    PhotoErrorResponse,
    PhotoResponse,
    SetBleMtu,
    TakeMentraPhoto,
    TransferFailed,
)
from trifocal_shared.message import Message
from trifocal_shared.messages import PhotoStatus

ARRIVE_MS = 60_000
STALL_MS = 20_000
"""Three times their sender waits 5 s for our word before it gives up."""

AWAY_MS = 30_000
MOST_ASKED = 64
ATT_BYTES = 3
LONGEST_MTU = 517

STEPS = {
    "accepted": "capturing",
    "queued": "capturing",
    "configuring": "capturing",
    "capturing": "capturing",
    "captured": "captured",
    "compressing": "captured",
    "ble_fallback_compression": "captured",
    "ready_for_transfer": "captured",
    "transferring": "transferring",
    "failed": "failed",
}
"""Their steps in our words; those of an upload of their own are none of ours."""

REASONS = {
    "BATTERY_LOW": reasons.BATTERY_LOW,
    "VIDEO_RECORDING_ACTIVE": reasons.CAMERA_BUSY,
    "BLE_TRANSFER_BUSY": reasons.CAMERA_BUSY,
    "CAMERA_BUSY": reasons.CAMERA_BUSY,
    "UPLOAD_SYSTEM_BUSY": reasons.CAMERA_BUSY,
    "INSUFFICIENT_STORAGE": reasons.STORAGE_FULL,
    "CAPTURE_TIMEOUT": reasons.TIMED_OUT,
    "BLE_TRANSFER_FAILED": reasons.TRANSFER_FAILED,
    "BLE_TRANSFER_FAILED_TO_START": reasons.TRANSFER_FAILED,
}
"""Their error codes; any other is a failure of the camera."""


@dataclass(frozen=True)
class Say:
    """To the glasses: a message, or a word to their button controller."""

    message: Message | Native


@dataclass(frozen=True)
class Expect:
    """The packets of this request will come under this name."""

    image_id: str
    request_id: str


@dataclass(frozen=True)
class Word:
    """The glasses' word on a photo, in ours."""

    status: PhotoStatus


Event = Say | Expect | Word


@dataclass
class _Photo:
    request_id: str
    press_id: str
    deadline: int
    reason: str = reasons.TIMED_OUT
    step: str = ""


class MentraLive:
    """All photos that such glasses owe us."""

    def __init__(self, first_number: int = 1) -> None:
        """`first_number` begins the names of photos, nine digits of it."""
        self._number = first_number
        self._photos: dict[str, _Photo] = {}  # by the name of their packets
        self._events: list[Event] = []

    def met(self, most: int) -> None:
        """Such glasses have greeted; one write takes `most` bytes, 0 any number, and so will their notifications."""
        if most:
            self._say(SetBleMtu(mtu=min(most + ATT_BYTES, LONGEST_MTU)))
        self._say(Control("save_in_gallery_mode", active=False))

    def told(self, message: Message | Native, now: int) -> None:
        """Something is to be said to these glasses."""
        if isinstance(message, messages.TakePhoto):
            self._ask(message, "", now)
        elif isinstance(message, messages.ButtonPressResponse):
            if message.success and message.action == "take_photo":
                self._ask(messages.TakePhoto(request_id=message.request_id), message.press_id, now)
        else:
            if isinstance(message, messages.RequestBatteryState):
                self._say(Native("cs_batv"))  # the glasses themselves do not know
            self._say(message)

    def heard(self, message: Message, now: int) -> None:
        """Something was said by these glasses; what is not about photos is nothing here."""
        if isinstance(message, BlePhotoReady):
            self._ready(message.ble_img_id, now)
        elif isinstance(message, PhotoStatus):
            self._moved(message.request_id, STEPS.get(message.status, ""), message.error_code)
        elif isinstance(message, PhotoErrorResponse) or (isinstance(message, PhotoResponse) and not message.success):
            self._moved(message.request_id, "failed", message.error_code or message.error_message)
        elif isinstance(message, TransferFailed):
            photo = self._photos.get(_stem(message.file_name))
            if photo is not None:
                self._moved(photo.request_id, "failed", "BLE_TRANSFER_FAILED")

    def packet(self, name: str, now: int) -> None:
        """A packet of this file came."""
        photo = self._photos.get(_stem(name))
        if photo is not None:
            self._move(photo, "transferring")
            photo.deadline, photo.reason = now + STALL_MS, reasons.TRANSFER_FAILED

    def arrived(self, request_id: str) -> None:
        """The photo of this request is whole."""
        for name in [name for name, photo in self._photos.items() if photo.request_id == request_id]:
            del self._photos[name]

    def link_lost(self, now: int) -> None:
        """The glasses are away, and what they were sending with them."""
        for photo in self._photos.values():
            photo.deadline, photo.reason = min(photo.deadline, now + AWAY_MS), reasons.GLASSES_OFFLINE

    def deadline(self) -> int | None:
        """When the patience with the oldest photo ends."""
        return min((photo.deadline for photo in self._photos.values()), default=None)

    def timeout(self, now: int) -> None:
        """End what has waited too long."""
        for name, photo in list(self._photos.items()):
            if now >= photo.deadline:
                del self._photos[name]
                self._events.append(Word(failure(photo.request_id, photo.press_id, photo.reason)))

    def events(self) -> list[Event]:
        """Drain what is to be done."""
        events, self._events = self._events, []
        return events

    def _ask(self, command: messages.TakePhoto, press_id: str, now: int) -> None:
        self.arrived(command.request_id)  # asked for again: under another name
        if len(self._photos) >= MOST_ASKED:
            self._events.append(Word(failure(command.request_id, press_id, reasons.TOO_MANY)))
            return
        name = f"I{self._number % 1_000_000_000:09d}"
        self._number += 1
        self._photos[name] = _Photo(command.request_id, press_id, now + ARRIVE_MS)
        self._events.append(Expect(name, command.request_id))
        self._say(
            TakeMentraPhoto(
                request_id=command.request_id,
                app_id=command.app_id,
                transfer_method="ble",
                ble_img_id=name,
                size=command.size,
                compress=command.compress,
                save=False,
                flash=command.flash,
                sound=command.sound,
                timestamp=command.timestamp,
            )
        )

    def _ready(self, image_id: str, now: int) -> None:
        photo = self._photos.get(image_id)
        if photo is not None:
            self._move(photo, "captured")
            photo.deadline, photo.reason = now + STALL_MS, reasons.TRANSFER_FAILED
            self._say(BleReadyAck(request_id=photo.request_id))

    def _moved(self, request_id: str, step: str, error: str) -> None:
        for name, photo in list(self._photos.items()):
            if photo.request_id != request_id or not step:
                continue
            if step == "failed":
                del self._photos[name]
                status = failure(request_id, photo.press_id, REASONS.get(error, reasons.CAPTURE_FAILED))
                status.source = "glasses"
                self._events.append(Word(status))
            else:
                self._move(photo, step)

    def _move(self, photo: _Photo, step: str) -> None:
        order = ("", "capturing", "captured", "transferring")
        if order.index(step) > order.index(photo.step):
            photo.step = step
            self._events.append(Word(PhotoStatus(request_id=photo.request_id, press_id=photo.press_id, status=step)))

    def _say(self, message: Message | Native) -> None:
        self._events.append(Say(message))


def _stem(name: str) -> str:
    return name.split(".", 1)[0]
