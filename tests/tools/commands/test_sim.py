from collections.abc import Callable
from typing import Any

import pytest

from trifocal_tools import alone, failure

Run = Callable[..., tuple[int, str, str]]


def test_the_flags_arrive(monkeypatch: pytest.MonkeyPatch, trifocal: Run) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(alone, "run_sim", lambda *arguments: seen.extend(arguments))
    words = ["--listen", "127.0.0.1:0", "--camera", "/dev/video0", "--python", "micropython"]
    assert trifocal("sim", *words)[0] == failure.OK
    found, listen, as_json, baud, radio = seen
    assert (found.camera, found.python, listen) == ("/dev/video0", "micropython", "127.0.0.1:0")
    assert (as_json, baud, radio) == (False, 0, False)


@pytest.mark.parametrize(("words", "expected"), [([], 460_800), (["--baud", "115200"], 115_200)])
def test_a_wire_has_a_speed(monkeypatch: pytest.MonkeyPatch, trifocal: Run, words: list[str], expected: int) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(alone, "run_sim", lambda *arguments: seen.extend(arguments))
    assert trifocal("sim", "--pty", *words)[0] == failure.OK
    assert seen[3] == expected


def test_they_may_be_on_air(monkeypatch: pytest.MonkeyPatch, trifocal: Run) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(alone, "run_sim", lambda *arguments: seen.extend(arguments))
    assert trifocal("sim", "--radio")[0] == failure.OK
    assert seen[3:] == [0, True]
    assert trifocal("sim", "--radio", "--pty")[0] == failure.USAGE


@pytest.mark.parametrize("words", [["--python", "rust"], ["--listen", "nowhere"], ["--listen", "h:99999"]])
def test_what_cannot_be_is_a_mistake_of_usage(trifocal: Run, words: list[str]) -> None:
    assert trifocal("sim", *words)[0] == failure.USAGE
