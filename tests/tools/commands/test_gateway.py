from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trifocal_tools import alone, failure
from trifocal_tools.settings import Endpoint

Run = Callable[..., tuple[int, str, str]]


def test_the_flags_arrive(monkeypatch: pytest.MonkeyPatch, trifocal: Run, tmp_path: Path) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(alone, "run_gateway", lambda *arguments: seen.extend(arguments))
    words = ["--sim", "tcp://127.0.0.1:4861", "--cloud", "http://c", "--token", "t", "--data-dir", str(tmp_path)]
    assert trifocal("gateway", *words)[0] == failure.OK
    assert seen[1:] == [Endpoint("http://c", "t"), "tcp://127.0.0.1:4861", False, False, ""]


def test_pairing_is_asked_for(monkeypatch: pytest.MonkeyPatch, trifocal: Run, tmp_path: Path) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(alone, "run_gateway", lambda *arguments: seen.extend(arguments))
    assert trifocal("gateway", "--pair", "--cloud", "http://c", "--token", "t", "--data-dir", str(tmp_path))[0] == 0
    assert seen[4] is True


def test_an_address_that_is_none_is_a_mistake_of_usage(trifocal: Run) -> None:
    assert trifocal("gateway", "--sim", "127.0.0.1", "--cloud", "http://c", "--token", "t")[0] == failure.USAGE


def test_without_a_cloud_it_cannot_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, trifocal: Run) -> None:
    monkeypatch.delenv("TRIFOCAL_CLOUD", raising=False)
    assert trifocal("gateway", "--data-dir", str(tmp_path))[0] == failure.UNREACHABLE


@pytest.mark.parametrize(("words", "glasses"), [(["--ble", "Xy_A"], "ble:Xy_A"), (["--ble"], "ble:")])
def test_bluetooth_takes_the_place_of_simulated_glasses_with_a_name_or_without(
    monkeypatch: pytest.MonkeyPatch, trifocal: Run, tmp_path: Path, words: list[str], glasses: str
) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(alone, "run_gateway", lambda *arguments: seen.extend(arguments))
    words = [*words, "--cloud", "http://c", "--token", "t", "--data-dir", str(tmp_path)]
    assert trifocal("gateway", *words)[0] == failure.OK
    assert seen[1:] == [Endpoint("http://c", "t"), glasses, False, False, ""]


@pytest.mark.parametrize("words", [["--ble", "   "], ["--ble", "a\nb"], ["Xy_A"]])
def test_a_name_that_is_none_is_a_mistake_of_usage(trifocal: Run, words: list[str]) -> None:
    assert trifocal("gateway", *words, "--cloud", "http://c", "--token", "t")[0] == failure.USAGE


@pytest.mark.parametrize(("words", "glasses"), [([], ""), (["--baud", "115200"], "?baud=115200")])
def test_a_wire_takes_their_place_too(
    monkeypatch: pytest.MonkeyPatch, trifocal: Run, tmp_path: Path, words: list[str], glasses: str
) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(alone, "run_gateway", lambda *arguments: seen.extend(arguments))
    words = ["--serial", "/dev/ttyUSB0", *words, "--cloud", "http://c", "--token", "t", "--data-dir", str(tmp_path)]
    assert trifocal("gateway", *words)[0] == failure.OK
    assert seen[2] == f"serial:/dev/ttyUSB0{glasses}"


@pytest.mark.parametrize("words", [["--serial", "x", "--ble"], ["--serial", "x", "--baud", "0"], ["--serial", "a\nb"]])
def test_two_ways_at_once_or_a_port_that_is_none_are_a_mistake_of_usage(trifocal: Run, words: list[str]) -> None:
    assert trifocal("gateway", *words, "--cloud", "http://c", "--token", "t")[0] == failure.USAGE


def test_bluetooth_may_be_another_controller_than_the_systems(
    monkeypatch: pytest.MonkeyPatch, trifocal: Run, tmp_path: Path
) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(alone, "run_gateway", lambda *arguments: seen.extend(arguments))
    words = ["--hci", "usb:0", "--cloud", "http://c", "--token", "t", "--data-dir", str(tmp_path)]
    assert trifocal("gateway", "--ble", *words)[0] == failure.OK
    assert seen[5] == "usb:0"
    assert trifocal("gateway", *words)[0] == failure.USAGE
