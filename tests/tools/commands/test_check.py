from collections.abc import Callable

import pytest

from trifocal_tools import check, failure

Run = Callable[..., tuple[int, str, str]]


def test_the_gates_named_are_run_and_their_code_is_ours(monkeypatch: pytest.MonkeyPatch, trifocal: Run) -> None:
    seen: list[object] = []

    def fake(names: list[str], fast: bool, as_json: bool) -> int:
        seen.append((names, fast, as_json))
        return failure.FAILED

    monkeypatch.setattr(check, "check", fake)
    assert trifocal("check", "--fast", "types", "tests")[0] == failure.FAILED
    assert trifocal("check", "--json")[0] == failure.FAILED
    assert seen == [(["types", "tests"], True, False), ([], False, True)]


def test_an_unknown_gate_is_a_mistake_of_usage(trifocal: Run) -> None:
    assert trifocal("check", "typos")[0] == failure.USAGE
