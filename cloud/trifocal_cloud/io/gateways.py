"""Drives the sessions: joins them with the sockets of the gateways, the photo desk and the feed."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import structlog

from trifocal_cloud.io.answers import GlassesState, glasses_body
from trifocal_cloud.io.buttons import SYSTEM_APP, Buttons
from trifocal_cloud.io.desk import Desk
from trifocal_cloud.io.feed import Feed
from trifocal_cloud.io.line import POLICY_VIOLATION, REPLACED, Line
from trifocal_cloud.io.refusals import RefusedError
from trifocal_cloud.io.simulators import Simulators
from trifocal_cloud.presses import START_VIDEO, STOP_VIDEO, TAKE_PHOTO, Press
from trifocal_cloud.sessions import Changed, Displaced, Expired, Heard, Moved, Outgoing, Session, Sessions
from trifocal_shared import cloud_messages
from trifocal_shared.clock import Clock
from trifocal_shared.cloud_messages import (
    AppStateChange,
    ConnectionAck,
    ControlResult,
    PhotoProgress,
    PhotoRequest,
    StartApp,
    StopApp,
)
from trifocal_shared.driver import Driver
from trifocal_shared.message import Message
from trifocal_shared.messages import StartVideoRecording, StopVideoRecording
from trifocal_shared.stream_messages import GlassesStreamStatus, KeepAliveAck

if TYPE_CHECKING:
    from trifocal_shared.messages import PhotoStatus

log = structlog.get_logger()


class Gateways:
    """Every gateway that is connected, by user."""

    def __init__(
        self,
        *,
        clock: Clock,
        new_id: Callable[[], str],
        desk: Desk,
        buttons: Buttons,
        feed: Feed,
        simulators: Simulators,
    ) -> None:
        self._clock = clock
        self._new_id = new_id
        self._desk = desk
        self._buttons = buttons
        self._feed = feed
        self._simulators = simulators
        self._machine = Sessions()
        self._driver = Driver(self._machine, clock, self._drain)
        self._lines: dict[tuple[str, int], Line] = {}
        self._heard: list[PhotoStatus] = []
        self.changed: list[Callable[[str, Session | None], None]] = []
        """Called with the user and their session, None once it is over, when gateway or glasses changed."""

        self.wishes: list[Callable[[str, StartApp | StopApp], None]] = []
        """Called with the user and what they want of an app, as they said it on their phone."""

        self.of_streams: list[Callable[[str, GlassesStreamStatus | KeepAliveAck], None]] = []
        """Called with the user and what their glasses say of a live stream."""

        self.of_errands: list[Callable[[str, ControlResult], None]] = []
        """Called with the user and what came of an errand of their glasses."""

    async def run(self) -> None:
        """Keep time until cancelled."""
        await self._driver.run()

    def opened(self, user: str, expires_s: int, line: Line) -> int:
        """A gateway has connected with a token good until `expires_s`; the epoch of its connection."""
        now_ms = self._clock.epoch_ms()
        epoch = self._machine.opened(user, self._new_id(), now_ms, expires_s * 1000 - now_ms, self._clock.now())
        self._lines[(user, epoch)] = line
        log.info("gateway connected", user=user, epoch=epoch)
        self._driver.poke()
        return epoch

    def closed(self, user: str, epoch: int) -> None:
        """Its connection has ended."""
        self._lines.pop((user, epoch), None)
        log.info("gateway disconnected", user=user, epoch=epoch)
        self._machine.closed(user, epoch, self._clock.now())
        self._driver.poke()

    async def received(self, user: str, epoch: int, message: Message) -> None:
        """It said something."""
        if isinstance(message, (StartApp, StopApp)):
            for hears in self.wishes if self.speaks(user, epoch) else ():
                hears(user, message)
            return
        if isinstance(message, (GlassesStreamStatus, KeepAliveAck)):
            for tells in self.of_streams if self.speaks(user, epoch) else ():
                tells(user, message)
            return
        if isinstance(message, ControlResult):
            for ends in self.of_errands if self.speaks(user, epoch) else ():
                ends(user, message)
            return
        self._machine.received(user, epoch, message, self._clock.now())
        self._driver.poke()
        heard, self._heard = self._heard, []
        for report in heard:
            await self._desk.report(user, report)

    def tell(self, user: str, message: Message) -> None:
        """Say this to the user's gateway, if one is connected."""
        session = self._machine.session(user)
        if session is not None:
            self._send(user, session.epoch, message)

    def ask(self, user: str, request: PhotoRequest) -> bool:
        """Send a photo request; False when no gateway is connected."""
        asked = self._machine.ask(user, request, self._clock.now())
        self._driver.poke()
        return asked

    def expire(self) -> None:
        """Look at the clock now, instead of when the next deadline was thought to be: it may have been moved."""
        self._machine.timeout(self._clock.now())
        self._driver.poke()

    def speaks(self, user: str, epoch: int) -> bool:
        """Whether this is the connection by which a gateway's word counts; one that does not is counted."""
        return self._machine.speaks(user, epoch)

    async def press(self, press: Press, timestamp: int, raw: bytes) -> None:
        """A press that no app listened for when the gateway told it: its default action."""
        try:
            answer = await self._buttons.take(press, timestamp, raw)
        except RefusedError as refusal:
            log.info("a press was refused", user=press.user, reason=refusal.reason)
            return
        at = self._clock.epoch_ms()
        if answer.action == TAKE_PHOTO:
            self.ask(press.user, PhotoRequest(request_id=answer.request_id, app_id=SYSTEM_APP, timestamp=at))
        elif answer.action == START_VIDEO:
            self.tell(press.user, StartVideoRecording(request_id=answer.request_id, timestamp=at))
        elif answer.action == STOP_VIDEO:
            self.tell(press.user, StopVideoRecording())

    def session(self, user: str) -> Session | None:
        """This user's session, to look at."""
        return self._machine.session(user)

    def glasses(self, user: str) -> GlassesState:
        """What is known of this user's glasses."""
        return glasses_body(self._machine.session(user), self._simulators.state(user))

    def _drain(self) -> None:
        for event in self._machine.events():
            if isinstance(event, Outgoing):
                self._send(event.user, event.epoch, event.message)
            elif isinstance(event, Displaced):
                self._dismiss(event.user, event.epoch, "CONNECTION_REPLACED", "a newer connection took over", REPLACED)
            elif isinstance(event, Expired):
                self._dismiss(event.user, event.epoch, "INVALID_TOKEN", "the token has expired", POLICY_VIOLATION)
            elif isinstance(event, Changed):
                self._desk.presence(event.user, event.gateway, event.glasses.reachable)
                for hears in self.changed:
                    hears(event.user, self._machine.session(event.user))
                state = self.glasses(event.user)
                self._feed.publish(event.user, "glasses", state=state.model_dump(by_alias=True))
            elif isinstance(event, Heard):
                self._heard.append(event.message)
            elif isinstance(event, Moved):
                self._feed.publish(event.user, "progress", **progress(event.message))

    def _send(self, user: str, epoch: int, message: Message) -> None:
        line = self._lines.get((user, epoch))
        if line is None:
            return
        if isinstance(message, (ConnectionAck, AppStateChange, cloud_messages.ConnectionError)):
            message.timestamp = datetime.fromtimestamp(self._clock.epoch_ms() / 1000, UTC).isoformat()
        line.send(message.to_wire())

    def _dismiss(self, user: str, epoch: int, code: str, sentence: str, close_code: int) -> None:
        self._send(user, epoch, cloud_messages.ConnectionError(message=sentence, code=code))
        line = self._lines.pop((user, epoch), None)
        if line is not None:
            line.close(close_code, sentence)


def progress(said: PhotoProgress) -> dict[str, Any]:
    """What people are shown of it."""
    percent = said.done_bytes * 100 // said.total_bytes if said.total_bytes > 0 else 0
    return {
        "requestId": said.request_id,
        "pressId": said.press_id,
        "percent": max(0, min(100, percent)),
        "bytesPerSecond": max(0, said.bytes_per_second),
    }
