"""The gates a change must pass, in order: what each runs and what it needs."""

import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from trifocal_tools import provision
from trifocal_tools.installer import CHECKOUT

LONGEST_S = 1800

FLOORS = ("shared", "firmware", "gateway", "cloud", "sdk", "tools", "house")
"""Folders of tests beside the code; few of them are journeys, with processes of their own."""

SIDE_BY_SIDE = ("-n", "3")
"""For tests that wait for processes and pages of their own more than they compute."""


@dataclass(frozen=True)
class Outcome:
    """What came of a gate: how many single checks passed and failed, and what was said."""

    passed: int
    failed: int
    output: str = ""
    note: str = ""


@dataclass(frozen=True)
class Gate:
    """One gate; `needs` provides what it runs with, or raises Failure(MISSING)."""

    name: str
    sentence: str
    run: Callable[[], Outcome]
    needs: Callable[[], object] = provision.dev_tools
    fast: bool = True


def program(name: str) -> str:
    """A program of the environment that runs us, so that it need not be activated."""
    return str(Path(sys.executable).parent / name)


def command(*words: str) -> Callable[[], Outcome]:
    """A gate that passes when a command ends with 0."""

    def run() -> Outcome:
        code, said = execute(words)
        return Outcome(int(code == 0), int(code != 0), said)

    return run


def pytest(*folders: str, options: Sequence[str] = ()) -> Callable[[], Outcome]:
    """A gate of pytest's tests, each counted; a skipped test is a failed one, and so is a run without any."""

    def run() -> Outcome:
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.xml"
            paths = [str(Path("tests") / name) for name in folders]
            words = [sys.executable, "-m", "pytest", "-q", "--durations=5", f"--junitxml={report}", *options, *paths]
            code, said = execute(words)
            return tally(code, said, report)

    return run


def tally(code: int, said: str, report: Path) -> Outcome:
    """Pytest's outcome from its exit code, its output and its report."""
    try:
        suites = list(ET.parse(report).getroot().iter("testsuite"))  # noqa: S314 - pytest has just written it
    except (OSError, ET.ParseError):
        return Outcome(0, 1, said, "pytest wrote no report")
    counts = {
        key: sum(int(suite.get(key, 0)) for suite in suites) for key in ("tests", "failures", "errors", "skipped")
    }
    failed = min(counts["failures"] + counts["errors"] + counts["skipped"], counts["tests"])
    passed = counts["tests"] - failed
    if code != 0 or passed == 0:
        failed = max(failed, 1)
    note = f"{passed} tests" + (f", {counts['skipped']} skipped" if counts["skipped"] else "")
    return Outcome(passed, failed, said, note)


def compile_for_glasses() -> Outcome:
    """Compile every file that is flashed with mpy-cross, which refuses what MicroPython cannot read."""
    files = sorted([*(CHECKOUT / "shared").rglob("*.py"), *(CHECKOUT / "firmware").rglob("*.py")])
    errors = []
    with tempfile.TemporaryDirectory() as folder:
        for path in files:
            name = str(path.relative_to(CHECKOUT))
            code, said = execute([program("mpy-cross"), "-s", name, "-o", str(Path(folder) / "out.mpy"), str(path)])
            if code != 0:
                errors.append(said.strip() or name)
    return Outcome(int(not errors), int(bool(errors)), "\n".join(errors), f"{len(files)} files")


def on_micropython() -> Outcome:
    """The shared and firmware tests once more, in the real interpreter, from the image that would be flashed."""
    from trifocal_tools.micropython import run_tests

    result = run_tests.run()
    said = "\n".join(f"{broken.name}\n{broken.text}" for broken in result.broken)
    failed = len(result.broken) + result.skipped
    note = f"{result.passed} tests, image {result.image.common} bytes without boards"
    if result.skipped:
        note += f", {result.skipped} skipped"
    if result.heap:
        note += f", live heap {result.heap.live} bytes, at most {result.heap.high_water}"
    return Outcome(result.passed, max(failed, int(not result.good)), said, note)


def execute(words: Sequence[str]) -> tuple[int, str]:
    """Run a command in the checkout; its exit code, and stdout and stderr as one text."""
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    try:
        ran = subprocess.run(
            words,
            cwd=CHECKOUT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=LONGEST_S,
            check=False,
        )
    except OSError as error:
        return 127, f"{words[0]}: {error.strerror}"
    except subprocess.TimeoutExpired:
        return 124, f"{words[0]} did not end within {LONGEST_S} s"
    return ran.returncode, ran.stdout


def _micropython() -> None:
    provision.dev_tools()
    provision.micropython()


def _journeys() -> None:
    _micropython()
    provision.mentra_sdk()


def _chromium() -> None:
    provision.dev_tools()
    provision.chromium()


GATES = (
    Gate("format", "ruff format --check", command(program("ruff"), "format", "--check", ".")),
    Gate("lint", "ruff check", command(program("ruff"), "check", ".")),
    Gate("types", "mypy --strict", command(sys.executable, "-m", "mypy")),
    Gate("floors", "import-linter: imports go down only", command(program("lint-imports"))),
    Gate("vectors", "the golden wire vectors", command(sys.executable, "-m", "trifocal_tools.vectors", "--check")),
    Gate("tests", "pytest, hermetic", pytest(*FLOORS, options=("-m", "not journey", "-n", "auto"))),
    Gate("compile", "mpy-cross on all that is flashed", compile_for_glasses),
    Gate(
        "micropython",
        "shared and firmware tests on real MicroPython",
        on_micropython,
        needs=_micropython,
        fast=False,
    ),
    Gate(
        "journeys",
        "real processes, across the house",
        pytest("journeys", *FLOORS, options=("-m", "journey", *SIDE_BY_SIDE)),
        needs=_journeys,
        fast=False,
    ),
    Gate(
        "browser", "the console in real Chromium", pytest("browser", options=SIDE_BY_SIDE), needs=_chromium, fast=False
    ),
)
"""In the order in which they run."""
