"""Live video in and out: our RTMP server beside nginx with its RTMP module, in turns on one processor.

Publishers send 720p30 at 1.5 Mbit/s and AAC in real time. Ours makes CMAF for LL-HLS and DASH of each stream whatever
happens; nginx makes HLS of one-second MPEG-TS segments, written to disk, or with its `relay` application nothing at
all. What is counted is processor time, which on a shared machine is to be trusted as a ratio within one round. No
encoder, radio or wide network is in these figures.
"""

import contextlib
import os
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trifocal_tools.bench import nginx_rtmp, report
from trifocal_tools.bench.route_servers import LoadProcess, check_machine
from trifocal_tools.bench.rtmp_process import cpu_s, memory_kib, started

OURS, NGINX = "ours", "nginx-rtmp"


@dataclass(frozen=True)
class Scale:
    """How much is measured."""

    streams: int
    viewers: int
    rounds: int
    warm_s: float
    window_s: float
    hop_s: float
    fetch_s: float


FULL = Scale(20, 20, 5, 1.5, 4.0, 2.5, 1.0)
QUICK = Scale(20, 20, 2, 0.7, 1.2, 0.8, 0.3)


@dataclass(frozen=True)
class Side:
    """One server under load: its process, where it is, and the load towards it."""

    pid: int
    publish: list[str]
    relay: list[str]
    play: list[str]
    part: str
    """What is fetched; empty: a part of the first stream, as `hls` lists it."""
    hls: str
    load: LoadProcess
    fresh: list[tuple[str, str]]
    """Streams that nobody has published: where to, and where the first part will be."""


Samples = dict[str, dict[str, list[float]]]
"""By measure and server, one value a round."""

MEASURES = {
    "ingest": ("ingest and HLS, CPU per stream", "s/min"),
    "chunk128": ("the same with 128-byte chunks", "s/min"),
    "relay": ("ingest; nginx only relays, CPU per stream", "s/min"),
    "viewer": ("RTMP player of one stream, CPU each", "s/min"),
    "hop_ms": ("publisher to player, median", "ms"),
    "hop95_ms": ("publisher to player, p95", "ms"),
    "join_ms": ("player asks to first key frame", "ms"),
    "part_us": ("the largest part over HTTP, CPU", "µs"),
    "rss_mib": ("memory with all streams", "MiB"),
    "part_ms": ("publishing to first LL-HLS part", "ms"),
}


def run(quick: bool) -> dict[str, Any]:
    """Measure all, and hold it against the aims. Raises Failure(MISSING): no nginx with RTMP, or not Linux."""
    check_machine()
    scale = QUICK if quick else FULL
    found: Samples = {measure: defaultdict(list) for measure in MEASURES}
    with sides(scale) as both:
        for number in range(scale.rounds):
            names = [OURS, NGINX] if number % 2 else [NGINX, OURS]
            one_round(both, names, scale, number, found)
    return summed_up(found, scale)


def one_round(both: dict[str, Side], names: list[str], scale: Scale, number: int, found: Samples) -> None:
    """Every measure once for both."""
    for name in names:
        side = both[name]
        found["ingest"][name].append(published(side, side.publish, 4096, scale))
        found["rss_mib"][name].append(memory_kib(side.pid) / 1024)
        side.load.tell(stop=True)
    for name in names:
        side = both[name]
        found["chunk128"][name].append(published(side, side.publish, 128, scale))
        side.load.tell(stop=True)
    for name in names:
        side = both[name]
        found["relay"][name].append(published(side, side.relay, 4096, scale))
        side.load.tell(stop=True)
    for name in names:
        found["viewer"][name].append(viewed(both[name], scale))
    for name in names:
        side = both[name]
        for measure, value in side.load.tell(hop=[side.relay[0], side.play[0]], seconds=scale.hop_s).items():
            found[measure][name].append(value)
    for name in names:
        found["part_us"][name].append(fetched(both[name], scale))
    ours = both[OURS]
    found["part_ms"][OURS].append(ours.load.tell(part=list(ours.fresh[number]))["part_ms"])


def published(side: Side, urls: list[str], chunk: int, scale: Scale) -> float:
    """Processor seconds per stream and minute while all of them publish; they go on."""
    side.load.tell(publish=urls, chunk=chunk)
    side.load.tell(run=scale.warm_s)
    return _cost(side, scale.window_s) / len(urls)


def viewed(side: Side, scale: Scale) -> float:
    """The same per player of one stream, the publisher's share with it."""
    side.load.tell(publish=side.relay[:1], chunk=4096)
    side.load.tell(run=0.3)
    side.load.tell(play=side.play[:1] * scale.viewers)
    side.load.tell(run=scale.warm_s)
    found = _cost(side, scale.window_s) / scale.viewers
    side.load.tell(stop=True)
    return found


