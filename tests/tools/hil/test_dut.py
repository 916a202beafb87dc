"""Devices under test. What simulated ones can do, the whole suite shows in test_run."""

import os
import sys
from pathlib import Path

import pytest

from trifocal_tools.failure import Failure
from trifocal_tools.hil import dut as module
from trifocal_tools.hil.dut import BUTTON, LIGHT, NEEDS, POWER, SerialDut, SimDut, open_dut, reset


@pytest.fixture
def port() -> str:
    """A pty: a serial port without modem lines."""
    ours, theirs = os.openpty()
    yield os.ttyname(theirs)
    os.close(ours)
    os.close(theirs)


def test_a_board_can_what_it_was_given(port: str) -> None:
    assert open_dut(f"serial:{port}").can == frozenset()
    assert open_dut(f"serial:{port}", power="true").can == {POWER}
    assert open_dut(f"serial:{port}", ask=lambda question: "").can == {BUTTON, LIGHT}


def test_its_power_is_cut_by_the_command(tmp_path: Path) -> None:
    SerialDut("x", 9600, power=f"touch {tmp_path / 'cut'}").cut_power()
    assert (tmp_path / "cut").exists()
    with pytest.raises(AssertionError, match="ended with 3"):
        SerialDut("x", 9600, power="exit 3").cut_power()


def test_a_port_without_lines_says_so(port: str) -> None:
    with pytest.raises(AssertionError, match="no lines that could reset"):
        SerialDut(port, 9600, power="lines").cut_power()
    with pytest.raises(AssertionError, match="no lines"):
        reset("/dev/no-such-port")


def test_who_sits_beside_it_presses_and_watches() -> None:
    asked: list[str] = []
    board = SerialDut("x", 9600, ask=lambda question: asked.append(question) or "Y\n")
    board.press()
    lights = [light for light, _ in board.watch_light(lambda: asked.append("shot"))]
    assert lights == ["off", "photo", "off"]
    assert asked[2] == "shot"
    dark = SerialDut("x", 9600, ask=lambda question: "n\n")
    assert dark.watch_light(lambda: None) == [("off", "")]


def test_what_is_no_device_is_said(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="there is no port"):
        open_dut(f"serial:{tmp_path / 'ttyUSB0'}")
    with pytest.raises(Failure, match="there is no device 'rust'"):
        open_dut("rust")


@pytest.mark.parametrize(
    ("script", "why"),
    [('print(\'{"error": "x", "message": "no camera"}\')', "no camera"), ("input()", "said nothing")],
)
def test_glasses_that_do_not_start_are_a_failure(
    script: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "START_S", 0.5 if why == "said nothing" else 20)
    file = tmp_path / "glasses.py"
    file.write_text(script)
    with pytest.raises(Failure, match=why):
        SimDut("cpython", (sys.executable, str(file)))


def test_every_need_has_its_sentence() -> None:
    assert SimDut.can == set(NEEDS)
    assert all(sentence for sentence in NEEDS.values())
