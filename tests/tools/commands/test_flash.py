import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trifocal_tools import failure, provision
from trifocal_tools.failure import Failure
from trifocal_tools.flash import run as module
from trifocal_tools.flash.plan import Found, make

Run = Callable[..., tuple[int, str, str]]

PLAN = make({"lib/a.mpy": b"M\x06", "main.py": b"x"}, Found(free=1_000_000))


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was asked of the flasher."""
    seen: list[Any] = []

    def flash(board: Any, port: str, image: Path | None = None, **how: Any) -> module.Done:
        seen.append(("flash", board.name, port, image))
        if "begun" in how:
            how["begun"](PLAN)
            how["moved"](3)
        return module.Done(board.name, port, PLAN, str(image or ""))

    def look(board: Any, port: str, image: Path | None = None) -> module.Done:
        seen.append(("look", board.name, port, image))
        return module.Done(board.name, port, PLAN, str(image or ""))

    monkeypatch.setattr(module, "flash", flash)
    monkeypatch.setattr(module, "look", look)
    monkeypatch.setattr(provision, "flash_tools", seen.append)
    return seen


def test_a_board_is_flashed_and_what_was_done_is_said(ran: list[Any], trifocal: Run) -> None:
    code, out, _ = trifocal("flash", "--board", "xiao-sense", "--port", "/dev/ttyACM0")
    assert (code, ran) == (failure.OK, [False, ("flash", "xiao-sense", "/dev/ttyACM0", None)])
    assert out.splitlines() == [
        "xiao-sense at /dev/ttyACM0: done and read back",
        "  copy    lib/a.mpy (2 bytes)",
        "  copy    main.py (1 bytes)",
    ]


def test_a_dry_run_only_looks(ran: list[Any], trifocal: Run, tmp_path: Path) -> None:
    words = ["--board", "xiao-sense", "--port", "p", "--dry-run", "--interpreter", str(tmp_path / "m.bin")]
    code, out, _ = trifocal("flash", *words)
    assert (code, ran) == (failure.OK, [True, ("look", "xiao-sense", "p", tmp_path / "m.bin")])
    assert "would be done" in out
    assert f"write   {tmp_path / 'm.bin'}" in out


@pytest.mark.parametrize("dry", [[], ["--dry-run"]])
def test_json_says_the_same(ran: list[Any], trifocal: Run, dry: list[str]) -> None:
    _, out, _ = trifocal("flash", "--board", "xiao-sense", "--port", "p", *dry, "--json")
    assert json.loads(out)["copy"] == {"lib/a.mpy": 2, "main.py": 1}


def test_the_boards_are_listed(ran: list[Any], trifocal: Run) -> None:
    assert "XIAO" in trifocal("flash", "--board", "list")[1]
    assert "xiao-sense" in json.loads(trifocal("flash", "--board", "list", "--json")[1])


def test_a_failure_has_its_word_and_its_hint(ran: list[Any], trifocal: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise Failure("no port", failure.MISSING, "no_port", "plug it in")

    monkeypatch.setattr(module, "flash", fail)
    code, out, _ = trifocal("flash", "--board", "xiao-sense", "--port", "p", "--json")
    assert (code, json.loads(out)["error"]) == (failure.MISSING, "no_port")


@pytest.mark.parametrize("words", [[], ["--board", "toaster", "--port", "p"], ["--board", "xiao-sense"]])
def test_what_cannot_be_is_a_mistake_of_usage(ran: list[Any], trifocal: Run, words: list[str]) -> None:
    assert trifocal("flash", *words)[0] == failure.USAGE
