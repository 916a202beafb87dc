"""Photos over the link: what part of what the air can carry arrives at the gateway, in packs and in file packets.

The whole chain over the virtual radio, firmware on CPython and on real MicroPython (see `link_radio`), at packet losses
of 0, 1 and 5 % and intervals of 15 and 50 ms; beside it the machines of both ends alone over the same air, without
Bluetooth stacks, disks or tasks (`link_ends`). The peer is MentraOS's file packets of 400 bytes, sent by the same
glasses to a gateway that says an older protocol: they fill two radio packets with 432 bytes, so they cannot come near
the limit.

The rate is that of the bytes between the first piece and the last at the gateway; what lies before the first one shows
in the time from press to whole. Time is counted by the air, so it does not matter how fast or busy this machine is; the
time from press to whole is measured in earnest too.
"""

import asyncio
import itertools
import logging
import statistics
import tempfile
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import structlog

from trifocal_firmware.testing import picture
from trifocal_gateway.receiver import WINDOW
from trifocal_tools import virtual_time
from trifocal_tools.bench import report
from trifocal_tools.bench.link_ends import Ends, make_air
from trifocal_tools.bench.link_radio import RadioHouse, radio_house
from trifocal_tools.failure import MISSING, Failure

MACHINES, CPYTHON, MICROPYTHON, K900 = "machines alone", "cpython", "micropython", "k900"
INTERVALS, LOSSES = (15, 50), (0, 1, 5)
PHOTO, SMALL = 300_000, 40_000
ROUNDS, QUICK_ROUNDS = 5, 1
PRESSES, QUICK_PRESSES = 10, 3
ABSENCES, QUICK_ABSENCES = 20, 5
OLD_PROTOCOL = 1

Setting = tuple[str, int, int]
T = TypeVar("T")


@dataclass
class Samples:
    """What was measured: kB/s by who sent it, interval and loss; ms from press to whole; bytes that went twice."""

    rates: dict[Setting, list[float]] = field(default_factory=dict)
    counted: list[float] = field(default_factory=list)
    earnest: list[float] = field(default_factory=list)
    resumed: list[float] = field(default_factory=list)
    twice: list[float] = field(default_factory=list)
    python: str = MICROPYTHON
    """The firmware's, where only one was asked; without MicroPython CPython."""