def fetched(side: Side, scale: Scale) -> float:
    """Processor µs for each time that the part was fetched."""
    url = side.part or _found(side.load, {"publish": side.publish[0], "hls": side.hls})["url"]
    before = cpu_s(side.pid)
    heard = side.load.tell(fetch=url, seconds=scale.fetch_s)
    return (cpu_s(side.pid) - before) / float(heard["requests"]) * 1e6


def _found(load: LoadProcess, stream: dict[str, str]) -> dict[str, Any]:
    """The largest part of a stream that is published for a moment: its address, and how many bytes it has."""
    load.tell(publish=[stream["publish"]], chunk=4096)
    load.tell(run=1.3)
    found = load.tell(find=stream["hls"])
    load.tell(stop=True)
    return found


def _cost(side: Side, seconds: float) -> float:
    """Processor seconds a minute of everything that runs now."""
    before = cpu_s(side.pid)
    heard = side.load.tell(run=seconds)
    return (cpu_s(side.pid) - before) / float(heard["seconds"]) * 60


@contextlib.contextmanager
def sides(scale: Scale) -> Iterator[dict[str, Side]]:
    """Both servers, each with a load of its own."""
    cpus = sorted(os.sched_getaffinity(0))
    server, load = {cpus[0]}, {cpus[-1]}
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="trifocal-bench-")))
        nginx = stack.enter_context(nginx_rtmp.running(folder, server))
        house, said = stack.enter_context(
            started(
                [sys.executable, "-m", "trifocal_tools.bench.rtmp_house", str(scale.streams + scale.rounds)], server
            )
        )
        loads = [
            LoadProcess(
                stack.enter_context(started([sys.executable, "-m", "trifocal_tools.bench.rtmp_load"], load, False))[0]
            )
            for _ in range(2)
        ]
        streams = said["streams"]
        own, fresh = streams[: scale.streams], streams[scale.streams :]
        (nginx.www / "part.m4s").write_bytes(os.urandom(_found(loads[0], own[0])["bytes"]))
        base = f"rtmp://127.0.0.1:{nginx.rtmp}"
        names = [f"s{number}" for number in range(scale.streams)]
        yield {
            OURS: Side(
                house.pid,
                [one["publish"] for one in own],
                [one["publish"] for one in own],
                [one["play"] for one in own],
                "",
                own[0]["hls"],
                loads[0],
                [(one["publish"], one["hls"]) for one in fresh],
            ),
            NGINX: Side(
                nginx.worker,
                [f"{base}/live/{name}" for name in names],
                [f"{base}/relay/{name}" for name in names],
                [f"{base}/relay/{name}" for name in names],
                f"http://127.0.0.1:{nginx.http}/part.m4s",
                "",
                loads[1],
                [],
            ),
        }


def summed_up(found: Samples, scale: Scale) -> dict[str, Any]:
    """The report: every measure of ours beside nginx's, and the aims."""
    rows = []
    for measure, (title, unit) in MEASURES.items():
        base = found[measure][NGINX]
        theirs = report.row(f"{title}: {NGINX}", unit, base) if base else None
        rows += [theirs] if theirs else []
        rows.append(report.row(f"{title}: {OURS}", unit, found[measure][OURS], theirs, base))

    def ratio(measure: str) -> float:
        return statistics.median(report.ratios(found[measure][OURS], found[measure][NGINX]))

    def median(measure: str) -> float:
        return statistics.median(found[measure][OURS])

    aims = [
        report.at_most("ingest and HLS, CPU, ours / nginx-rtmp", ratio("ingest"), 0.80),
        report.at_most("with 128-byte chunks, CPU, ours / nginx-rtmp", ratio("chunk128"), 1.0),
        report.at_most("ingest, ours with HLS / nginx-rtmp without, CPU", ratio("relay"), 1.5),
        report.at_most("RTMP player, CPU, ours / nginx-rtmp", ratio("viewer"), 1.15),
        report.at_most("publisher to player, median, ours / nginx-rtmp", ratio("hop_ms"), 1.1),
        report.at_most("player asks to first key frame, ms", median("join_ms"), 20),
        report.at_most("publishing to first LL-HLS part, ms", median("part_ms"), 250),
        report.at_most("the largest part, CPU, ours / nginx static", ratio("part_us"), 0.7),
        report.at_most("memory with all streams, MiB", median("rss_mib"), 30 + 1.7 * scale.streams),
    ]
    return report.result("rtmp", rows, aims)
