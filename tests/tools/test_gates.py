import sys
from pathlib import Path

import pytest

from trifocal_tools import gates
from trifocal_tools.gates import Outcome, tally

REPORT = '<testsuites><testsuite tests="{}" failures="{}" errors="{}" skipped="{}"/></testsuites>'


def report(tmp_path: Path, *counts: int) -> Path:
    path = tmp_path / "report.xml"
    path.write_text(REPORT.format(*counts))
    return path


def test_the_gates_stand_in_the_order_of_the_house_rules() -> None:
    names = "format lint types floors vectors tests compile micropython journeys browser"
    assert [gate.name for gate in gates.GATES] == names.split()
    assert [gate.name for gate in gates.GATES if not gate.fast] == ["micropython", "journeys", "browser"]


def test_programs_are_found_beside_the_python_that_runs_us() -> None:
    assert Path(gates.program("ruff")).parent == Path(sys.executable).parent


def test_a_command_passes_by_its_exit_code_and_both_streams_are_kept() -> None:
    shout = "import sys; print('out'); sys.stdout.flush(); print('err', file=sys.stderr); sys.exit({})"
    assert gates.command(sys.executable, "-c", shout.format(0))() == Outcome(1, 0, "out\nerr\n")
    assert gates.command(sys.executable, "-c", shout.format(1))() == Outcome(0, 1, "out\nerr\n")


def test_a_command_that_is_not_there_fails_and_says_so() -> None:
    assert gates.command("/no/such/program")() == Outcome(0, 1, "/no/such/program: No such file or directory")


def test_a_command_that_does_not_end_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "LONGEST_S", 0.05)
    outcome = gates.command(
        sys.executable, "-c", "input()" if False else "import threading; threading.Event().wait()"
    )()
    assert (outcome.failed, "did not end" in outcome.output) == (1, True)


def test_every_test_counts(tmp_path: Path) -> None:
    assert tally(0, "", report(tmp_path, 12, 0, 0, 0)) == Outcome(12, 0, "", "12 tests")
    assert tally(1, "F", report(tmp_path, 12, 2, 1, 0)) == Outcome(9, 3, "F", "9 tests")


def test_a_skipped_test_is_a_failed_one(tmp_path: Path) -> None:
    assert tally(0, "", report(tmp_path, 12, 0, 0, 2)) == Outcome(10, 2, "", "10 tests, 2 skipped")


def test_no_tests_at_all_or_a_crash_is_a_failure(tmp_path: Path) -> None:
    assert tally(5, "", report(tmp_path, 0, 0, 0, 0)).failed == 1
    assert tally(3, "", report(tmp_path, 4, 0, 0, 0)).failed == 1
    assert tally(1, "boom", tmp_path / "none.xml") == Outcome(0, 1, "boom", "pytest wrote no report")


def test_a_gate_of_tests_runs_pytest_on_its_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def execute(words: list[str]) -> tuple[int, str]:
        seen.extend(words)
        report = next(word for word in words if word.startswith("--junitxml=")).partition("=")[2]
        Path(report).write_text(REPORT.format(3, 0, 0, 0))
        return 0, "..."

    monkeypatch.setattr(gates, "execute", execute)
    assert gates.pytest("shared", "house", options=("-m", "journey"))() == Outcome(3, 0, "...", "3 tests")
    assert seen[:3] == [sys.executable, "-m", "pytest"]
    assert seen[-4:] == ["-m", "journey", str(Path("tests/shared")), str(Path("tests/house"))]


def test_what_micropython_cannot_read_does_not_compile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for floor in ("shared", "firmware"):
        (tmp_path / floor).mkdir()
    (tmp_path / "shared" / "good.py").write_text("x: int = 1\n")
    monkeypatch.setattr(gates, "CHECKOUT", tmp_path)
    assert gates.compile_for_glasses() == Outcome(1, 0, "", "1 files")
    (tmp_path / "firmware" / "bad.py").write_text("match x:\n    case 1: pass\n")
    outcome = gates.compile_for_glasses()
    assert (outcome.failed, "bad.py" in outcome.output) == (1, True)
