"""Drives the presses: a press is decided once, goes to the apps that listen, or has its default action.

What the default action asks for is durable before it is answered. A press that apps hear is theirs: it ends there.
"""

import json
from collections.abc import Callable

from trifocal_cloud.events import HEARD, moment
from trifocal_cloud.io import rows
from trifocal_cloud.io.database import Database
from trifocal_cloud.io.desk import Desk
from trifocal_cloud.io.feed import Feed, UserFeed
from trifocal_cloud.io.refusals import RefusedError
from trifocal_cloud.media import VIDEO
from trifocal_cloud.photos import FAILED, UNKNOWN, Ticket
from trifocal_cloud.presses import (
    SOCKET,
    START_VIDEO,
    TAKE_PHOTO,
    WINDOW_MS,
    Decision,
    Press,
    Presses,
    UserPresses,
)
from trifocal_cloud.switchboard import Audience, Switchboard
from trifocal_cloud.trails import Step
from trifocal_shared import reasons
from trifocal_shared.clock import Clock
from trifocal_shared.cloud_messages import ButtonPressAnswer, ButtonPressReport

SYSTEM_APP = "system"
"""The app id of photos that no app asked for."""

STREAM = "button_press"
NAMES = (STREAM,)

RETURN_S = 2.5
"""How long a press waits for an app that is coming back: half of what the glasses wait for an answer."""


class Lane:
    """The way of one user's presses to the apps that listen: few steps, for apps go it often."""

    def __init__(self, clock: Clock, presses: UserPresses, audience: Audience, feed: UserFeed) -> None:
        self._epoch_ms = clock.epoch_ms
        self._presses = presses
        self._audience = audience
        self._feed = feed

    def heard(  # noqa: PLR0917 - named ones cost as much as a call
        self, press_id: str, button_id: str, press_type: str, timestamp: int, raw: bytes, now: int
    ) -> bool:
        """A press was told by the gateway's socket: True when apps have heard it now, or had before.

        False when nobody listens, or when it has no id: then `take` it.
        """
        audience = self._audience
        hearers = audience.hearers(STREAM) if audience.everything else audience.by_stream.get(STREAM)
        if not hearers or not press_id:
            return False
        if self._presses.heard(press_id, now):
            at, feed = self._epoch_ms(), self._feed
            for hear in hearers:
                hear(STREAM, raw, at)
            feed.ring.heard(press_id, button_id, press_type, timestamp, at)
            if feed.bells:
                feed.wake()
        return True


