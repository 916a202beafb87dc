"""The upload queue's journal beside TinyDB's JSONStorage and sqlite3, and what `kill -9` leaves of a queue.

Everything is measured in turns, in one run: what the disk does at that moment concerns all alike. An operation is
durable when it returns, in all three.

A *start* is a gateway's: all stores are opened anew, with so many photos waiting, and do the work of some hundred
photos. In that time sqlite3 lengthens its log, so that each sync must write the file's size too; our journal lies in
room made beforehand. Once sqlite3 has gone through its log (1,000 pages) it writes over it and has no such cost: that
is measured too, and named.
"""

import asyncio
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from trifocal_gateway.io.journal import JournalDB, JournalStorage
from trifocal_tools.bench import kills, queue_kills, queue_start, report
from trifocal_tools.bench.queue_stores import OURS, SQLITE, STOCK, Kept, Store, row

SIZES = (100, 1_000, 10_000)
VERBS = ("insert", "update", "remove")
PRODUCERS = 64
MANY = 100_000
"""Photos that wait when a gateway starts after weeks without a cloud."""

QUICK_S, FULL_S = 20.0, 120.0
"""How long the stores are measured after starts; the rest takes some seconds more."""

TURNS = 20
"""So many photos ours and sqlite3 pass for one that stock TinyDB passes, which takes hundreds of times as long."""

ROUNDS_PER_START = 5
LATE_PHOTOS = 600
"""Photos that sqlite3 has passed when its log has surely been gone through."""

GROUP_ROUNDS, QUICK_GROUP_ROUNDS = 60, 20

Samples = dict[tuple[str, int], list[float]]


def run(quick: bool) -> dict[str, Any]:
    """Measure all, and hold it against the aims."""
    with scratch() as folder:
        kept = {size: Kept(folder, size) for size in SIZES}
        try:
            whole, parts = after_starts(kept, QUICK_S if quick else FULL_S)
            late = long_after_start(kept[SIZES[-1]], 100 if quick else LATE_PHOTOS)
        finally:
            for stores in kept.values():
                stores.close()
        alone, together = asyncio.run(
            group_commit(folder / "group.json", QUICK_GROUP_ROUNDS if quick else GROUP_ROUNDS)
        )
        # To lay out so many files takes longer than a quick run may.
        starts = [] if quick else many_started(folder / "gateway")
    found = summed_up(whole, {} if quick else parts, late, (alone, together))
    return with_starts(found, starts) if starts else found


def many_started(folder: Path) -> list[tuple[float, float]]:
    """Seconds and megabytes of some starts with very many entries."""
    queue_start.laid(folder, MANY)
    return [queue_start.started(folder) for _ in range(5)]


def with_starts(found: dict[str, Any], starts: list[tuple[float, float]]) -> dict[str, Any]:
    """The report, with those too."""
    seconds, megabytes = [one for one, _ in starts], [one for _, one in starts]
    found["rows"] += [
        report.row(f"start with {MANY:,} entries", "s", seconds),
        report.row(f"memory after it, with {MANY:,} entries", "MB", megabytes),
    ]
    found["aims"] += [
        report.at_most(f"seconds to start with {MANY:,} entries", statistics.median(seconds), 2),
        report.at_most(f"MB of memory with {MANY:,} entries", statistics.median(megabytes), 150),
    ]
    return found


