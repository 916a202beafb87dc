"""One run of a target: what is counted, what ends it, and that the same seed is the same run."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from trifocal_tools.bench import fuzz_runner, fuzz_targets
from trifocal_tools.bench.fuzz_runner import LONGEST, MOST_TOLD, Judge, Mutator, main, seeded


@pytest.fixture(autouse=True)
def quiet_clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No signal in the tests' own process; the judge is told by hand that a second has passed."""
    monkeypatch.setattr(fuzz_runner.signal, "setitimer", lambda *_: None)
    before = fuzz_runner.signal.getsignal(fuzz_runner.signal.SIGVTALRM)
    yield
    fuzz_runner.signal.signal(fuzz_runner.signal.SIGVTALRM, before)


def judge(monkeypatch: pytest.MonkeyPatch, target: Callable[[bytes], None], inputs: int) -> Judge:
    monkeypatch.setitem(fuzz_targets.TARGETS, "made up", lambda: target)
    return Judge("made up", inputs)


def test_a_crash_is_counted_and_told_and_the_next_input_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    def target(data: bytes) -> None:
        if data == b"bad":
            raise ValueError("so bad")

    made = judge(monkeypatch, target, 20)
    for _ in range(10):
        made(b"bad")
        made(b"good")
    found = made.found
    assert (found.inputs, found.crashes, found.hangs, made.done) == (20, 10, 0, True)
    assert len(found.told) == MOST_TOLD
    assert found.told[0].startswith("626164: Traceback")
    assert "so bad" in found.told[0]
    made(b"bad")
    assert found.inputs == 20


def test_an_input_that_has_had_its_second_is_a_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    def target(data: bytes) -> None:
        made._tick(0, None)
        if data == b"slow":
            with contextlib.suppress(Exception):  # no target swallows it
                made._tick(0, None)

    made = judge(monkeypatch, target, 4)
    for data in (b"quick", b"slow", b"quick"):
        made(data)
    assert (made.found.inputs, made.found.hangs, made.found.crashes) == (3, 1, 0)
    assert made.found.told == ["736c6f77: a hang"]


def test_progress_and_memory_are_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    made = judge(monkeypatch, lambda data: None, 40)
    for _ in range(40):
        made(b"x")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["inputs"] for line in lines] == list(range(2, 41, 2))
    assert lines[-1]["blocks"] > 0 < lines[-1]["early_blocks"]


def test_the_same_seed_makes_the_same_inputs_and_another_one_others() -> None:
    def inputs(seed: int) -> list[bytes]:
        mutator = Mutator([b"", b"one", b"x" * 900], seed)
        return [mutator.next() for _ in range(300)]

    assert inputs(1) == inputs(1) != inputs(2)
    assert max(map(len, inputs(1))) == LONGEST
    assert len(set(inputs(1))) > 150


def test_a_seeded_run_finds_nothing_in_our_words() -> None:
    found = seeded("words", 500, 3)
    assert (found.inputs, found.crashes, found.hangs, found.told) == (500, 0, 0, [])


def test_the_program_tells_its_last_word_as_json() -> None:
    asked = {"engine": "seeded", "target": "frames", "inputs": 40, "seed": 1, "corpus": ""}
    command = [sys.executable, "-m", fuzz_runner.__name__, json.dumps(asked)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert json.loads(ran.stdout.splitlines()[-1])["inputs"] == 40


def test_each_engine_gets_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(fuzz_runner.os, "nice", asked.append)
    monkeypatch.setattr(fuzz_runner, "seeded", lambda **what: asked.append(("seeded", what)))
    monkeypatch.setattr(fuzz_runner, "guided", lambda **what: asked.append(("guided", what)))
    run = {"target": "words", "inputs": 4, "seed": 1}
    main(run | {"engine": "seeded", "corpus": "c"})
    main(run | {"engine": "atheris", "corpus": "c"})
    assert asked == [19, ("seeded", run), 19, ("guided", run | {"corpus": "c"})]
