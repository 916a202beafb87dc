import json

import pytest

from trifocal_tools import failure
from trifocal_tools.check import check, choose
from trifocal_tools.failure import Failure
from trifocal_tools.gates import Gate, Outcome


def gate(name: str, outcome: Outcome, fast: bool = True, lacks: Failure | None = None) -> Gate:
    def needs() -> None:
        if lacks:
            raise lacks

    return Gate(name, f"about {name}", lambda: outcome, needs=needs, fast=fast)


GOOD = gate("good", Outcome(7, 0, "quiet"))
BAD = gate("bad", Outcome(3, 2, "first line\nsecond line"))
SLOW = gate("slow", Outcome(1, 0), fast=False)
ABSENT = gate("absent", Outcome(1, 0), lacks=Failure("no browser", failure.MISSING, hint="get one"))


@pytest.fixture(autouse=True)
def _at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)


def test_the_last_line_counts_single_tests(capsys: pytest.CaptureFixture[str]) -> None:
    assert check([], False, False, [GOOD, SLOW]) == failure.OK
    out = capsys.readouterr().out
    assert out.endswith("\n8 passed, 0 failed\n")
    assert "quiet" not in out
    assert "2 of 2 gates passed" in out


def test_a_failing_gate_shows_what_it_said_and_the_others_still_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert check([], False, False, [BAD, GOOD]) == failure.FAILED
    out = capsys.readouterr().out
    assert "    first line\n    second line\n" in out
    assert out.endswith("\n10 passed, 2 failed\n")


def test_a_gate_that_cannot_run_is_said_aloud(capsys: pytest.CaptureFixture[str]) -> None:
    assert check([], False, False, [GOOD, ABSENT]) == failure.OK
    out = capsys.readouterr().out
    assert "COULD NOT RUN" in out
    assert "hint: get one" in out
    assert "NOT PROVED" in out


def test_in_ci_a_gate_that_cannot_run_has_failed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CI", "true")
    assert check([], False, False, [GOOD, ABSENT]) == failure.FAILED
    assert capsys.readouterr().out.endswith("\n7 passed, 1 failed\n")


def test_a_gate_that_breaks_is_a_failed_one() -> None:
    broken = gate("broken", Outcome(1, 0), lacks=Failure("image could not be built"))
    assert check([], False, False, [broken]) == failure.FAILED


def test_fast_leaves_the_slow_ones_out_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert check([], True, False, [GOOD, SLOW]) == failure.OK
    assert "not asked for: slow" in capsys.readouterr().out


def test_named_gates_run_in_their_own_order() -> None:
    assert choose(["slow", "good"], True, [GOOD, BAD, SLOW]) == [GOOD, SLOW]
    with pytest.raises(Failure, match="no gate 'typos'") as caught:
        choose(["typos"], False, [GOOD])
    assert caught.value.code == failure.USAGE


def test_json_is_one_object_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    assert check([], False, True, [GOOD, BAD]) == failure.FAILED
    out, err = capsys.readouterr()
    said = json.loads(out)
    assert (said["ok"], said["passed"], said["failed"]) == (False, 10, 2)
    assert [one["status"] for one in said["gates"]] == ["passed", "failed"]
    assert said["gates"][1]["output"].startswith("first line")
    assert "good" in err
