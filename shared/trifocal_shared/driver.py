"""Feeds time to one machine: sleeps until its deadline, tells it that the moment has come, drains it.

For CPython and MicroPython. The only asyncio on this floor. Inputs other than time are fed by whoever has them, who
then calls `poke`.
"""

import asyncio

LONGEST_SLEEP_MS = 3_600_000
"""A machine without a deadline is looked at each hour, so that a device's clock sees its ticks wrap."""


class Driver:
    """Owns the timer of one `machine` (`deadline()`, `timeout(now)`); `drain` is called after everything it is told."""

    def __init__(self, machine, clock, drain) -> None:  # type: ignore[no-untyped-def]
        self._machine = machine
        self._clock = clock
        self._drain = drain
        self._wake = asyncio.Event()
        self._armed: int | None = None

    def poke(self) -> None:
        """An input was fed from outside: drain now, and wake earlier if the machine wants that."""
        self._drain()
        deadline = self._machine.deadline()
        if deadline is not None and (self._armed is None or deadline < self._armed):
            self._wake.set()

    async def run(self) -> None:
        """Serve the machine until cancelled. What it raises is a bug and surfaces here."""
        while True:
            now = self._clock.now()
            deadline = self._machine.deadline()
            if deadline is not None and deadline <= now:
                self._machine.timeout(now)
                self._drain()
                deadline = self._machine.deadline()
            self._wake.clear()
            self._armed = deadline
            await self._sleep(LONGEST_SLEEP_MS if deadline is None else deadline - now)

    async def _sleep(self, wait_ms: int) -> None:
        # At least 1 ms: a machine that stays overdue must not starve the loop.
        wait_ms = max(1, min(wait_ms, LONGEST_SLEEP_MS))
        try:
            await asyncio.wait_for(self._wake.wait(), wait_ms / 1000)
        except asyncio.TimeoutError:
            pass
        if _is_cancelled():
            raise asyncio.CancelledError


def _is_cancelled() -> bool:
    """Whether this task was cancelled: CPython 3.11's `wait_for` swallows that when the event comes with it."""
    current = getattr(asyncio, "current_task", None)
    cancelling = getattr(current(), "cancelling", None) if current else None
    return cancelling is not None and cancelling() > 0
