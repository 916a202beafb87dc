"""Between the glasses and the cloud: what passes up, what passes down, and what is held while one side is away.

Of the machines inside, `Session` talks with the glasses, `Presses` has each press answered once, `Photos` sees that
each request ends, `Outbox` keeps last words for an absent cloud. This class carries their events to one another. Its
states are those of the session: SCANNING, linked (CONNECTING), ready (CONNECTED), DISCONNECTED.

It promises
- every press that the glasses report is answered once within 4.5 s, and the same way when it is reported again;
- every `photo_request` ends in one `photo_status` `failed`, here or on the glasses, or goes on as a captured photo;
- what the glasses say of a photo reaches the cloud as they said it, but only one last word for each request;
- when the cloud listens again it hears the present state first, then the last words it has missed;
- nothing that either side says raises, and nothing here grows without bound.

It says nothing to the glasses before they are ready, and keeps no command for them: what comes while they are away is
refused at once. Bytes and files are none of its business but for `FileAnnounce`, which says that a photo is captured.
"""

from dataclasses import dataclass

from trifocal_gateway import controller, live_stream, outbox, photos, presses, reports, session
from trifocal_gateway.names import LONGEST_REQUEST_ID
from trifocal_shared import messages
from trifocal_shared.cloud_messages import (
    ButtonPressAnswer,
    ButtonPressReport,
    ConnectionAck,
    GlassesBatteryUpdate,
    PhotoProgress,
    PhotoRequest,
)
from trifocal_shared.control_messages import Control
from trifocal_shared.envelope import Native
from trifocal_shared.message import Message


@dataclass(frozen=True)
class ToGlasses:
    """Say it to the glasses, or to their button controller."""

    message: Message | Native


@dataclass(frozen=True)
class ToCloud:
    """Say it on the cloud's WebSocket."""

    message: Message


@dataclass(frozen=True)
class PostPress:
    """Post it; to be answered with `press_answered`."""

    report: ButtonPressReport


@dataclass(frozen=True)
class DropLink:
    """Nobody answers on the glasses' link: close it and say `link_closed`."""


@dataclass(frozen=True)
class KeepResult:
    """Store this result, by its request id, until it is forgotten."""

    result: messages.PhotoStatus


@dataclass(frozen=True)
class ForgetResult:
    """The stored result of this request may go; there may be none."""

    request_id: str


Event = ToGlasses | ToCloud | PostPress | DropLink | KeepResult | ForgetResult


