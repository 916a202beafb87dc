"""The whole device minus hardware: bytes, edges and pictures in, commands for the hardware out.

Of the machines inside, `Session` talks with the gateway, `Presses` decides who decides about a press, `Camera` when a
photo is taken, `Video` records; `PhotoDesk` keeps and delivers both, and `Guard` says whether the camera may work. This
class carries their events to one another. A press asks the cloud only when the session is READY and a token was given;
else, or when no good answer comes in time, it is decided here, and what is taken gets a `local_` id.

It promises
- each request id and each press ends in exactly one final word: `failed`, or a photo or video that lies whole on flash
  before `captured` is said, and stays there until the gateway has it durably; so do recordings that power loss cut off;
- the light is set with every change of the camera, by `indicator.light`, before the sensor gets power and after it
  has lost it;
- nothing that comes over a link raises.
"""

from trifocal_firmware import camera, photo, press
from trifocal_firmware.button import Button, Doubles
from trifocal_firmware.control import PHOTO_SIZE, RESET, Controls
from trifocal_firmware.desk import PhotoDesk
from trifocal_firmware.guard import Guard
from trifocal_firmware.indicator import light
from trifocal_firmware.mcu import Mcu
from trifocal_firmware.owner import Owner
from trifocal_firmware.session import Session
from trifocal_firmware.store import PhotoStore
from trifocal_firmware.video_desk import VideoDesk
from trifocal_shared import messages, reasons
from trifocal_shared.control_messages import Control
from trifocal_shared.envelope import Native

USUAL_PHOTO = 262_144
"""Bytes of room without which no photo is begun."""

# Events, as tuples: what the hardware is to do
#   ("send", data)              bytes to the gateway
#   ("packs", photo, begin, end, packs)  bytes of a photo to the gateway: `Packer.aim`
#   ("capture", number, size, compress)   answer with `warmed` and `captured`, or `capture_failed`
#   ("abort", number)           forget this capture
#   ("cool",), ("light", state)   take the power off the sensor; show this
#   ("control", said), ("time", epoch_ms)   answer with `controls.answered`, then `sensed`; set the wall clock
#   ("report", step, fields)    see `SimHost.report`


