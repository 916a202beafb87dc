"""From the button to the gallery on one machine: how long, and what it is made of.

Ours is a real press: button, firmware, link, gateway, cloud and back, with every fsync on the way. The floor beside it
is one bare HTTP upload of the same bytes to the same cloud: what remains without glasses and gateway.
"""

import hashlib
import itertools
import json
import statistics
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from trifocal_tools.bench import report
from trifocal_tools.bench.fresh import fresh_up
from trifocal_tools.client import Client
from trifocal_tools.failure import Failure
from trifocal_tools.settings import Endpoint

ROUNDS = 100
QUICK_ROUNDS = 20
WARM_UP = 3
PRESS_S = 20.0

REST_S = 0.25
"""Between presses, as between a person's: what follows a stored photo (thumbnail, end on the glasses) is over."""

AIM_MS = 300
"""Median press to gallery on one machine, with every fsync on the way."""


@dataclass
class Samples:
    """What was measured, in ms."""

    at_rest: list[float] = field(default_factory=list)
    in_a_row: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    steps: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))


def run(quick: bool) -> dict[str, Any]:
    """Press and upload in turns against a freshly started `up`. Raises Failure when a press does not arrive."""
    rounds = QUICK_ROUNDS if quick else ROUNDS
    with fresh_up() as said, Client(Endpoint(said["cloud"], said["token"])) as client:
        for _ in range(WARM_UP):
            state = pressed(client)[1]
        data = client.photo_bytes(state["photoUrl"])
        found = Samples()
        for number in range(rounds):
            time.sleep(REST_S)
            ms, state = pressed(client)
            found.at_rest.append(ms)
            for name, part in durations(state["steps"], ms):
                found.steps[name].append(part)
            time.sleep(REST_S)
            found.bare.append(_uploaded(client, number, data))
        found.in_a_row = [pressed(client)[0] for _ in range(rounds)]
    return summed_up(found, len(data))


def pressed(client: Client) -> tuple[float, dict[str, Any]]:
    """How many ms one press took into the gallery, and its state there. Raises Failure when it does not get there."""
    started = time.perf_counter()
    press_id = str(client.tell_glasses("press", "photo")["pressId"])
    state = client.follow(press_id, PRESS_S)
    if state.get("status") != "stored":
        raise Failure(f"press {press_id} ended as {state.get('status')}: {state.get('reason')}")
    return (time.perf_counter() - started) * 1000, state


def durations(steps: list[dict[str, Any]], whole_ms: float) -> list[tuple[str, float]]:
    """How long each step took since the one before, in the order of time, and what lay before and after them all."""
    ordered = sorted(steps, key=lambda step: int(step["at"]))
    found = [
        (f"{step['source']} {step['step']}", float(step["at"] - before["at"]))
        for before, step in itertools.pairwise(ordered)
    ]
    return [*found, ("the asking itself", whole_ms - sum(ms for _, ms in found))]


def summed_up(found: Samples, size: int) -> dict[str, Any]:
    """The report: ours, step by step, and the floor."""
    floor = report.row(f"bare upload, {size / 1000:.0f} kB", "ms", found.bare)
    ours = report.row("press to gallery", "ms", found.at_rest, to=floor)
    parts = [report.row(f"  {name}", "ms", ms) for name, ms in found.steps.items()]
    hurried = report.row("press to gallery, in a row", "ms", found.in_a_row, to=ours)
    aim = report.at_most("median press to gallery, ms", statistics.median(found.at_rest), AIM_MS)
    return report.result("press", [ours, *parts, floor, hurried], [aim])


def _uploaded(client: Client, number: int, data: bytes) -> float:
    metadata = {"requestId": f"local_bench_{number}", "sha256": hashlib.sha256(data).hexdigest()}
    started = time.perf_counter()
    client.upload(json.dumps(metadata), data)
    return (time.perf_counter() - started) * 1000
