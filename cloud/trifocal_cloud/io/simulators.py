"""Drives the sim door: joins it with the sockets of simulated glasses and with whoever waits for an answer."""

from collections.abc import Callable

from trifocal_cloud.io.awaited import Awaited
from trifocal_cloud.io.feed import Feed
from trifocal_cloud.io.line import REPLACED, Line
from trifocal_cloud.io.refusals import RefusedError
from trifocal_cloud.io.schemas import untyped
from trifocal_cloud.simulation import SimAnswered, SimChanged, SimDisplaced, SimDoor, SimOutgoing
from trifocal_shared import reasons
from trifocal_shared.clock import Clock
from trifocal_shared.driver import Driver
from trifocal_shared.message import Message
from trifocal_shared.sim_messages import SimCommand, SimResult, SimState

STATUSES = {reasons.NO_SIMULATOR: 409, reasons.TOO_MANY: 429, reasons.GLASSES_OFFLINE: 409, reasons.GLASSES_SILENT: 504}


class Simulators:
    """The simulated glasses of every user."""

    def __init__(self, clock: Clock, new_id: Callable[[], str], feed: Feed) -> None:
        self._clock = clock
        self._new_id = new_id
        self._feed = feed
        self._machine = SimDoor()
        self._driver = Driver(self._machine, clock, self._drain)
        self._lines: dict[tuple[str, int], Line] = {}
        self._awaited: Awaited[SimResult] = Awaited()

    async def run(self) -> None:
        """Keep time until cancelled."""
        await self._driver.run()

    def opened(self, user: str, line: Line) -> int:
        """Simulated glasses have come; their epoch."""
        epoch = self._machine.opened(user, self._clock.now())
        self._lines[(user, epoch)] = line
        self._driver.poke()
        return epoch

    def closed(self, user: str, epoch: int) -> None:
        """They are gone."""
        self._lines.pop((user, epoch), None)
        self._machine.closed(user, epoch, self._clock.now())
        self._driver.poke()

    def received(self, user: str, epoch: int, message: Message) -> None:
        """They said something."""
        self._machine.received(user, epoch, message, self._clock.now())
        self._driver.poke()

    def expire(self) -> None:
        """Look at the clock now, instead of when the next deadline was thought to be: it may have been moved."""
        self._machine.timeout(self._clock.now())
        self._driver.poke()

    def state(self, user: str) -> SimState | None:
        """How they look."""
        return self._machine.state(user)

    async def command(self, user: str, command: str, value: str, long: bool) -> SimResult:
        """Have them do something; their one answer. Raises RefusedError when there is none."""
        said = SimCommand(command_id=self._new_id(), command=command, value=value, long=long)
        refused = self._machine.commanded(user, said, self._clock.now())
        if refused:
            raise RefusedError(STATUSES[refused], refused)
        with self._awaited.answer(said.command_id) as answer:
            self._driver.poke()
            return await answer

    def _drain(self) -> None:
        for event in self._machine.events():
            if isinstance(event, SimOutgoing):
                line = self._lines.get((event.user, event.epoch))
                if line is not None:
                    line.send(event.message.to_wire())
            elif isinstance(event, SimDisplaced):
                line = self._lines.pop((event.user, event.epoch), None)
                if line is not None:
                    line.close(REPLACED, "newer simulated glasses took over")
            elif isinstance(event, SimChanged):
                self._feed.publish(event.user, "sim", state=untyped(event.state) if event.state else None)
            elif isinstance(event, SimAnswered):
                self._answer(event)

    def _answer(self, event: SimAnswered) -> None:
        if event.result is not None:
            self._awaited.answered(event.command_id, event.result)
        else:
            self._awaited.failed(event.command_id, RefusedError(STATUSES[event.reason], event.reason))
