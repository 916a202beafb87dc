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

AIM_MS = 300
"""Issue 2: median press to gallery on one machine."""


def run(quick: bool) -> dict[str, Any]:
    """Press and upload in turns against a freshly started `up`. Raises Failure when a press does not arrive."""
    with fresh_up() as said, Client(Endpoint(said["cloud"], said["token"])) as client:
        for _ in range(WARM_UP):
            state = pressed(client)
        data = client.photo_bytes(state["photoUrl"])
        press_ms: list[float] = []
        upload_ms: list[float] = []
        steps: dict[str, list[float]] = defaultdict(list)
        for number in range(QUICK_ROUNDS if quick else ROUNDS):
            started = time.perf_counter()
            state = pressed(client)
            press_ms.append((time.perf_counter() - started) * 1000)
            for name, ms in durations(state["steps"], press_ms[-1]):
                steps[name].append(ms)
            upload_ms.append(_uploaded(client, number, data))
    return summed_up(press_ms, upload_ms, steps, len(data))


def pressed(client: Client) -> dict[str, Any]:
    """One press, followed into the gallery. Raises Failure when it does not get there."""
    press_id = str(client.tell_glasses("press", "photo")["pressId"])
    state = client.follow(press_id, PRESS_S)
    if state.get("status") != "stored":
        raise Failure(f"press {press_id} ended as {state.get('status')}: {state.get('reason')}")
    return state


def durations(steps: list[dict[str, Any]], whole_ms: float) -> list[tuple[str, float]]:
    """How long each step took since the one before, in the order of time, and what lay before and after them all."""
    ordered = sorted(steps, key=lambda step: int(step["at"]))
    found = [
        (f"{step['source']} {step['step']}", float(step["at"] - before["at"]))
        for before, step in itertools.pairwise(ordered)
    ]
    return [*found, ("the asking itself", whole_ms - sum(ms for _, ms in found))]


def summed_up(
    press_ms: list[float], upload_ms: list[float], steps: dict[str, list[float]], size: int
) -> dict[str, Any]:
    """The report: floor, ours, and ours step by step."""
    floor = report.row(f"bare upload, {size / 1000:.0f} kB", "ms", upload_ms)
    ours = report.row("press to gallery", "ms", press_ms, to=floor)
    parts = [report.row(f"  … {name}", "ms", ms) for name, ms in steps.items()]
    aim = report.at_most("median press to gallery, ms", statistics.median(press_ms), AIM_MS)
    return report.result("press", [ours, *parts, floor], [aim])


def _uploaded(client: Client, number: int, data: bytes) -> float:
    metadata = {"requestId": f"local_bench_{number}", "sha256": hashlib.sha256(data).hexdigest()}
    started = time.perf_counter()
    client.upload(json.dumps(metadata), data)
    return (time.perf_counter() - started) * 1000