def kill(quick: bool) -> dict[str, Any]:
    """Kill a queue's process, then a gateway and a cloud at work, at random instants, and count what is left."""
    times, presses = (25, 0) if quick else (200, 50)
    with scratch() as folder:
        ours = queue_kills.killed(queue_kills.JOURNAL, folder, times)
        stock = queue_kills.killed(queue_kills.STOCK, folder, times)
        parts = [
            kills.kill_run(victim, times, presses, folder / victim) for victim in ("gateway", "cloud") if not quick
        ]
    rows = [
        report.row(f"{name}, {times} kills: {what}", "kills", [float(count)])
        for name, found in ((OURS, ours), (STOCK, stock))
        for what, count in found.items()
    ]
    rows += [report.row(name, unit, [value]) for name, unit, value in kills.outcome_rows(parts)]
    harm = sum(value for _, _, value in kills.outcome_rows(parts))
    aims = [report.at_most("queues of ours that lost or forged anything", sum(ours.values()), 0)]
    if parts:
        aims.append(report.at_most("photos lost, doubled or corrupt while gateway or cloud were killed", harm, 0))
    return report.result("queue --kill", rows, aims)


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder on a real disk: /tmp may be memory, where a sync costs nothing."""
    lasting = Path("/var/tmp")  # noqa: S108 - what is made there has a name of its own and goes again
    with tempfile.TemporaryDirectory(prefix="trifocal-bench-", dir=lasting if lasting.is_dir() else None) as name:
        yield Path(name)


def after_starts(kept: dict[int, Kept], seconds: float) -> tuple[Samples, dict[str, Samples]]:
    """Microseconds per operation, by store and size: of all three verbs together, and of each alone."""
    whole: Samples = defaultdict(list)
    parts: dict[str, Samples] = {verb: defaultdict(list) for verb in VERBS}
    end = time.monotonic() + seconds
    while not whole or time.monotonic() < end:
        for stores in kept.values():
            stores.open()
        for turn in range(ROUNDS_PER_START * TURNS):
            for size, stores in kept.items():
                for name, store in stores.stores.items():
                    if name != STOCK or turn % TURNS == 0:
                        spent = photo_passed(store)
                        whole[name, size].append(statistics.fmean(spent))
                        for verb, us in zip(VERBS, spent, strict=True):
                            parts[verb][name, size].append(us)
    return whole, parts


def long_after_start(kept: Kept, photos: int) -> Samples:
    """Microseconds per operation when sqlite3 has gone through its log and writes over it."""
    late: Samples = defaultdict(list)
    kept.open()
    for number in range(LATE_PHOTOS + photos):
        for name in (OURS, SQLITE):
            us = statistics.fmean(photo_passed(kept.stores[name]))
            if number >= LATE_PHOTOS:
                late[name, SIZES[-1]].append(us)
    return late


def photo_passed(store: Store) -> list[float]:
    """One photo comes, the oldest is worked on and goes: microseconds of each."""
    photo = row(time.monotonic_ns())
    return [_timed(partial(store.insert, photo)), _timed(store.update), _timed(store.remove)]


def _timed(call: Callable[[], None]) -> float:
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1e6


async def group_commit(path: Path, rounds: int) -> tuple[list[float], list[float]]:
    """Durable inserts per second of one producer, and of many who share their syncs."""
    with JournalDB(path) as database:
        storage = database.storage
        assert isinstance(storage, JournalStorage)

        photo = row(1)

        async def produce(count: int) -> None:
            for _ in range(count):
                await storage.durably(partial(database.insert, photo))

        async def rate(producers: int, each: int) -> float:
            started = time.perf_counter()
            await asyncio.gather(*[produce(each) for _ in range(producers)])
            return producers * each / (time.perf_counter() - started)

        await rate(PRODUCERS, 5)
        alone, together = [], []
        for _ in range(rounds):
            alone.append(await rate(1, 25))
            together.append(await rate(PRODUCERS, 10))
    return alone, together


def summed_up(
    whole: Samples, parts: dict[str, Samples], late: Samples, group: tuple[list[float], list[float]]
) -> dict[str, Any]:
    """The report. `parts` may be empty."""
    largest = SIZES[-1]
    rows = []
    for verb, samples in {"operation": whole, **parts}.items():
        for size in SIZES:
            rows += beside(f"{verb} at {size:,}", samples, size, (SQLITE, STOCK))
    rows += beside(f"{LATE_PHOTOS}+ photos after the start, at {largest:,}", late, largest, (SQLITE,))
    one = report.row("1 producer", "durable inserts/s", group[0])
    rows += [one, report.row(f"{PRODUCERS} producers, group commit", "durable inserts/s", group[1], to=one)]
    cost = {key: statistics.median(found) for key, found in whole.items()}
    ours = cost[OURS, largest]
    aims = [
        report.at_least("times as fast as TinyDB's JSONStorage at 10,000", cost[STOCK, largest] / ours, 150),
        report.at_least(
            "times as fast as sqlite3 WAL FULL at 10,000, after a start", cost[SQLITE, largest] / ours, 1.3
        ),
        report.at_most("cost at 10,000 / cost at 100", ours / cost[OURS, SIZES[0]], 1.25),
        report.at_least("64 producers / 1 producer", statistics.median(group[1]) / statistics.median(group[0]), 8),
    ]
    return report.result("queue", rows, aims)


def beside(what: str, samples: Samples, size: int, others: tuple[str, ...]) -> list[dict[str, Any]]:
    """Our row and those of others, with their ratio to ours."""
    ours = report.row(f"{what}: {OURS}", "µs", samples[OURS, size])
    return [ours, *[report.row(f"{what}: {name}", "µs", samples[name, size], to=ours) for name in others]]
