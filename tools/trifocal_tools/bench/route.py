"""From a press to the app that listens for it: our whole cloud beside the same relay on Node's `ws` and on FastAPI.

Ours is `trifocal cloud` as it is run: users with tokens, one app registered and started for each over its webhook,
subscribed on `/app-ws`; only the limits on how fast somebody may press are lifted. Node's peer relays and does nothing
else; FastAPI's takes the same steps with a press as our cloud, as its manual teaches them (`peers/fastapi_relay.py`).
The last one is no server but a limit: what sockets and epoll alone cost a Python process.

Each window of some tenths of a second has every pair of gateway and app press as often as it can, one press on its way
each; the windows of all servers take turns. On a machine that others use too the processor time of a message and the
ratios between windows of one round are to be trusted, milliseconds less. A server waits for nothing in these figures
but the load generator, so latency at many pairs is the length of a queue: the same load on a faster server is shorter.
With one pair every message wakes both processes, and that is most of what is measured there: aims begin at a hundred.
"""

import contextlib
import itertools
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trifocal_tools.bench import report
from trifocal_tools.bench.route_servers import (
    FASTAPI,
    FLOOR,
    NODE,
    OURS,
    LoadProcess,
    Server,
    check_machine,
    loading,
    running,
)

NAMES = (NODE, OURS, FASTAPI, FLOOR)
WARM_UP_S = 0.4


@dataclass(frozen=True)
class Stage:
    """So many pairs, measured in windows of so many seconds, in rounds for as long as this and at least LEAST times."""

    pairs: int
    window_s: float
    whole_s: float

    @property
    def place(self) -> str:
        """Like "100 pairs"."""
        return f"{self.pairs:,} pair{'s' if self.pairs > 1 else ''}"


LEAST = 3
STAGES = (Stage(1, 0.2, 20), Stage(100, 0.2, 80), Stage(1000, 0.4, 60))
QUICK_STAGES = (Stage(1, 0.2, 2), Stage(100, 0.2, 7), Stage(1000, 0.4, 3))

MEASURES = {
    "cpu_us": ("CPU per message", "µs"),
    "rate": ("messages", "1/s"),
    "p50_us": ("p50", "µs"),
    "p99_us": ("p99", "µs"),
}

NODE_AIM = 0.75
FASTAPI_AIM = 4.0

Samples = dict[str, dict[str, list[float]]]
"""By server and measure, one value a round."""


def run(quick: bool) -> dict[str, Any]:
    """Measure all, and hold it against the aims. Raises Failure(MISSING): no Node.js, or not Linux."""
    check_machine()
    with started(NAMES) as servers:
        measured = {stage: staged(servers, stage) for stage in (QUICK_STAGES if quick else STAGES)}
    return summed_up(measured)


@contextlib.contextmanager
def started(names: tuple[str, ...]) -> Iterator[dict[str, tuple[Server, LoadProcess]]]:
    """These servers, each with a load generator of its own."""
    with tempfile.TemporaryDirectory(prefix="trifocal-bench-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        servers = {name: stack.enter_context(running(name, folder)) for name in names}
        yield {name: (server, stack.enter_context(loading(server.target, folder))) for name, server in servers.items()}


def staged(servers: dict[str, tuple[Server, LoadProcess]], stage: Stage) -> Samples:
    """One stage of all servers, in turns; who begins changes with each round."""
    for server, load in servers.values():
        load.tell(open=stage.pairs)
        window(server, load, WARM_UP_S)
    found: Samples = {name: defaultdict(list) for name in servers}
    names = list(servers)
    end = time.monotonic() + stage.whole_s
    for number in itertools.count():
        if number >= LEAST and time.monotonic() > end:
            break
        first = number % len(names)
        for name in names[first:] + names[:first]:
            for measure, value in window(*servers[name], stage.window_s).items():
                found[name][measure].append(value)
    return found


def window(server: Server, load: LoadProcess, seconds: float) -> dict[str, float]:
    """One window: what each message cost the server, and how fast messages went."""
    before = server.cpu_s()
    heard = load.tell(run=seconds)
    spent = server.cpu_s() - before
    return {
        "cpu_us": spent / heard["messages"] * 1e6,
        "rate": heard["messages"] / heard["seconds"],
        "p50_us": heard["p50_us"],
        "p99_us": heard["p99_us"],
    }


def summed_up(measured: dict[Stage, Samples]) -> dict[str, Any]:
    """The report: at each number of pairs every measure of every server beside Node's."""
    rows = []
    aims = []
    for stage, found in measured.items():
        for measure, (title, unit) in MEASURES.items():
            base = found[NODE][measure]
            node = report.row(f"{title}, {stage.place}: {NODE}", unit, base)
            rows.append(node)
            for name in NAMES[1:]:
                samples = found[name][measure]
                rows.append(report.row(f"{title}, {stage.place}: {name}", unit, samples, node, base))
        aims += judged(stage, found) if stage.pairs > 1 else []
    return report.result("route", rows, aims)


def judged(stage: Stage, found: Samples) -> list[dict[str, Any]]:
    """The aims at this number of pairs; a ratio is the median of the rounds' ratios."""

    def ratio(measure: str, name: str, to: str) -> float:
        return statistics.median(report.ratios(found[name][measure], found[to][measure]))

    at = f"at {stage.place}"
    return [
        report.at_most(f"CPU per message, ours / {NODE}, {at}", ratio("cpu_us", OURS, NODE), NODE_AIM),
        report.at_least(f"CPU per message, {FASTAPI} / ours, {at}", ratio("cpu_us", FASTAPI, OURS), FASTAPI_AIM),
        report.at_most(f"p99, ours / {NODE}, {at}", ratio("p99_us", OURS, NODE), 1.0),
    ]
