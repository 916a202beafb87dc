"""Every relay is started as the benchmark starts it, and relays."""

import subprocess
import sys
from pathlib import Path

import pytest

from trifocal_tools import failure
from trifocal_tools.bench import route_servers
from trifocal_tools.bench.route_servers import FASTAPI, FLOOR, NODE, OURS, LoadProcess, check_machine, loading, running
from trifocal_tools.failure import Failure

pytestmark = pytest.mark.journey


@pytest.mark.parametrize("name", [NODE, FASTAPI, FLOOR])
def test_a_relay_carries_presses_and_its_cost_is_seen(name: str, tmp_path: Path) -> None:
    check_machine()
    with running(name, tmp_path) as server, loading(server.target, tmp_path) as load:
        before = server.cpu_s()
        assert load.tell(open=3) == {"opened": 3}
        heard = load.tell(run=0.1)
        assert heard["messages"] > 3
        assert 0 < heard["p50_us"] <= heard["p99_us"]
        assert server.cpu_s() > before
        assert server.memory_kib() > 1000
        load.tell(drop=True)
        assert load.tell(open=4) == {"opened": 4}
        assert load.tell(run=0.1)["messages"] > 4
    assert server.process.poll() is not None


def test_our_cloud_starts_apps_and_carries_presses_and_takes_back_who_was_lost(tmp_path: Path) -> None:
    with running(OURS, tmp_path) as server, loading(server.target, tmp_path) as load:
        assert load.tell(open=2) == {"opened": 2}
        assert load.tell(run=0.1)["messages"] > 2
        load.tell(drop=True)
        assert load.tell(open=3) == {"opened": 3}
        assert load.tell(run=0.1)["messages"] > 3


def test_a_load_that_fails_ends_the_benchmark(tmp_path: Path) -> None:
    with running(FLOOR, tmp_path) as server, loading(server.target, tmp_path) as load:
        server.process.kill()
        server.process.wait()
        with pytest.raises(Failure, match="load generator failed"):
            load.tell(open=1)


def says(text: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", f"import sys; sys.stdin.readline(); print({text!r})"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize(("text", "code"), [("no JSON", failure.MISSING), ("[]", failure.FAILED)])
def test_what_is_no_answer_is_a_failure(text: str, code: int) -> None:
    with says(text) as process, pytest.raises(Failure) as caught:
        LoadProcess(process).tell(run=1)
    assert caught.value.code == code


def test_who_never_answers_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(route_servers, "ANSWER_S", 0.05)
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    silent = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with silent, pytest.raises(Failure, match="ended instead"):
        LoadProcess(silent).tell(run=1)
    assert silent.returncode


def test_elsewhere_than_on_linux_nothing_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "exists", lambda _: False)
    with pytest.raises(Failure) as caught:
        check_machine()
    assert caught.value.code == failure.MISSING