class Glasses:
    """One pair of glasses. Others have another `arbiter` of the camera, or understand more (`catalogue`)."""

    arbiter, catalogue = camera.Camera, messages.TO_GLASSES

    def __init__(self, store: PhotoStore, owner: Owner, boot_id: str, device_id: str, model: str) -> None:
        self.session = Session(boot_id, model, owner, self.catalogue)
        self.controls = Controls(self.session, owner, store, model)
        self._owner = owner
        self._store = store
        self._device_id = device_id
        self._guard = Guard()
        self._senses = (False, 25)  # folded, temperature
        self._metered = False  # whether the button controller has measured the battery
        self._mcu = Mcu()
        self._buttons: dict[str, Button] = {}
        self._doubles = Doubles()
        self._presses = press.Presses(boot_id)
        self._camera = self.arbiter()
        self._desk = PhotoDesk(self.session, store, boot_id)
        self._videos = VideoDesk(self.session, self._camera, self._desk, store)
        self._video = self._videos.video
        self._timers = [self.session, self._mcu, self._presses, owner, self._camera, self._desk.sender, self._video]
        self._events: list[tuple[object, ...]] = [("light", light(self._camera.state, self._camera.owner))]
        self._report("ready", bootId=boot_id)
        self._desk.report_store()
        self._events += self._desk.events()

    def link_opened(self, now: int) -> None:
        """Bytes pass to and from a gateway, perhaps a new one."""
        self.link_closed(now)
        self.session.opened(now)

    def link_received(self, data: "bytes | bytearray", now: int) -> None:
        """Bytes from the gateway."""
        self.session.receive(data, now)
        self._carry(now)

    def link_closed(self, now: int) -> None:
        """No bytes pass any more."""
        self.session.closed(now)
        self._presses.link_lost()
        self._desk.sender.link_down()
        self._carry(now)

    def mcu_received(self, data: "bytes | bytearray", now: int) -> None:
        """Bytes from the button controller."""
        self._mcu.receive(data, now)
        self._carry(now)

    def level_changed(self, button: str, down: bool, now: int) -> None:
        """The raw level of a button's pin."""
        if button not in self._buttons:
            self._buttons[button] = Button()
            self._timers.append(self._buttons[button])
        self._buttons[button].level_changed(down, now)
        self._carry(now)

    def sensed(self, battery: int, charging: bool, folded: bool, temperature: int, now: int) -> None:
        """How the glasses are, as `Guard.sensed` takes it; the battery counts unless the controller has measured it."""
        self._senses = (folded, temperature)
        if not self._metered:
            self.session.battery_is(battery, charging)
        self._felt(now)

    def warmed(self, number: int, now: int) -> None:
        """The sensor has power and has settled for this capture."""
        self._camera.warmed(number, now)
        self._carry(now)

    def captured(self, number: int, picture: "bytes | bytearray", now: int) -> None:
        """The picture of this capture."""
        photos = self._camera.framed(number)
        if photos is None:
            request_id = self._camera.captured(number, now)
            photos = [] if request_id is None else [request_id]
            self._carry(now)
        else:
            for request_id in photos:
                self._desk.photos.moved(request_id, "capturing")
            self._video.framed(picture, now)
        for request_id in photos:
            self._desk.keep(request_id, picture, now)
        self._camera.conditions(self._refusal(), now)
        self._carry(now)

    def capture_failed(self, number: int, text: str, now: int) -> None:
        """This capture gave no picture; `text` says why, safe to show."""
        if self._camera.owner == camera.VIDEO:
            self._video.failed(text, now)
        else:
            self._camera.capture_failed(number, text, now)
        self._carry(now)

    def unreadable(self, number: int, now: int) -> None:
        """The flash did not give the bytes of this stored photo."""
        self._desk.sender.unreadable(number, now)
        self._carry(now)

    def switched_off(self) -> None:
        """The power is about to go: what was recorded is written down, and made into a video at the next start."""
        self._video.reels.close()

    def deadline(self) -> "int | None":
        """When to be woken."""
        deadlines = [timer.deadline() for timer in self._timers]  # type: ignore[attr-defined]
        return min([deadline for deadline in deadlines if deadline is not None], default=None)

    def timeout(self, now: int) -> None:
        """Time has passed."""
        for timer in self._timers:
            timer.timeout(now)  # type: ignore[attr-defined]
        self._carry(now)

    def events(self) -> "list[tuple[object, ...]]":
        """Drain what the hardware is to do, in this order."""
        events, self._events = self._events, []
        return events

    # What happened, carried on: from the outside inwards, then outwards again.

    def _carry(self, now: int) -> None:
        for said in self.session.events():
            self._hear(said, now)
        for heard in self._mcu.events():
            if isinstance(heard, Native):
                self.controls.native(heard)
            else:
                self._pressed(*heard, now)  # type: ignore[misc, call-arg]
        for name, button in self._buttons.items():
            for press_type in button.events():
                self._pressed(name, press_type, now)
        for event in self._presses.events():
            self._press_moved(event, now)
        for wanted in self.controls.events():
            self._control_wants(wanted, now)
        self._videos.carry(now)
        for change in self._camera.events():
            self._camera_moved(change, now)
        self._videos.carry(now)
        self._events += self._videos.events()
        self._desk.carry(now)
        self._events += self._desk.events()
        for frame in self.session.data_to_send():
            self._events.append(("send", frame))

    def _hear(self, said: object, now: int) -> None:
        if isinstance(said, Native):
            if said.command != RESET:  # nobody says that from afar
                self._mcu.said(said, now)
        elif isinstance(said, Control):
            self.controls.heard(said)
        elif isinstance(said, (messages.TakePhoto, messages.StartVideoRecording)):
            if photo.stale(said.timestamp, self.session.epoch(now)):
                self._desk.photos.refused(said.request_id, "", reasons.STALE)
            elif isinstance(said, messages.TakePhoto):
                self._ask(said.request_id, "", said.size, said.compress, now)
            else:
                self._ask(said.request_id, "", camera.VIDEO, "", now)
        elif isinstance(said, messages.ButtonPressResponse):
            self._presses.answered(said, now)
        elif isinstance(said, messages.SetSystemTime):
            self._events.append(("time", said.timestamp_ms))
        elif not self._videos.hear(said, now):
            self._desk.hear(said, now)

    def _control_wants(self, wanted: "tuple[object, ...]", now: int) -> None:
        if wanted[0] == "reset":
            self._reset(now)
        elif wanted[0] == "power":
            self._metered = True
            self.session.battery_is(wanted[1], wanted[2])  # type: ignore[arg-type]
            self._felt(now)
        else:
            self._events.append(wanted)

    def _felt(self, now: int) -> None:
        self._guard.sensed(*self.session.battery, *self._senses)
        self._video.eased(self._guard.pace)
        if self._guard.ending:
            self._video.stop(self._guard.ending, now)
        self._camera.conditions(self._refusal(), now)
        self._carry(now)

    def _pressed(self, button: str, press_type: str, now: int) -> None:
        if press_type == "reset":
            self._reset(now)
            return
        if self.controls.gesture(button, press_type, self._presses, now):
            if press_type == "pair" and self._presses.called_off() == 0:
                self._videos.stop(now)  # what the hold began with was not meant
            return
        refusal = "" if self.session.has_token else reasons.NO_TOKEN
        if not self.session.ready:
            refusal = reasons.GATEWAY_OFFLINE
        press_id = self._presses.pressed(button, press_type, refusal, now, self._camera.video != "")
        self._report("pressed", pressId=press_id, button=button, pressType=press_type)
        if self._doubles.second(button, press_type, now):
            self.controls.touched("double_press", press_id, now)

    def _reset(self, now: int) -> None:
        """The finger says so: nothing of the owner's stays, and whoever is on the link is a stranger."""
        self._videos.forget()
        erased = self._desk.erase() and self._owner.reset()
        self._camera.forget("the glasses were reset", now)
        if erased:
            self._presses.forget()
            self.controls.forget()
            self.session.restarted(now)
            self._report("reset")
        self._desk.report_store()

    def _press_moved(self, event: "tuple[str, ...]", now: int) -> None:
        kind, press_id = event[:2]
        if kind == "ask":
            self.session.say_surely(press.question(event, self._device_id, self.session.epoch(now)), now)
            return
        request_id, reason = event[2:]
        if kind == "photo":
            self._ask(request_id, press_id, self.controls.settings.get(PHOTO_SIZE, "medium"), "none", now)
        elif kind == "video":
            self._ask(request_id, press_id, camera.VIDEO, "", now)
        elif kind == "stop":
            self._videos.stop(now)
        elif kind != "nothing":
            self._desk.photos.refused(request_id, press_id, reason)
        if kind != "late":
            self._report("pressEnded", pressId=press_id, action=kind, requestId=request_id, reason=reason)

    def _ask(self, request_id: str, press_id: str, size: str, compress: str, now: int) -> None:
        if self._desk.asked(request_id, press_id):
            self._camera.conditions(self._refusal(), now)
            self._camera.wanted(request_id, size, compress, now)

    def _refusal(self) -> str:
        return self._guard.refusal or ("" if self._store.room(USUAL_PHOTO) else reasons.STORAGE_FULL)

    def _camera_moved(self, event: "tuple[object, ...]", now: int) -> None:
        kind = event[0]
        if kind == "changed":
            self._events.append(("light", light(str(event[1]), str(event[2]))))
            self._report("camera", state=event[1], owner=event[2])
        elif kind == "capture":
            self._desk.photos.moved(str(event[2]), "capturing")
            self._events.append(("capture", event[1], event[3], event[4]))
        elif kind == "record":
            self._videos.begin(self._camera.number, str(event[2]), now)
        elif kind == "refused":
            self._desk.photos.moved(str(event[1]), "failed", str(event[2]), str(event[3]))
        elif kind == "failed":
            self._desk.photos.moved(str(event[1]), "failed", reasons.CAPTURE_FAILED, str(event[2]))
        else:
            self._events.append(event)  # ABORT and COOL, as they are

    def _report(self, step: str, **fields: object) -> None:
        self._events.append(("report", step, fields))
