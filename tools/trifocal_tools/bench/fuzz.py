"""Decoder, link and the doors of live video under any bytes: inputs a second, crashes, hangs, and whether memory grows.

Two engines share the inputs: atheris, which is led by the code that it reaches, and its peer, a mutator of ours with a
seed, which is faster and the same in every run. Each runs in a process of its own, at the lowest priority, beside one
other.
"""

import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from trifocal_tools import installer
from trifocal_tools.bench import fuzz_runner, report
from trifocal_tools.bench.fuzz_runner import Found

ENGINES = ("atheris", "seeded")
SHARES = {
    "frames": (80, 1_600),
    "words": (600, 6_350),
    "pieces": (30, 285),
    "publishers": (30, 270),
    "servers": (30, 220),
    "viewers": (100, 400),
    "talk": (1, 4),
}
"""Of ten thousand inputs, for each engine: what they cost differs. One of `talk` is a whole session of both ends, and
what is instrumented for atheris takes ten times as long.
"""

INPUTS, QUICK_INPUTS = 10_000_000, 20_000
SEED = 20_251_127
LEAST = 20
"""Inputs of a run, however few are asked for in all."""

SETUP_S = 120
SLOWEST_S = {
    "frames": 0.05,
    "words": 0.02,
    "pieces": 0.05,
    "publishers": 0.05,
    "servers": 0.05,
    "viewers": 0.05,
    "talk": 5.0,
}
"""Seconds that an input may take on the average of a run; beyond that it is stuck where no signal helps."""

REQUIREMENT = "atheris==3.0.0"

NO_GROWTH = 2_000
"""Blocks of Python's memory by which two readings of the same program differ."""

Runs = dict[tuple[str, str], Found]


def run(quick: bool, inputs: int = 0) -> dict[str, Any]:
    """Fuzz with so many inputs in all. Raises Failure(MISSING) where atheris cannot be had."""
    if installer.lacking([REQUIREMENT]):
        installer.install([REQUIREMENT], "it chooses half of the inputs")
    total = inputs or (QUICK_INPUTS if quick else INPUTS)
    asked = [
        (target, engine, total * share // 10_000)
        for target, shares in SHARES.items()
        for engine, share in zip(ENGINES, shares, strict=True)
    ]
    with ThreadPoolExecutor(2) as pool:
        # The slowest first, so that none is left alone at the end.
        found = pool.map(lambda one: _fuzz(*one), reversed(asked))
        runs = {(target, engine): each for (target, engine, _), each in zip(reversed(asked), found, strict=True)}
    return summed_up(runs)


def summed_up(runs: Runs) -> dict[str, Any]:
    """The report of what was found."""
    rows = []
    for target in SHARES:
        peer = report.row(f"{target}: inputs a second, seeded", "1/s", [_rate(runs[target, "seeded"])])
        rows.append(report.row(f"{target}: inputs a second, atheris", "1/s", [_rate(runs[target, "atheris"])], to=peer))
        rows.append(peer)
        slowest = [runs[target, engine].slowest_ms for engine in ENGINES]
        rows.append(report.row(f"  {target}: the slowest input", "ms", slowest))
    rows.append(report.row("inputs", "", [sum(found.inputs for found in runs.values())]))
    told = [f"{target}, {engine}: {line}" for (target, engine), found in runs.items() for line in found.told]
    for line in told:
        sys.stderr.write(line + "\n")
    grown = max(found.blocks - found.early_blocks for found in runs.values())
    aims = [
        report.at_most("crashes", sum(found.crashes for found in runs.values()), 0),
        report.at_most("hangs", sum(found.hangs for found in runs.values()), 0),
        report.at_most("blocks of memory more at the end than after a quarter", grown, NO_GROWTH),
    ]
    return report.result("fuzz", rows, aims)


def _rate(found: Found) -> float:
    return found.inputs / found.seconds if found.seconds else 0.0


def _fuzz(target: str, engine: str, inputs: int) -> Found:
    """One run to its end, or to where it died or got stuck: that is a crash or a hang, too."""
    inputs = max(inputs, LEAST)
    with tempfile.TemporaryDirectory() as corpus:
        asked = {"engine": engine, "target": target, "inputs": inputs, "seed": SEED, "corpus": corpus}
        command = [sys.executable, "-m", fuzz_runner.__name__, json.dumps(asked)]
        try:
            ran = subprocess.run(
                command, capture_output=True, text=True, timeout=SETUP_S + inputs * SLOWEST_S[target], check=False
            )
            said, stuck, last_words = ran.stdout, False, ran.stderr
        except subprocess.TimeoutExpired as expired:
            said, stuck, last_words = _text(expired.stdout), True, ""
    lines = [line for line in said.splitlines() if line.startswith("{")]
    found = Found(**json.loads(lines[-1])) if lines else Found()
    if found.inputs < inputs:
        found.hangs += stuck
        found.crashes += not stuck
        found.told.append(f"ended after {found.inputs} inputs: {last_words[-2_000:]}")
    return found


def _text(said: bytes | str | None) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else said or ""
