"""Runs the suite on one device under test, and says what came of each case."""

import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

from trifocal_tools import failure
from trifocal_tools.failure import Failure

SUITE = Path(__file__).with_name("suite")

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"


@dataclass(frozen=True)
class Case:
    """What came of a case: `outcome`, what it `proves`, and why it was not passed, if so."""

    name: str
    outcome: str
    proves: str
    seconds: float
    why: str = ""


@dataclass(frozen=True)
class Report:
    """The whole run."""

    dut: str
    cases: list[Case]

    def count(self, outcome: str) -> int:
        """How many cases ended so."""
        return sum(case.outcome == outcome for case in self.cases)

    @property
    def good(self) -> bool:
        """Whether something was proved and nothing disproved."""
        return self.count(FAILED) == 0 and self.count(PASSED) > 0

    def to_json(self) -> dict[str, object]:
        """What `--json` prints."""
        counts = {outcome: self.count(outcome) for outcome in (PASSED, FAILED, SKIPPED)}
        return {"dut": self.dut, **counts, "cases": [asdict(case) for case in self.cases]}


class Collector:
    """The part of pytest that tells what came of each case."""

    def __init__(self, told: Callable[[Case], None]) -> None:
        self.cases: list[Case] = []
        self.missing: Failure | None = None
        self._told = told
        self._proves: dict[str, str] = {}

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Keep what each case proves."""
        text = getattr(getattr(item, "function", None), "__doc__", None) or item.name
        self._proves[item.nodeid] = " ".join(text.split("\n\n")[0].split())

    def pytest_exception_interact(self, call: "pytest.CallInfo[object]") -> None:
        """A device that cannot be had is nobody's failed case."""
        if call.excinfo is not None and isinstance(call.excinfo.value, Failure):
            self.missing = call.excinfo.value

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """One phase of one case has ended: the first that is not passed counts, else the case itself."""
        if report.when == "call" or report.outcome != PASSED:
            name = report.nodeid.rpartition("::")[2].removeprefix("test_")
            case = Case(name, report.outcome, self._proves[report.nodeid], round(report.duration, 3), _why(report))
            self.cases.append(case)
            self._told(case)


def run(
    dut: str,
    *,
    baud: int = 460_800,
    power: str = "",
    hand: bool = False,
    only: str = "",
    photos: Path = Path("hil-photos"),
    told: Callable[[Case], None] = lambda case: None,
) -> Report:
    """Run the cases (those whose names hold `only`) on the device named `dut` (see `open_dut`); `told` hears each.

    `power` restarts a board and `hand` says that somebody sits beside it; photos that lie on it before are saved in a
    folder. Raises Failure when the device cannot be had.
    """
    collector = Collector(told)
    options = ["--dut", dut, "--dut-baud", str(baud), "--dut-power", power, "--dut-photos", str(photos.resolve())]
    # Whatever configures pytest in the folder we were started from is not about these cases.
    options += ["-c", os.devnull, "--rootdir", str(SUITE), "--import-mode=importlib", "-o", "addopts="]
    options += ["-p", "no:cacheprovider", "-p", "no:asyncio", "-p", "no:terminal", "-p", "trifocal_tools.hil.plugin"]
    options += ["--capture=no"] + (["--dut-hand"] if hand else []) + (["-k", only] if only else [])
    code = pytest.main([*options, str(SUITE)], plugins=[collector])
    if collector.missing is not None:
        raise collector.missing
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        word = f"no case is named like '{only}'" if only else f"pytest ended with {int(code)}"
        raise Failure(word, failure.USAGE if only else failure.FAILED, "no_cases")
    return Report(dut, collector.cases)


def _why(report: pytest.TestReport) -> str:
    if report.outcome == SKIPPED:
        return report.longrepr[2].removeprefix("Skipped: ") if isinstance(report.longrepr, tuple) else ""
    if report.outcome == FAILED:
        crash = getattr(report.longrepr, "reprcrash", None)
        return str(crash.message if crash else report.longrepr).split("\n")[0][:300]
    return ""
