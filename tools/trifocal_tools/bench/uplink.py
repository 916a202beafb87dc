"""What a gateway's link to the cloud does on a bad network: WebSocket and HTTP/1.1, the gateway's own code.

Both ends are in network namespaces of their own, with an emulated line between them: real TCP of this kernel, without
TLS. Beside each upload under loss runs the same one by TCP cubic; beside the press during an upload, the press at rest
and during one under the gateway's cap at 85 % of the line.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from trifocal_tools.bench import report
from trifocal_tools.bench.report import Aim, Row
from trifocal_tools.bench.uplink_line import Uplink, uplink
from trifocal_tools.network.pipe import Shape

RATE = 2_500_000
"""Bytes per second of the line, each way: 20 Mbit/s."""

SHAPE = Shape(delay_us=25_000, bytes_per_s=RATE, queue_bytes=RATE // 10)
"""50 ms there and back, and a queue of 100 ms."""

LOSSES = (0.0, 0.02, 0.10)
CUBIC, CUBIC_LOSS = "cubic", 0.02
"""What most machines speak, and where it is measured: at 10 % it would take minutes."""

CAP = RATE * 85 // 100
BIG, QUICK_BIG, SMALL = 20_000_000, 10_000_000, 2_000_000
PRESSES, WAKES = 80, 12
AIM_WAKE_MS = 75
AIM_PRESS, AIM_SHARE, AIM_LOSS = 1.15, 0.75, 1.25


@dataclass
class Samples:
    """What was measured, in ms; `beside` and `capped` are presses, with the uploads of `big` bytes beside them."""

    big: int = BIG
    wake: list[float] = field(default_factory=list)
    idle: list[float] = field(default_factory=list)
    beside: list[float] = field(default_factory=list)
    beside_upload: list[float] = field(default_factory=list)
    capped: list[float] = field(default_factory=list)
    capped_upload: list[float] = field(default_factory=list)
    lossy: dict[float, list[float]] = field(default_factory=lambda: {loss: [] for loss in LOSSES})
    cubic: list[float] = field(default_factory=list)


def run(quick: bool) -> dict[str, Any]:
    """Everything in turns over one line. Raises Failure(MISSING) where no line can be had: it needs root."""
    found = Samples(QUICK_BIG if quick else BIG)
    with uplink(SHAPE) as ends:
        ends.ask("press", count=3)
        for _ in range(1 if quick else 3):
            _round(ends, found, quick)
    return summed_up(found)


def summed_up(found: Samples) -> dict[str, Any]:
    """The report."""
    kind = f"{SMALL / 1e6:.0f} MB up"
    wake = report.row("wake-up to first word, WebSocket without TLS", "ms", found.wake)
    idle = report.row("press at rest", "ms", found.idle)
    beside = report.row(f"press beside {found.big / 1e6:.0f} MB up", "ms", found.beside, to=idle)
    capped = report.row("press beside the same, capped at 85 %", "ms", found.capped, to=idle)
    uploads = [
        report.row(f"{found.big / 1e6:.0f} MB up beside presses", "ms", found.beside_upload),
        report.row("the same, capped at 85 %", "ms", found.capped_upload),
    ]
    lossless = report.row(f"{kind}, no loss", "ms", found.lossy[0.0])
    lossy = [report.row(f"{kind}, {loss:.0%} loss", "ms", found.lossy[loss], to=lossless) for loss in LOSSES if loss]
    cubic = report.row(f"{SMALL / 1e6:.0f} MB up by {CUBIC}, {CUBIC_LOSS:.0%} loss", "ms", found.cubic, to=lossy[0])
    p99 = [
        _p99_row(row["name"], ms) for row, ms in ((idle, found.idle), (beside, found.beside), (capped, found.capped))
    ]
    rows = [wake, idle, p99[0], beside, p99[1], capped, p99[2], *uploads, lossless, *lossy, cubic]
    return report.result("uplink", rows, aims(found))


def aims(found: Samples) -> list[Aim]:
    """Of the gateway's own link and uploads."""
    idle = p99(found.idle)
    best = found.big / RATE * 1000
    lossy = statistics.median(found.lossy[0.02]) / statistics.median(found.lossy[0.0])
    return [
        report.at_most("wake-up to first word, ms", statistics.median(found.wake), AIM_WAKE_MS),
        report.at_most("press p99 beside an upload, x at rest", p99(found.beside) / idle, AIM_PRESS),
        report.at_most("press p99 beside a capped one, x at rest", p99(found.capped) / idle, AIM_PRESS),
        report.at_least("capped upload, share of the line", best / statistics.median(found.capped_upload), AIM_SHARE),
        report.at_most("upload at 2 % loss, x lossless", lossy, AIM_LOSS),
    ]


def p99(samples: Sequence[float]) -> float:
    """What 99 in 100 do not exceed."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]


def _round(ends: Uplink, found: Samples, quick: bool) -> None:
    less = 2 if quick else 1
    found.wake += ends.ask("wake", count=WAKES // less)
    found.idle += ends.ask("press", count=PRESSES // less)
    both = ends.ask("both", size=found.big)
    found.beside += both["presses"]
    found.beside_upload.append(both["upload"])
    both = ends.ask("both", size=found.big, cap=CAP)
    found.capped += both["presses"]
    found.capped_upload.append(both["upload"])
    for loss in LOSSES:
        ends.line.reshape(replace(SHAPE, loss=loss))
        found.lossy[loss].append(ends.ask("upload", size=SMALL))
        if loss == CUBIC_LOSS:
            found.cubic.append(ends.ask("upload", size=SMALL, congestion=CUBIC))
    ends.line.reshape(SHAPE)


def _p99_row(name: str, samples: Sequence[float]) -> Row:
    return report.row(f"  {name}, p99", "ms", [p99(samples)])
