"""Keep-alives of very many streams: our tracker beside two timers of asyncio for each stream.

Both sides do the same work: each stream is asked every period, 99 of 100 answer after 100 ms, and an answer that does
not come in time is counted. Ours is `StreamTracker`, woken by one timer; the peer is what one writes first, one
`call_later` for the next question and one for the answer's deadline, which the answer cancels. The period is a quarter
of the real one, so processor time is four times what it would be; shares of a core are given for 15 s.

A stall is how much later than asked for a timer of 5 ms comes: how long everybody else in the process waits at worst.
"""

import asyncio
import gc
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from trifocal_cloud.stream_events import KeepAlive
from trifocal_cloud.stream_tracker import TICK_MS, StreamTracker
from trifocal_tools.bench import report

OURS, PEER = "StreamTracker", "call_later each"
PERIOD_S = 3.75
REAL_PERIOD_S = 15.0
ANSWER_TICKS = 2
SILENT_OF = 100
"""One of so many never answers."""

COUNTS = (10_000, 100_000)
CPU_AIM, SHARE_AIM, STALL_AIM = 10.0, 0.5, 20.0


@dataclass(frozen=True)
class Measured:
    """One run: processor time of a question with all that belongs to it, and the longest stall."""

    cpu_us: float
    stall_ms: float

    def share(self, count: int) -> float:
        """Percent of a core for so many streams at the real period."""
        return self.cpu_us * count / REAL_PERIOD_S / 1e4


def run(quick: bool) -> dict[str, Any]:
    """Measure both in turns."""
    rows, aims = [], []
    for count in COUNTS:
        found: dict[str, list[Measured]] = {OURS: [], PEER: []}
        for number in range(1 if quick else 3):
            for name in (OURS, PEER) if number % 2 == 0 else (PEER, OURS):
                found[name].append(asyncio.run(measured(SIDES[name], count)))
        ours, peer = found[OURS], found[PEER]
        cpu = [[one.cpu_us for one in side] for side in (peer, ours)]
        base = report.row(f"CPU per keep-alive, {count:,} streams: {PEER}", "µs", cpu[0])
        share = [one.share(count) for one in ours]
        rows += [
            base,
            report.row(f"CPU per keep-alive, {count:,} streams: {OURS}", "µs", cpu[1], base, cpu[0]),
            report.row(f"share of a core, {count:,} streams: {PEER}", "%", [one.share(count) for one in peer]),
            report.row(f"share of a core, {count:,} streams: {OURS}", "%", share),
            report.row(f"worst stall, {count:,} streams: {PEER}", "ms", [one.stall_ms for one in peer]),
            report.row(f"worst stall, {count:,} streams: {OURS}", "ms", [one.stall_ms for one in ours]),
        ]
        less = sorted(report.ratios(*cpu))[len(ours) // 2]
        aims.append(report.at_least(f"CPU, {PEER} / ours, at {count:,} streams", less, CPU_AIM))
        if count == COUNTS[0]:
            aims.append(report.at_most(f"share of a core at {count:,} streams, %", rows[-3]["median"], SHARE_AIM))
        aims.append(report.at_most(f"worst stall at {count:,} streams, ms", rows[-1]["median"], STALL_AIM))
    return report.result("streams", rows, aims)


async def measured(side: Callable[[int], Awaitable[Callable[[], int]]], count: int) -> Measured:
    """Bring up so many streams during one period; the next is for processor time, and one more for stalls."""
    gc.collect()
    gc.freeze()
    asked = await side(count)
    await asyncio.sleep(PERIOD_S)
    before, cpu = asked(), time.process_time()
    await asyncio.sleep(PERIOD_S)
    spent, said = time.process_time() - cpu, asked() - before
    worst = await _worst_stall(PERIOD_S)
    for task in _running:
        task.cancel()
    _running.clear()
    gc.unfreeze()
    return Measured(spent / max(1, said) * 1e6, worst)


async def _worst_stall(seconds: float) -> float:
    worst, end = 0.0, time.monotonic() + seconds
    while (now := time.monotonic()) < end:
        await asyncio.sleep(0.005)
        worst = max(worst, time.monotonic() - now - 0.005)
    return worst * 1000


def _groups(count: int) -> list[list[int]]:
    """The streams, by the tick of the first period in which they begin."""
    ticks = int(PERIOD_S * 1000 / TICK_MS)
    return [list(range(tick, count, ticks)) for tick in range(ticks)]


async def ours(count: int) -> Callable[[], int]:
    """Our tracker, with answers that come two ticks later."""
    tracker = StreamTracker(int(PERIOD_S * 1000))
    silent = {str(number) for number in range(0, count, SILENT_OF)}
    began = time.monotonic()
    asked = 0

    def now() -> int:
        return int((time.monotonic() - began) * 1000)

    async def work() -> None:
        nonlocal asked
        flying: deque[list[KeepAlive]] = deque()
        groups = deque(_groups(count))
        while True:
            at = now()
            for number in groups.popleft() if groups else ():
                tracker.track(str(number), at)
            deadline = tracker.deadline()
            if deadline is not None and deadline <= at:
                tracker.timeout(at)
            words = [event for event in tracker.events() if type(event) is KeepAlive]
            asked += len(words)
            flying.append(words)
            if len(flying) > ANSWER_TICKS:
                for word in flying.popleft():
                    if word.stream_id not in silent:
                        tracker.acked(word.stream_id, word.ack_id, at)
            await asyncio.sleep(TICK_MS / 1000)

    _running.append(asyncio.create_task(work()))
    await asyncio.sleep(0)
    return lambda: asked


class _Timed:
    """One stream with timers of its own."""

    __slots__ = ("deadline", "missed", "number", "said")

    def __init__(self, number: int, said: list["_Timed"]) -> None:
        self.number = number
        self.said = said
        self.missed = 0
        self.deadline: asyncio.TimerHandle | None = None

    def ask(self) -> None:
        loop = asyncio.get_running_loop()
        self.said.append(self)
        self.deadline = loop.call_later(PERIOD_S / 3, self.miss)
        loop.call_later(PERIOD_S, self.ask)

    def miss(self) -> None:
        self.missed += 1

    def acked(self) -> None:
        if self.deadline is not None:
            self.deadline.cancel()
        self.missed = 0


async def peer(count: int) -> Callable[[], int]:
    """Two timers for each stream."""
    said: list[_Timed] = []
    asked = 0

    async def work() -> None:
        nonlocal asked
        flying: deque[list[_Timed]] = deque()
        groups = deque(_groups(count))
        while True:
            for number in groups.popleft() if groups else ():
                _Timed(number, said).ask()
            words = said[:]
            said.clear()
            asked += len(words)
            flying.append(words)
            if len(flying) > ANSWER_TICKS:
                for stream in flying.popleft():
                    if stream.number % SILENT_OF:
                        stream.acked()
            await asyncio.sleep(TICK_MS / 1000)

    _running.append(asyncio.create_task(work()))
    await asyncio.sleep(0)
    return lambda: asked


_running: list[asyncio.Task[None]] = []
"""A task that nobody holds may be collected."""

SIDES: dict[str, Callable[[int], Awaitable[Callable[[], int]]]] = {OURS: ours, PEER: peer}