class Relay:
    """One pair of glasses and one cloud."""

    def __init__(self, token: str = "", protocol: int = messages.PROTOCOL_VERSION) -> None:
        self.counts = {"malformed": 0}
        self.session = session.Session(token, protocol)
        self._presses = presses.Presses()
        self._photos = photos.Photos()
        self._outbox = outbox.Outbox()
        self.stream = live_stream.LiveStream()
        self._battery: GlassesBatteryUpdate | None = None
        self._reports = reports.Reports()
        self._events: list[Event] = []

    def restored(self, results: list[messages.PhotoStatus]) -> None:
        """The results that were kept when the gateway went down, oldest first."""
        for result in results:
            self._photos.final(result.request_id)
        self._outbox.restored(results)

    def epoch_known(self, epoch_ms: int, now: int) -> None:
        """The wall clock stands at `epoch_ms`; 0 is unknown. Say it before every handshake, since clocks are set."""
        self.session.epoch_known(epoch_ms, now)

    def token_changed(self, token: str, now: int) -> None:
        """Another core token, or none."""
        self.session.token_changed(token)
        self._carry(now)

    def searching(self, now: int) -> None:
        """The glasses are being looked for."""
        self.session.searching()
        self._carry(now)

    def link_opened(self, now: int) -> None:
        """Bytes pass to and from the glasses."""
        self.session.opened(now)
        self._carry(now)

    def greet_again(self, now: int) -> None:
        """The glasses on this link are ours, which nobody knew when they were greeted."""
        self.session.again(now)
        self._carry(now)

    def link_closed(self, now: int) -> None:
        """No bytes pass any more."""
        self._reports.link_closed()
        self.session.closed()
        self._photos.link_lost(now)
        self._carry(now)

    def glasses_said(self, message: Message | Native, now: int) -> None:
        """The glasses said something, or their button controller."""
        if isinstance(message, Native):
            self.session.controller_said()
            if (meant := controller.meaning(message)) is not None:
                self.glasses_said(meant, now)
        elif isinstance(message, messages.ButtonPress):
            self._presses.pressed(message, self.session.has_token, now)
        elif isinstance(message, messages.PhotoStatus):
            self._photo_heard(message, now)
        elif isinstance(message, messages.FileAnnounce):
            self._photos.captured(message.request_id)
            self.session.said(message, now)
        elif isinstance(message, messages.BatteryStatus):
            self._battery_heard(message)
        elif isinstance(message, live_stream.REPORTS):
            self._stream_moved(None, self.stream.heard(message))
        elif isinstance(message, Control):
            self._control_heard(message, now)
        else:
            self.session.said(message, now)
        self._carry(now)

    def cloud_said(self, message: Message, now: int) -> None:
        """The cloud said something on the WebSocket."""
        if isinstance(message, ConnectionAck):
            self._outbox.open = True
            self._tell_state()
            self._outbox.opened(now)
            self._stream_moved(*self.stream.cloud_back(self._ready))
        elif isinstance(message, live_stream.COMMANDS):
            self._stream_moved(*self.stream.asked(message, self._ready, self.session.epoch(now)))
        elif isinstance(message, PhotoRequest | messages.StartVideoRecording) and self._is_usable(message.request_id):
            self._photos.asked(message, self._ready, self.session.epoch(now), now)
        elif isinstance(message, messages.StopVideoRecording) and self._ready:
            self._events.append(ToGlasses(message))
        self._carry(now)

    def cloud_closed(self, now: int) -> None:
        """The WebSocket is gone."""
        self._outbox.closed(now)
        self._carry(now)

    def press_answered(self, press_id: str, answer: ButtonPressAnswer | str, now: int) -> None:
        """The cloud's answer to a PostPress, or the reason why there is no usable one."""
        if isinstance(answer, str):
            self._presses.failed(press_id, answer, now)
        else:
            self._presses.answered(press_id, answer, now)
        self._carry(now)

    def photo_moved(self, word: messages.PhotoStatus | PhotoProgress, now: int) -> None:
        """The gateway's own word on a photo, of receiver or upload queue: how much has come, or which step it took."""
        if isinstance(word, PhotoProgress):
            self._outbox.say(word)
        else:
            self._tell_photo(word, now)
        self._carry(now)

    def deadline(self) -> int | None:
        """When to be woken."""
        deadlines = (self.session.deadline(), self._presses.deadline(), self._photos.deadline())
        return min((at for at in deadlines if at is not None), default=None)

    def timeout(self, now: int) -> None:
        """Time has passed."""
        self.session.timeout(now)
        self._presses.timeout(now)
        self._photos.timeout(now)
        self._carry(now)

    def events(self) -> list[Event]:
        """Drain what is to be done, in this order."""
        events, self._events = self._events, []
        return events

    @property
    def _ready(self) -> bool:
        return self.session.status == session.READY

    def _carry(self, now: int) -> None:
        for of_session in self.session.events():
            self._session_moved(of_session, now)
        for of_press in self._presses.events():
            self._press_moved(of_press, now)
        for of_photo in self._photos.events():
            if isinstance(of_photo, photos.Take):
                self._events.append(ToGlasses(of_photo.message))
            else:
                of_photo.status.timestamp = self.session.epoch(now)
                self._tell_photo(of_photo.status, now)
        for of_outbox in self._outbox.events():
            self._outbox_moved(of_outbox)

    def _session_moved(self, event: session.Event, now: int) -> None:
        if isinstance(event, session.Say):
            self._events.append(ToGlasses(event.message))
        elif isinstance(event, session.Greeted):
            self._photos.link_ready(event.restarted, now)
        elif isinstance(event, session.Changed):
            self._tell_connection()
        else:
            self._events.append(DropLink())

    def _press_moved(self, event: presses.Event, now: int) -> None:
        if isinstance(event, presses.Post):
            self._events.append(PostPress(event.report))
        elif isinstance(event, presses.Orphaned):
            self._photos.orphaned(event.request_id, event.press_id)
        else:
            response = event.response
            if self._ready:
                self._events.append(ToGlasses(response))
            if response.action in presses.CAPTURING:
                self._photos.pressed(response.request_id, response.press_id, self._ready, now)

    def _outbox_moved(self, event: outbox.Event) -> None:
        if isinstance(event, outbox.Send):
            self._events.append(ToCloud(event.message))
        elif isinstance(event, outbox.Keep):
            self._events.append(KeepResult(event.result))
        else:
            self._events.append(ForgetResult(event.request_id))

    def _photo_heard(self, status: messages.PhotoStatus, now: int) -> None:
        if self._is_usable(status.request_id):
            self._photos.heard(status, now)
            self._tell_photo(status, now)

    def _is_usable(self, request_id: str) -> bool:
        """Whether a word about it can be passed on at all."""
        usable = 0 < len(request_id) <= LONGEST_REQUEST_ID
        self.counts["malformed"] += not usable
        return usable

    def _tell_photo(self, status: messages.PhotoStatus, now: int) -> None:
        if status.status not in photos.FINAL:
            self._outbox.say(status)
        elif self._photos.final(status.request_id):
            self._outbox.say_finally(status, now)

    def _battery_heard(self, status: messages.BatteryStatus) -> None:
        if not 0 <= status.level <= 100:
            self.counts["malformed"] += 1
            return
        update = GlassesBatteryUpdate(level=status.level, charging=status.charging)
        if update != self._battery:
            self._battery = update
            self._outbox.say(update)

    def _stream_moved(self, command: Message | None, word: Message | None) -> None:
        if command is not None:
            self._events.append(ToGlasses(command))
        if word is not None:
            self._outbox.say(word)

    def _control_heard(self, message: Control, now: int) -> None:
        before = self._reports.wifi
        touch = self._reports.heard(message, self.session.model, self.session.epoch(now))
        if touch is not None:
            self._outbox.say(touch)
        if self._reports.wifi != before:
            self._tell_connection()

    def _tell_connection(self) -> None:
        self._outbox.say(self._reports.connection(self.session))

    def _tell_state(self) -> None:
        self._tell_connection()
        if self._battery is not None and self._ready:
            self._outbox.say(self._battery)
