"""Photos over the link: what part of what the air can carry arrives at the gateway, in packs and in file packets.

Both profiles in turns over the same model of the air (2M PHY, data length extension), at packet losses of 0, 1 and 5 %
and intervals of 15 and 50 ms. The peer is MentraOS's file packets of 400 bytes, sent by the same glasses to a gateway
that says an older protocol: they fill two radio packets with 432 bytes, so they cannot come near the limit.

The rate is that of the bytes between the first piece and the last at the gateway; what lies before the first one shows
in the time from press to durable. The radio stacks themselves are not part of this: the air is a model.
"""

import asyncio
import itertools
import logging
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from trifocal_shared.messages import PROTOCOL_VERSION
from trifocal_tools.bench import report
from trifocal_tools.bench.air import LIMIT, Air
from trifocal_tools.bench.link_house import House, glasses, house
from trifocal_tools.failure import MISSING, Failure
from trifocal_tools.sim.firmware_host import FirmwareHost

PROFILES = {"packs": PROTOCOL_VERSION, "k900": 1}
INTERVALS, LOSSES = (15, 50), (0, 1, 5)
PHOTO, SMALL = 300_000, 40_000
ROUNDS, QUICK_ROUNDS = 5, 1
PRESSES, QUICK_PRESSES = 20, 5
ABSENCES, QUICK_ABSENCES = 10, 3

Setting = tuple[str, int, int]


@dataclass
class Samples:
    """What was measured: kB/s by setting, ms by profile, bytes that went twice."""

    rates: dict[Setting, list[float]] = field(default_factory=dict)
    presses: dict[str, list[float]] = field(default_factory=dict)
    resumed: list[float] = field(default_factory=list)
    twice: list[float] = field(default_factory=list)
    python: str = "cpython"


def run(quick: bool) -> dict[str, Any]:
    """Measure in real time. Raises Failure when a photo does not arrive."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory() as scratch:
        found = asyncio.run(_measure(Path(scratch), quick))
    return summed_up(found)


async def _measure(folder: Path, quick: bool) -> Samples:
    try:
        return await _on("micropython", folder, quick)
    except Failure as failure:
        if failure.code != MISSING:
            raise
        return await _on("cpython", folder, quick)


async def _on(python: str, folder: Path, quick: bool) -> Samples:
    found = Samples(python=python)
    flash = folder / python
    flash.mkdir()
    async with glasses(flash, python) as pair:
        for number in range(QUICK_ROUNDS if quick else ROUNDS):
            for interval, loss, profile in itertools.product(INTERVALS, LOSSES, PROFILES):
                air = Air(interval, loss, seed=number + 1)
                async with house(_fresh(folder), pair, air, PROFILES[profile]) as at:
                    rate = await _rate(at)
                found.rates.setdefault((profile, interval, loss), []).append(rate)
        for profile in PROFILES:
            await _presses(folder, pair, profile, QUICK_PRESSES if quick else PRESSES, found)
        async with house(_fresh(folder), pair, Air(15), PROFILES["packs"]) as at:
            await absences(at, PHOTO, QUICK_ABSENCES if quick else ABSENCES, found)
    return found


async def _rate(at: House) -> float:
    await at.begin(PHOTO)
    await at.whole()
    return (PHOTO - at.spool.first) / (at.spool.whole - at.spool.began) / 1_000


async def _presses(folder: Path, pair: tuple[FirmwareHost, Any], profile: str, count: int, found: Samples) -> None:
    async with house(_fresh(folder), pair, Air(15), PROFILES[profile]) as at:
        for _ in range(count):
            pressed = await at.begin(SMALL)
            await at.whole()
            found.presses.setdefault(profile, []).append((at.spool.durable - pressed) * 1_000)


async def absences(at: House, size: int, count: int, found: Samples) -> None:
    """Send one photo, and go out of range so many times on its way; notes how soon it went on, and what went twice."""
    await at.begin(size)
    for number in range(1, count + 1):
        while at.spool.written < size * number // (count + 1):
            at.spool.wrote.clear()
            await at.spool.wrote.wait()
        at.radio.leave()
        await at.radio.sought.wait()
        at.spool.wrote.clear()
        back = time.perf_counter()
        at.radio.come_back()
        await at.spool.wrote.wait()
        found.resumed.append((time.perf_counter() - back) * 1_000)
    await at.whole()
    found.twice.append((at.wearer.sent - size) / count)


def summed_up(found: Samples) -> dict[str, Any]:
    """The report of what was measured."""
    rows, aims = [], []
    for loss in LOSSES:
        share = 1 - loss / 100
        limit = report.row(f"what the air carries, {loss} % lost", "kB/s", [LIMIT * share / 1_000])
        rows.append(limit)
        for interval, profile in itertools.product(INTERVALS, PROFILES):
            rates = found.rates[profile, interval, loss]
            row = report.row(f"{profile}, {interval} ms, {loss} % lost", "kB/s", rates, to=limit)
            rows.append(row)
            if profile == "packs":
                bound = 0.95 if loss == 0 else 0.94
                value = statistics.median(rates) * 1_000 / LIMIT / share
                aims.append(report.at_least(f"share of the limit, {interval} ms, {loss} % lost", value, bound))
    for profile, presses in found.presses.items():
        rows.append(report.row(f"press to durable, 40 kB, {profile} on {found.python}", "ms", presses))
    rows.append(report.row("in range again to bytes", "ms", found.resumed))
    rows.append(report.row("sent twice for each absence", "bytes", found.twice))
    window = 2 * 15 * int(LIMIT) // 1_000 + 8 * 486
    aims += [
        report.at_most("press to whole, 40 kB, ms", statistics.median(found.presses["packs"]), 320),
        report.at_most("in range again to resumed, ms", statistics.median(found.resumed), 250),
        report.at_most("bytes sent twice for each absence (one window)", max(found.twice), window),
    ]
    return report.result("link", rows, aims)


def _fresh(folder: Path) -> Path:
    return Path(tempfile.mkdtemp(dir=folder))
