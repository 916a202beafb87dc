import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trifocal_tools import failure, provision
from trifocal_tools.hil import run as module

Run = Callable[..., tuple[int, str, str]]

GOOD = module.Case("ping", "passed", "A ping has a pong.", 0.5)
BAD = module.Case("photo", "failed", "A [photo] comes.", 1.0, "no photo")
NOT = module.Case("battery_low", "skipped", "It refuses.", 0.0, "needs a battery")


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the suite was run with; its cases are the first entry."""
    seen: list[Any] = [[GOOD, NOT]]

    def run(dut: str, **how: Any) -> module.Report:
        seen.append((dut, how))
        for case in seen[0]:
            how["told"](case)
        return module.Report(dut, seen[0])

    monkeypatch.setattr(module, "run", run)
    monkeypatch.setattr(provision, "hil_tools", seen.append)
    return seen


def test_simulated_glasses_run_on_either_python(ran: list[Any], trifocal: Run) -> None:
    assert trifocal("hil", "--sim")[0] == failure.OK
    assert trifocal("hil", "--sim", "micropython", "--only", "photo")[0] == failure.OK
    assert [(ran[1], ran[2][0]), (ran[3], ran[4][0])] == [(False, "cpython"), (True, "micropython")]
    assert ran[4][1]["only"] == "photo"


def test_a_board_hangs_on_its_port(ran: list[Any], trifocal: Run, tmp_path: Path) -> None:
    words = ["--port", "/dev/ttyUSB0", "--baud", "9600", "--hand", "--power", "lines", "--photos", str(tmp_path)]
    assert trifocal("hil", *words)[0] == failure.OK
    dut, how = ran[2]
    assert dut == "serial:/dev/ttyUSB0"
    assert (how["baud"], how["hand"], how["power"], how["photos"]) == (9_600, True, "lines", tmp_path)


def test_the_table_says_what_was_proved_and_what_was_not(ran: list[Any], trifocal: Run) -> None:
    ran[0] = [GOOD, BAD, NOT]
    code, out, err = trifocal("hil", "--sim")
    assert code == failure.FAILED
    for word in ("A ping has a pong.", "A [photo] comes.", "no photo", "needs a battery"):
        assert word in out
    assert out.endswith("1 passed, 1 failed, 1 skipped\n")
    assert "failed  photo" in err


def test_json_has_every_case(ran: list[Any], trifocal: Run) -> None:
    _, out, err = trifocal("hil", "--sim", "--json")
    said = json.loads(out)
    assert (said["passed"], said["failed"], said["skipped"]) == (1, 0, 1)
    assert said["cases"][1]["why"] == "needs a battery"
    assert err == ""


@pytest.mark.parametrize("words", [[], ["--sim", "--port", "x"], ["micropython"], ["--sim", "--baud", "0"]])
def test_what_cannot_be_is_a_mistake_of_usage(ran: list[Any], trifocal: Run, words: list[str]) -> None:
    assert trifocal("hil", *words)[0] == failure.USAGE