def run(quick: bool) -> dict[str, Any]:
    """Measure. Raises Failure when a photo does not arrive."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    found = Samples()
    rounds = QUICK_ROUNDS if quick else ROUNDS
    for seed, interval, loss in itertools.product(range(1, rounds + 1), INTERVALS, LOSSES):
        _note(found, (MACHINES, interval, loss), modelled(interval, loss, seed))
        for python in (CPYTHON, MICROPYTHON):
            if python == CPYTHON or found.python == MICROPYTHON:
                _note(found, (python, interval, loss), _try(found, python, air(interval, loss, seed)))
        old = air(interval, loss, seed) | {"protocol": OLD_PROTOCOL}
        _note(found, (K900, interval, loss), _counted(_rate, CPYTHON, **old))
    pressing = partial(presses, count=QUICK_PRESSES if quick else PRESSES)
    found.counted = _counted(pressing, found.python)
    found.earnest = asyncio.run(_housed(pressing, found.python))
    leaving = partial(absences, count=QUICK_ABSENCES if quick else ABSENCES)
    found.resumed, twice = _counted(leaving, found.python)
    found.twice.append(twice)
    return summed_up(found)


def modelled(interval_ms: int, loss_percent: int, seed: int) -> float:
    """Bytes a second of one photo between the machines of both ends. Raises Failure when it does not arrive."""
    ends = Ends(make_air(interval_ms, loss_percent, seed))
    ends.add_photo("r", picture(1, PHOTO))
    if not ends.run(lambda: bool(ends.stored)):
        raise Failure(f"a photo of {PHOTO} bytes did not arrive")
    return (PHOTO - 486) * 1_000 / (ends.last_piece_at - ends.first_piece_at)


def air(interval_ms: int, loss_percent: int, seed: int) -> dict[str, Any]:
    """The air of a `radio_house`."""
    return {"interval_ms": interval_ms, "loss": loss_percent / 100, "seed": seed}


async def presses(at: RadioHouse, count: int) -> list[float]:
    """Press so many times; ms until each photo lay whole and durable at the gateway."""
    loop, found = asyncio.get_running_loop(), []
    for _ in range(count):
        await at.settled()
        pressed = loop.time()
        at.press(SMALL)
        await at.spool.done.wait()
        found.append((loop.time() - pressed) * 1_000)
        await at.whole()
    return found


async def absences(at: RadioHouse, count: int, size: int = 200_000) -> tuple[list[float], float]:
    """Send one photo, and go out of range so many times on its way; how soon it went on each time in ms, and how many
    bytes went twice for each.
    """
    at.press(size)
    resumed = [await at.absence(size * number // (count + 1)) for number in range(1, count + 1)]
    await at.whole()
    return resumed, (at.wearer.sent - size) / count


def summed_up(found: Samples) -> dict[str, Any]:
    """The report of what was measured."""
    rows, aims = [], []
    best = make_air().most_per_second()
    for loss in LOSSES:
        limit = report.row(f"what the air carries, {loss} % lost", "kB/s", [best * (1 - loss / 100) / 1_000])
        rows.append(limit)
        for interval, who in itertools.product(INTERVALS, (MACHINES, CPYTHON, MICROPYTHON, K900)):
            rates = [rate / 1_000 for rate in found.rates.get((who, interval, loss), ())]
            if not rates:
                continue
            rows.append(report.row(f"{who}, {interval} ms, {loss} % lost", "kB/s", rates, to=limit))
            if who != K900:
                share = min(rates) * 1_000 / best / (1 - loss / 100)
                name = f"share of the limit, {who}, {interval} ms, {loss} % lost"
                aims.append(report.at_least(name, share, 0.95 if loss == 0 else 0.94))
    rows += [
        report.row(f"press to whole, 40 kB, {found.python}, time counted", "ms", found.counted),
        report.row(f"press to whole, 40 kB, {found.python}, in earnest", "ms", found.earnest),
        report.row("in range again to bytes", "ms", found.resumed),
        report.row("sent twice for each absence", "bytes", found.twice),
    ]
    aims += [
        report.at_most("press to whole, 40 kB, time counted, ms", statistics.median(found.counted), 320),
        report.at_most("press to whole, 40 kB, in earnest, ms", statistics.median(found.earnest), 320),
        report.at_most("in range again to resumed, ms", statistics.median(found.resumed), 250),
        report.at_most("bytes sent twice for each absence (one window)", max(found.twice), WINDOW),
    ]
    return report.result("link", rows, aims)


async def _rate(at: RadioHouse) -> float:
    return await at.rate(PHOTO)


def _note(found: Samples, setting: Setting, rate: float | None) -> None:
    if rate is not None:
        found.rates.setdefault(setting, []).append(rate)


def _try(found: Samples, python: str, air: dict[str, Any]) -> float | None:
    try:
        return _counted(_rate, python, **air)
    except Failure as failure:
        if failure.code != MISSING:
            raise
        found.python = CPYTHON
        return None


def _counted(measure: Callable[[RadioHouse], Coroutine[Any, Any, T]], python: str, **air: Any) -> T:
    """Measure in time that is counted; `air` as `radio_house` takes it."""
    return virtual_time.run(lambda: _housed(measure, python, **air))


async def _housed(measure: Callable[[RadioHouse], Coroutine[Any, Any, T]], python: str, **air: Any) -> T:
    with tempfile.TemporaryDirectory() as scratch:
        async with radio_house(Path(scratch), python, **air) as at:
            return await measure(at)
