"""The report of the fuzz bench: who gets how many inputs, and which aims are met."""

import json
import subprocess
import sys
from typing import Any

import pytest

from trifocal_tools import bench, installer
from trifocal_tools.bench import fuzz
from trifocal_tools.bench.fuzz_runner import Found
from trifocal_tools.failure import MISSING, Failure


def runs(**changed: Any) -> fuzz.Runs:
    """Every run as it should be, but for one."""
    good: dict[str, Any] = {"inputs": 100, "seconds": 2.0, "slowest_ms": 3.0, "early_blocks": 500, "blocks": 510}
    found = {(target, engine): Found(**good) for target in fuzz.SHARES for engine in fuzz.ENGINES}
    found["words", "atheris"] = Found(**good | changed)
    return found


def test_each_target_shows_both_engines() -> None:
    rows = {row["name"]: row for row in fuzz.summed_up(runs(seconds=4.0))["rows"]}
    led = rows["words: inputs a second, atheris"]
    assert (led["median"], led["ratio"], led["to"]) == (25.0, 0.5, "words: inputs a second, seeded")
    assert rows["inputs"]["median"] == 1400
    assert rows["  talk: the slowest input"]["max"] == 3.0


@pytest.mark.parametrize(
    ("changed", "unmet"),
    [({}, None), ({"crashes": 1}, 0), ({"hangs": 1}, 1), ({"blocks": 500 + fuzz.NO_GROWTH + 1}, 2)],
)
def test_every_aim_is_judged(changed: dict[str, Any], unmet: int | None) -> None:
    aims = fuzz.summed_up(runs(**changed))["aims"]
    assert [aim["met"] for aim in aims] == [number != unmet for number in range(3)]


def test_what_was_found_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    fuzz.summed_up(runs(crashes=1, told=["00ff: Traceback"]))
    assert capsys.readouterr().err == "words, atheris: 00ff: Traceback\n"


@pytest.mark.parametrize(
    ("quick", "inputs", "total"), [(True, 0, 20_000), (False, 0, 10_000_000), (False, 50_000, 50_000)]
)
def test_the_inputs_are_shared_out(quick: bool, inputs: int, total: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def one(target: str, engine: str, count: int) -> Found:
        asked.append(count)
        return Found(inputs=count, seconds=1.0)

    monkeypatch.setattr(fuzz, "_fuzz", one)
    monkeypatch.setattr(installer, "lacking", lambda requirements: [])
    fuzz.run(quick, inputs)
    assert sum(asked) == total


def test_a_machine_without_atheris_gets_it_or_the_bench_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def install(requirements: list[str], why: str) -> None:
        raise Failure(f"could not install {requirements}", MISSING)

    monkeypatch.setattr(installer, "lacking", lambda requirements: requirements)
    monkeypatch.setattr(installer, "install", install)
    with pytest.raises(Failure, match="atheris") as failed:
        fuzz.run(quick=True)
    assert failed.value.code == MISSING


def test_a_run_that_died_is_a_crash_and_one_that_is_stuck_a_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    line = json.dumps({"inputs": 7, "seconds": 1.0})
    run = subprocess.run

    def instead(program: str) -> None:
        monkeypatch.setattr(subprocess, "run", lambda command, **how: run([sys.executable, "-c", program], **how))

    instead(f"print('{line}'); raise SystemExit('dead')")
    died = fuzz._fuzz("words", "seeded", 100)
    assert (died.inputs, died.crashes, died.hangs) == (7, 1, 0)
    assert "dead" in died.told[0]
    monkeypatch.setattr(fuzz, "SETUP_S", 0)
    monkeypatch.setattr(fuzz, "SLOWEST_S", {"words": 0.02})
    instead(f"print('{line}', flush=True)\nwhile True: pass")
    stuck = fuzz._fuzz("words", "seeded", 100)
    assert (stuck.crashes, stuck.hangs) == (0, 1)


def test_a_real_run_comes_to_its_end() -> None:
    found = fuzz._fuzz("pieces", "seeded", 200)
    assert (found.inputs, found.crashes, found.hangs, found.told) == (200, 0, 0, [])


def test_only_this_bench_takes_a_number_of_inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "run", lambda quick, inputs=0: {"inputs": inputs})
    assert bench.run("fuzz", quick=True, inputs=9) == {"inputs": 9}
    with pytest.raises(Failure, match="no --inputs"):
        bench.run("queue", quick=True, inputs=9)
