import json
from collections.abc import Callable

import pytest

from trifocal_tools import bench, failure
from trifocal_tools.bench import report
from trifocal_tools.failure import Failure

Run = Callable[..., tuple[int, str, str]]


def test_without_a_name_the_benchmarks_are_listed(trifocal: Run) -> None:
    assert list(json.loads(trifocal("bench", "--json")[1])) == list(bench.BENCHES)
    assert "press " in trifocal("bench")[1]


def test_a_result_is_one_json_object_or_a_table(monkeypatch: pytest.MonkeyPatch, trifocal: Run) -> None:
    found = report.result("press", [report.row("ours", "ms", [1.0, 2.0, 3.0])], [report.at_most("median", 2.0, 1.0)])
    asked: list[object] = []

    def fake(name: str, quick: bool, kill: bool, inputs: int) -> dict[str, object]:
        asked.append((name, quick, kill))
        return found

    monkeypatch.setattr(bench, "run", fake)
    code, out, _ = trifocal("bench", "press", "--quick", "--json")
    assert (code, json.loads(out)) == (failure.OK, found)
    code, out, _ = trifocal("bench", "queue", "--kill")
    assert "unmet" in out
    assert asked == [("press", True, False), ("queue", False, True)]


def test_a_missing_peer_ends_with_3(monkeypatch: pytest.MonkeyPatch, trifocal: Run) -> None:
    def missing(*_: object, **__: object) -> None:
        raise Failure("sqlite3 is not here", failure.MISSING, "peer_missing")

    monkeypatch.setattr(bench, "run", missing)
    assert trifocal("bench", "queue", "--json")[0] == failure.MISSING


def test_an_unknown_benchmark_is_a_mistake_of_usage(trifocal: Run) -> None:
    code, _, err = trifocal("bench", "nope")
    assert (code, "apps, firmware, fuzz, link, live, press, queue, route" in err) == (failure.USAGE, True)
    assert trifocal("bench", "press", "--kill")[0] == failure.USAGE
