"""Carries things over the air in the loop's time: each arrives when the air has brought it; none overtakes another."""

import asyncio
from collections import deque
from collections.abc import Callable

from trifocal_tools.radio.air import Air

ROUNDING_S = 1e-6


class Carrier:
    """Both ways of one connection. Without `air` it takes no time."""

    def __init__(self, air: Air | None) -> None:
        self.air = air
        self.latency_s = 0.0
        """How much later things arrive than the air alone would have it."""
        self.under_way = 0
        """How many things have not arrived yet."""
        self._tick: asyncio.TimerHandle | None = None
        # What is over the air and still late, each way: timers of the same moment would not keep their order.
        self._late: tuple[deque[tuple[float, Callable[[], object]]], ...] = (deque(), deque())
        self._wait: list[asyncio.TimerHandle | None] = [None, None]

    def carry(self, to_central: bool, size: int, arrive: Callable[[], object]) -> None:
        """A packet of `size` bytes on its way; `arrive` when it is there."""
        self.under_way += 1
        if self.air is None:
            self._deliver(to_central, arrive)
        else:
            self.air.send(to_central, size, arrive, now_us())
            self._go_on(self.air)

    def cut(self) -> None:
        """The connection is gone, and what was under way with it."""
        for timer in (self._tick, *self._wait):
            if timer:
                timer.cancel()
        self._tick, self._wait = None, [None, None]
        for late in self._late:
            late.clear()
        self.under_way = 0
        if self.air:
            self.air.cut()

    def _go_on(self, air: Air) -> None:
        for arrived in air.events():
            assert callable(arrived.item)
            self._deliver(arrived.to_central, arrived.item)
        if self._tick:
            self._tick.cancel()
        at = air.deadline()
        loop = asyncio.get_running_loop()
        self._tick = None if at is None else loop.call_at(at / 1_000_000, self._ticked, air, at)

    def _ticked(self, air: Air, at: int) -> None:
        self._tick = None
        air.timeout(max(at, now_us()))
        self._go_on(air)

    def _deliver(self, to_central: bool, arrive: Callable[[], object]) -> None:
        late = self._late[to_central]
        at = asyncio.get_running_loop().time() + self.latency_s
        late.append((max(at, late[-1][0]) if late else at, arrive))
        if len(late) == 1:
            self._arrive(to_central)

    def _arrive(self, to_central: bool) -> None:
        late, loop = self._late[to_central], asyncio.get_running_loop()
        self._wait[to_central] = None
        while late and late[0][0] <= loop.time() + ROUNDING_S:
            arrive = late.popleft()[1]
            self.under_way -= 1
            arrive()
        if late and self._wait[to_central] is None:
            self._wait[to_central] = loop.call_at(late[0][0], self._arrive, to_central)


def now_us() -> int:
    """The loop's time in microseconds."""
    return int(asyncio.get_running_loop().time() * 1_000_000)
