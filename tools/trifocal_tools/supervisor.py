"""Parts that run side by side: started in order, restarted when one dies, stopped in reverse.

A part is a coroutine that runs until its stop event is set and calls `started` once it can be used. Promised here:

* A part that ends before it ever started is a mistake, not an accident: it is not tried again, the whole ends with its
  reason.
* A part that dies later is started anew after a growing pause. One that dies `MAX_DEATHS` times within `CALM_MS` takes
  the whole down, and its last reason is told.
* Stopping takes no longer than `STOP_S`: whoever has not ended by then is cancelled.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

from trifocal_shared.backoff import Backoff
from trifocal_tools.failure import Failure

MAX_DEATHS = 5
CALM_MS = 60_000
FIRST_PAUSE_MS = 250
LONGEST_PAUSE_MS = 5_000
START_S = 30.0
"""A part that is not usable after this long has failed."""
STOP_S = 4.0
"""Of the 5 s that a person or a service manager grants."""

log = structlog.get_logger()

Runner = Callable[[Callable[[], None], asyncio.Event], Awaitable[None]]


@dataclass
class Part:
    """One of the things that run: its name for people, and how to run it."""

    name: str
    run: Runner
    state: str = "waiting"
    reason: str = ""
    deaths: list[int] = field(default_factory=list)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None


class Supervisor:
    """Keeps parts running. `failed` holds the Failure that ends the whole, once there is one."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.parts: list[Part] = []
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._clock = clock

    async def start(self, name: str, run: Runner) -> None:
        """Run one more part and return when it can be used. Raises Failure with its reason when it cannot."""
        part = Part(name, run)
        self.parts.append(part)
        started = asyncio.Event()
        part.task = asyncio.create_task(self._keep(part, started), name=name)
        waiter = asyncio.create_task(_set(started))
        waiting: set[asyncio.Future[None]] = {waiter, self.failed}
        done, _ = await asyncio.wait(waiting, timeout=START_S, return_when=asyncio.FIRST_COMPLETED)
        waiter.cancel()
        if self.failed in done:
            self.failed.result()
        if not done:
            raise Failure(f"the {name} did not start within {START_S:.0f} s", word="not_started")

    async def stop(self) -> None:
        """Stop all parts, last started first; never raises, never takes longer than `STOP_S`."""
        end = self._clock() + STOP_S
        for part in reversed(self.parts):
            part.stop.set()
            if part.task:
                # Each later part keeps a fair share of the time that is left.
                waiting = sum(1 for other in self.parts if other.task and not other.task.done())
                await asyncio.wait({part.task}, timeout=max(0.1, (end - self._clock()) / max(1, waiting)))
        stuck = [part.task for part in self.parts if part.task and not part.task.done()]
        for task in stuck:
            task.cancel()
        if stuck:
            await asyncio.wait(stuck, timeout=0.5)

    async def _keep(self, part: Part, started: asyncio.Event) -> None:
        pause = Backoff(FIRST_PAUSE_MS, cap_ms=LONGEST_PAUSE_MS)
        while not part.stop.is_set():
            part.state = "starting"
            death = await self._run_once(part, started)
            if part.stop.is_set():
                break
            part.state, part.reason = "down", str(death)
            if not started.is_set() or self._too_often(part):
                self._give_up(part, death)
                return
            log.warning("part died", part=part.name, reason=part.reason)
            wait_ms = pause.next(random.random())  # noqa: S311 - spreads restarts, keeps no secret
            await _either(part.stop, wait_ms / 1000)
        part.state = "stopped"

    async def _run_once(self, part: Part, started: asyncio.Event) -> Failure:
        def usable() -> None:
            part.state = "up"
            started.set()

        try:
            await part.run(usable, part.stop)
        except asyncio.CancelledError:
            raise
        except Failure as error:
            return error
        except (Exception, SystemExit) as error:  # a part's death of any kind is ours to report
            log.debug("part died", part=part.name, exc_info=error)
            return Failure(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)
        return Failure("it ended by itself")

    def _too_often(self, part: Part) -> bool:
        now = round(self._clock() * 1000)
        part.deaths = [at for at in part.deaths if now - at < CALM_MS] + [now]
        return len(part.deaths) >= MAX_DEATHS

    def _give_up(self, part: Part, death: Failure) -> None:
        if not self.failed.done():
            word = "part_died" if death.word == "failed" else death.word
            self.failed.set_exception(Failure(f"the {part.name} died: {death}", death.code, word, death.hint))
            self.failed.exception()  # seen: a whole that is stopping anyway need not ask


async def _set(event: asyncio.Event) -> None:
    await event.wait()


async def _either(event: asyncio.Event, timeout_s: float) -> None:
    """Return when the event is set or the time is over."""
    try:
        await asyncio.wait_for(event.wait(), timeout_s)
    except TimeoutError:
        return
