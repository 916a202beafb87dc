"""Measurements of ours beside a named peer, interleaved in one run.

A benchmark is a module here with `run(quick: bool) -> dict`, the object that `report.result` makes; it raises
Failure(MISSING) when its peer cannot be had. `queue` also has `kill(quick: bool) -> dict`, and `fuzz` takes `inputs`,
how many.
"""

import importlib
from dataclasses import dataclass
from typing import Any

from trifocal_tools import failure
from trifocal_tools.failure import Failure


@dataclass(frozen=True)
class Bench:
    """Where a benchmark lives and what it measures."""

    module: str
    sentence: str


BENCHES = {
    "apps": Bench("trifocal_tools.bench.apps", "memory of 1,000 users with an app each, and after 20 rounds of loss"),
    "firmware": Bench(
        "trifocal_tools.bench.firmware", "image, import, heap and press on real MicroPython beside plain mpy-cross"
    ),
    "fuzz": Bench(
        "trifocal_tools.bench.fuzz", "decoder and link under any bytes: atheris beside a mutator of ours; --inputs"
    ),
    "link": Bench(
        "trifocal_tools.bench.link", "photos over the link as a share of what the air carries, both profiles"
    ),
    "live": Bench(
        "trifocal_tools.bench.live", "pictures as a browser shows them: WebRTC and LL-HLS beside nginx's HLS"
    ),
    "press": Bench("trifocal_tools.bench.press", "button press to gallery on one machine, and what it is made of"),
    "queue": Bench(
        "trifocal_tools.bench.queue", "the upload queue's journal beside TinyDB's JSONStorage and sqlite3; --kill"
    ),
    "route": Bench("trifocal_tools.bench.route", "button press to app beside the same relay on Node ws and on FastAPI"),
    "rtmp": Bench("trifocal_tools.bench.rtmp", "live video in and out beside nginx with its RTMP module"),
    "streams": Bench(
        "trifocal_tools.bench.streams", "keep-alives of 10,000 and 100,000 streams beside a timer for each"
    ),
    "uplink": Bench(
        "trifocal_tools.bench.uplink",
        "wake-up, press and upload over a slow and lossy line between namespaces; needs root",
    ),
}


def run(name: str, quick: bool, kill: bool = False, inputs: int = 0) -> dict[str, Any]:
    """Run one benchmark and return its report. Raises Failure(USAGE) for an unknown one."""
    bench = BENCHES.get(name)
    if bench is None:
        known = ", ".join(BENCHES)
        raise Failure(f"there is no benchmark '{name}'", failure.USAGE, "usage", f"known are {known}")
    module = importlib.import_module(bench.module)
    if kill and not hasattr(module, "kill"):
        raise Failure(f"the benchmark '{name}' has no --kill", failure.USAGE, "usage")
    if inputs and name != "fuzz":
        raise Failure(f"the benchmark '{name}' has no --inputs", failure.USAGE, "usage")
    more = {"inputs": inputs} if inputs else {}
    found: dict[str, Any] = module.kill(quick) if kill else module.run(quick, **more)
    return found
