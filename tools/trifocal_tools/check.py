"""`trifocal check`: run the gates one after another, show each with its time, and say at the end how it stands."""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from trifocal_tools import failure, output
from trifocal_tools.failure import Failure
from trifocal_tools.gates import GATES, Gate, Outcome

PASSED = "passed"
FAILED = "FAILED"
NOT_RUN = "COULD NOT RUN"

Say = Callable[[str], None]


@dataclass(frozen=True)
class Result:
    """A gate that was tried."""

    gate: Gate
    status: str
    seconds: float
    outcome: Outcome

    def to_json(self) -> dict[str, object]:
        """Its part of `check --json`."""
        outcome = self.outcome
        said = {} if self.status == PASSED else {"output": outcome.output}
        return {
            "gate": self.gate.name,
            "status": self.status.lower().replace(" ", "_"),
            "seconds": round(self.seconds, 2),
            "passed": outcome.passed,
            "failed": outcome.failed,
            "note": outcome.note,
        } | said


def check(names: Sequence[str], fast: bool, as_json: bool, gates: Sequence[Gate] = GATES) -> int:
    """Run these gates, or all, or the fast ones; returns the exit code. Raises Failure(USAGE) for an unknown gate."""
    say: Say = output.remark if as_json else output.print_line
    chosen = choose(names, fast, gates)
    # In CI a gate that could not run has proved nothing, so nothing may land on it.
    strict = os.environ.get("CI", "").lower() in ("true", "1")
    started = time.monotonic()
    results = [_tried(gate, strict, say) for gate in chosen]
    seconds = time.monotonic() - started
    passed = sum(result.outcome.passed for result in results)
    failed = sum(result.outcome.failed for result in results)
    if as_json:
        said = {"ok": failed == 0, "passed": passed, "failed": failed, "seconds": round(seconds, 2)}
        output.print_json(said | {"gates": [result.to_json() for result in results]})
    else:
        _sum_up(results, gates, seconds, say)
        output.print_line(f"{passed} passed, {failed} failed")
    return failure.FAILED if failed else failure.OK


def choose(names: Sequence[str], fast: bool, gates: Sequence[Gate]) -> list[Gate]:
    """The gates that are meant, in their own order."""
    known = [gate.name for gate in gates]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise Failure(f"there is no gate '{unknown[0]}'", failure.USAGE, "usage", f"the gates are {', '.join(known)}")
    return [gate for gate in gates if (gate.name in names if names else gate.fast or not fast)]


def _tried(gate: Gate, strict: bool, say: Say) -> Result:
    started = time.monotonic()
    try:
        with output.terminal().status(f"{gate.name}: {gate.sentence}"):
            gate.needs()
            started = time.monotonic()  # what had to be installed first is not the gate's time
            outcome = gate.run()
        status = FAILED if outcome.failed else PASSED
    except Failure as error:
        missing = error.code == failure.MISSING
        text = f"{error}" + (f"\nhint: {error.hint}" if error.hint else "")
        status = NOT_RUN if missing else FAILED
        outcome = Outcome(0, int(strict or not missing), text, "fails, since CI is set" if missing and strict else "")
    result = Result(gate, status, time.monotonic() - started, outcome)
    say(_line(result))
    if status != PASSED and outcome.output:
        say("".join(f"    {line}\n" for line in outcome.output.strip().splitlines()))
    return result


def _line(result: Result) -> str:
    mark = {PASSED: "✓", FAILED: "✗", NOT_RUN: "!"}[result.status]
    gate, note = result.gate, result.outcome.note
    return f"{mark} {gate.name:12} {result.status:13} {result.seconds:6.1f} s  {gate.sentence}" + (
        f" ({note})" if note else ""
    )


def _sum_up(results: Sequence[Result], gates: Sequence[Gate], seconds: float, say: Say) -> None:
    tried = {result.gate.name for result in results}
    left_out = [gate.name for gate in gates if gate.name not in tried]
    if left_out:
        say(f"not asked for: {', '.join(left_out)}")
    not_run = [result.gate.name for result in results if result.status == NOT_RUN]
    if not_run:
        say(f"NOT PROVED, since this machine cannot run them: {', '.join(not_run)}")
    good = sum(1 for result in results if result.status == PASSED)
    say(f"{good} of {len(results)} gates passed in {seconds:.0f} s")
