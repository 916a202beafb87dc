import sys
from pathlib import Path

import pytest

from trifocal_tools import failure
from trifocal_tools.bench import fresh
from trifocal_tools.failure import Failure

# Read by the shell and by Python alike: a `#!` line takes no path with a space in it.
SAYS = """#!/bin/sh
'exec' '{python}' "$0" "$@"
import os, signal, sys
assert [name for name in os.environ if name.startswith("TRIFOCAL_")] == ["TRIFOCAL_CACHE"]
signal.signal(signal.SIGTERM, lambda *_: (open({mark!r}, "w").close(), sys.exit()))
print({line!r}, flush=True)
signal.pause()
"""


@pytest.fixture
def mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRIFOCAL_TOKEN", "somebody's")
    monkeypatch.setenv("TRIFOCAL_CACHE", "kept")
    return tmp_path / "stopped"


def pretend(monkeypatch: pytest.MonkeyPatch, mark: Path, line: str) -> None:
    program = mark.parent / "python"
    program.write_text(SAYS.format(python=sys.executable, line=line, mark=str(mark)))
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))


def test_what_it_announced_is_given_and_it_is_stopped(monkeypatch: pytest.MonkeyPatch, mark: Path) -> None:
    pretend(monkeypatch, mark, '{"cloud": "http://c"}')
    with fresh.fresh_up() as said:
        assert said == {"cloud": "http://c"}
        assert not mark.exists()
    assert mark.exists()


def test_one_that_fails_to_start_says_why(monkeypatch: pytest.MonkeyPatch, mark: Path) -> None:
    pretend(monkeypatch, mark, '{"error": "port_busy", "message": "port 1 is busy"}')
    with pytest.raises(Failure, match="port 1 is busy") as caught, fresh.fresh_up():
        pass
    assert caught.value.code == failure.MISSING


def test_one_that_never_gets_ready_is_given_up(monkeypatch: pytest.MonkeyPatch, mark: Path) -> None:
    monkeypatch.setattr(fresh, "READY_S", 0.05)
    program = mark.parent / "python"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    with pytest.raises(Failure, match="did not get ready"), fresh.fresh_up():
        pass
