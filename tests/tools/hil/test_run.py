"""The runner: what it makes of cases. What the cases find is in the journeys."""

from pathlib import Path

import pytest

from trifocal_tools.failure import Failure
from trifocal_tools.hil import run


def test_a_device_that_cannot_be_had_is_no_failed_case(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="there is no port"):
        run.run(f"serial:{tmp_path / 'ttyUSB0'}", only="ping")
    with pytest.raises(Failure, match="there is no device"):
        run.run("toaster", only="ping")
    with pytest.raises(Failure, match="no case is named"):
        run.run("sim", only="make_coffee")


def test_a_run_that_proved_nothing_is_not_good() -> None:
    case = run.Case("one", "skipped", "It does.", 0.1, "needs eyes")
    assert not run.Report("x", [case]).good
    assert not run.Report("x", []).good
    passed = run.Case("two", "passed", "It does.", 0.1)
    assert run.Report("x", [case, passed]).good
    assert not run.Report("x", [passed, run.Case("three", "failed", "It does.", 0.1, "it does not")]).good
    assert run.Report("x", [case, passed]).to_json()["skipped"] == 1