class Buttons:
    """Where presses come in."""

    def __init__(
        self,
        *,
        clock: Clock,
        new_id: Callable[[], str],
        database: Database,
        desk: Desk,
        feed: Feed,
        switchboard: Switchboard,
        limit: int,
    ) -> None:
        self._clock = clock
        self._new_id = new_id
        self._database = database
        self._desk = desk
        self._feed = feed
        self._switchboard = switchboard
        self._machine = Presses(limit)
        self.returning: Callable[[str], bool] = lambda user: False
        """Whether an app of a user is about to come back and to say what it listens for."""

    async def restore(self) -> None:
        """Remember the presses answered just before the cloud went down, for their repeats may still come."""
        now_ms = self._clock.epoch_ms()
        async with self._database.reading() as session:
            for row in await rows.requests_since(session, now_ms - WINDOW_MS):
                age_ms = max(0, now_ms - row.created_at)
                action = START_VIDEO if row.media_type == VIDEO else TAKE_PHOTO
                self._machine.restored(row.user, row.press_id, action, row.request_id, age_ms, self._clock.now())

    async def press(self, user: str, report: ButtonPressReport) -> ButtonPressAnswer:
        """What to do about a press, told over HTTP. Raises RefusedError when there are too many."""
        press = Press(user, report.press_id, report.button_id, report.press_type, recording=report.recording)
        return await self._decided(press, report.timestamp, lambda: _said(report, self._clock.epoch_ms()))

    def lane(self, user: str) -> "Lane":
        """The shortest way for this user's presses."""
        return Lane(self._clock, self._machine.of(user), self._switchboard.audience(user), self._feed.of(user))

    async def take(self, press: Press, timestamp: int, raw: bytes) -> ButtonPressAnswer:
        """The same for a press that no app listens for, told by the gateway's socket."""
        return await self._decided(press, timestamp, lambda: raw)

    async def _decided(self, press: Press, timestamp: int, raw: Callable[[], bytes]) -> ButtonPressAnswer:
        key = (press.user, "press", press.press_id) if press.press_id else object()
        async with self._desk.turns.holding(key):
            await self._returned(press.user)
            heard = bool(self._switchboard.audience(press.user).hearers(STREAM))
            decision = self._machine.pressed(press, heard, self._new_id(), self._clock.now())
            if decision is None:
                raise RefusedError(429, reasons.TOO_MANY)
            if decision.first and heard:
                self._tell_apps(press, timestamp, raw())
            elif decision.first:
                await self._carry_out(press, timestamp, decision)
        if press.road == SOCKET and not decision.first:
            return ButtonPressAnswer(success=True)
        return ButtonPressAnswer(success=True, action=decision.action, request_id=decision.request_id)

    def _tell_apps(self, press: Press, timestamp: int, raw: bytes) -> None:
        """The same as `Lane` does, for a press that came another way."""
        at, feed = self._clock.epoch_ms(), self._feed.of(press.user)
        self._switchboard.relay(press.user, NAMES, raw, at)
        feed.ring.heard(press.press_id, press.button_id, press.press_type, timestamp, at)
        feed.wake()

    async def _returned(self, user: str) -> None:
        """Right after a restart of the cloud, give the apps that were there a moment: the press may be theirs."""
        audience = self._switchboard.audience(user)
        if not audience.hearers(STREAM) and self.returning(user):
            await self._feed.until(user, lambda: bool(audience.hearers(STREAM)) or not self.returning(user), RETURN_S)

    async def _carry_out(self, press: Press, timestamp: int, decision: Decision) -> None:
        self._tell(press, timestamp, UNKNOWN if decision.request_id else HEARD if decision.action else FAILED)
        if not decision.request_id:
            return
        ticket = Ticket(press.user, decision.request_id, press.press_id)
        try:
            if decision.action == START_VIDEO:
                await self._desk.request_video(ticket, SYSTEM_APP)
            else:
                await self._desk.request(ticket, SYSTEM_APP, True)
        except BaseException:
            self._machine.forgotten(press.user, press.press_id)
            raise

    def _tell(self, press: Press, timestamp: int, status: str) -> None:
        """A press that leads to no photo of ours ends here: there is nothing to wait for."""
        source, at = moment(timestamp, self._clock.epoch_ms())
        detail = f"{press.button_id} {press.press_type}"
        final = status != UNKNOWN
        reason = reasons.UNSUPPORTED if status == FAILED else ""
        if press.press_id:
            trail = self._feed.trails(press.user).press(press.press_id)
            trail.add(Step(source, "pressed", at, detail))
            if final:
                trail.status, trail.final, trail.reason = status, True, reason
        self._feed.publish(
            press.user,
            "step",
            at,
            requestId="",
            pressId=press.press_id,
            source=source,
            step="pressed",
            detail=detail,
            status=status,
            final=final,
            reason=reason,
        )


def _said(report: ButtonPressReport, epoch_ms: int) -> bytes:
    """What an app is told of a press that came over HTTP (PROTOCOL-apps §6.1)."""
    data = {"type": STREAM, "buttonId": report.button_id, "pressType": report.press_type}
    data |= {"pressId": report.press_id} if report.press_id else {}
    return json.dumps(data | {"timestamp": report.timestamp or epoch_ms}, separators=(",", ":")).encode()
