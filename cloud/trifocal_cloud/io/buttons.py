"""Drives the presses: a press is decided once, and what it asks for is durable before it is answered."""

from collections.abc import Callable

from trifocal_cloud.io import rows
from trifocal_cloud.io.database import Database
from trifocal_cloud.io.desk import Desk
from trifocal_cloud.io.feed import Feed
from trifocal_cloud.io.refusals import RefusedError
from trifocal_cloud.photos import CLOUD, FAILED, GLASSES, UNKNOWN, Ticket
from trifocal_cloud.presses import WINDOW_MS, Press, Presses
from trifocal_cloud.trails import Step
from trifocal_shared import reasons
from trifocal_shared.clock import Clock
from trifocal_shared.cloud_messages import ButtonPressAnswer, ButtonPressReport

SYSTEM_APP = "system"
"""The app id of photos that no app asked for."""

FRESH_MS = 10_000
"""A press said to be older, or later than now, was timed by a clock that is wrong: the budget for its report is 5 s."""


class Buttons:
    """Where presses come in."""

    def __init__(self, clock: Clock, new_id: Callable[[], str], database: Database, desk: Desk, feed: Feed) -> None:
        self._clock = clock
        self._new_id = new_id
        self._database = database
        self._desk = desk
        self._feed = feed
        self._machine = Presses()

    async def restore(self) -> None:
        """Remember the presses answered just before the cloud went down, for their repeats may still come."""
        now_ms = self._clock.epoch_ms()
        async with self._database.reading() as session:
            for row in await rows.requests_since(session, now_ms - WINDOW_MS):
                age_ms = max(0, now_ms - row.created_at)
                self._machine.restored(row.user, row.press_id, row.request_id, age_ms, self._clock.now())

    async def press(self, user: str, report: ButtonPressReport) -> ButtonPressAnswer:
        """What to do about a press. Raises RefusedError when there are too many."""
        key = (user, "press", report.press_id) if report.press_id else object()
        async with self._desk.turns.holding(key):
            press = Press(user, report.press_id, report.button_id, report.press_type)
            decision = self._machine.pressed(press, False, self._new_id(), self._clock.now())
            if decision is None:
                raise RefusedError(429, reasons.TOO_MANY)
            if decision.first:
                await self._carry_out(user, report, decision.request_id)
        return ButtonPressAnswer(success=True, action=decision.action, request_id=decision.request_id)

    async def _carry_out(self, user: str, report: ButtonPressReport, request_id: str) -> None:
        self._tell(user, report, final=not request_id)
        if not request_id:
            return
        try:
            await self._desk.request(Ticket(user, request_id, report.press_id), SYSTEM_APP, True)
        except BaseException:
            self._machine.forgotten(user, report.press_id, self._clock.now())
            raise

    def _tell(self, user: str, report: ButtonPressReport, final: bool) -> None:
        """A press that leads to no photo ends here: there is nothing to wait for."""
        at, source = self._clock.epoch_ms(), CLOUD
        if at - FRESH_MS <= report.timestamp <= at:
            at, source = report.timestamp, GLASSES
        detail = f"{report.button_id} {report.press_type}"
        if report.press_id:
            trail = self._feed.trails(user).press(report.press_id)
            trail.add(Step(source, "pressed", at, detail))
            if final:
                trail.status, trail.final, trail.reason = FAILED, True, reasons.UNSUPPORTED
        self._feed.publish(
            user,
            "step",
            at,
            requestId="",
            pressId=report.press_id,
            source=source,
            step="pressed",
            detail=detail,
            status=FAILED if final else UNKNOWN,
            final=final,
            reason=reasons.UNSUPPORTED if final else "",
        )
