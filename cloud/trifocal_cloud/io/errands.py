"""Drives the errands: joins them with the gateways and with whoever waits for an answer."""

from collections.abc import Callable

from trifocal_cloud.errands import Errands
from trifocal_cloud.io.awaited import Awaited
from trifocal_cloud.io.gateways import Gateways
from trifocal_cloud.io.refusals import RefusedError
from trifocal_cloud.sessions import Session
from trifocal_shared import reasons
from trifocal_shared.clock import Clock
from trifocal_shared.cloud_messages import ControlRequest, ControlResult
from trifocal_shared.driver import Driver

STATUSES = {reasons.GATEWAY_OFFLINE: 409, reasons.GLASSES_SILENT: 504}


class Runner:
    """The errands of every user."""

    def __init__(self, clock: Clock, new_id: Callable[[], str], gateways: Gateways) -> None:
        self._clock = clock
        self._new_id = new_id
        self._gateways = gateways
        self._machine = Errands()
        self._driver = Driver(self._machine, clock, self._drain)
        self._awaited: Awaited[ControlResult] = Awaited()
        gateways.of_errands.append(self._answered)
        gateways.changed.append(self._changed)

    async def run(self) -> None:
        """Keep time until cancelled."""
        await self._driver.run()

    async def errand(self, user: str, command: str, values: dict[str, object]) -> ControlResult:
        """Have the user's glasses do this; their one answer. Raises RefusedError when there is none."""
        session = self._gateways.session(user)
        if session is None or not session.connected:
            raise RefusedError(409, reasons.GATEWAY_OFFLINE)
        command_id = self._new_id()
        if not self._machine.sent(user, command_id, self._clock.now()):
            raise RefusedError(429, reasons.TOO_MANY)
        with self._awaited.answer(command_id) as answer:
            self._gateways.tell(user, ControlRequest(command_id=command_id, command=command, values=values))
            self._driver.poke()
            return await answer

    def expire(self) -> None:
        """Look at the clock now, instead of when the next deadline was thought to be: it may have been moved."""
        self._machine.timeout(self._clock.now())
        self._driver.poke()

    def _answered(self, user: str, result: ControlResult) -> None:
        self._machine.answered(user, result)
        self._driver.poke()

    def _changed(self, user: str, session: Session | None) -> None:
        if session is None or not session.connected:
            self._machine.gateway_lost(user)
            self._driver.poke()

    def _drain(self) -> None:
        for event in self._machine.events():
            if event.result is not None:
                self._awaited.answered(event.command_id, event.result)
            else:
                self._awaited.failed(event.command_id, RefusedError(STATUSES[event.reason], event.reason))
