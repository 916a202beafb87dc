"""The cases for hardware: good glasses pass them, whatever runs them, and glasses that have a fault do not."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from trifocal_tools.hil import dut, run

pytestmark = pytest.mark.journey

LONGEST_S = 400
"""For the whole suite, which keeps to the speed of a wire."""

MUTANT = """
{fault}
from trifocal_tools.cli import main
main()
"""

ROTTEN = """
from trifocal_firmware.io.flash import Flash
class Rotten:
    def __init__(self, file):
        self.file = file
    def __getattr__(self, name):
        return getattr(self.file, name)
    def readinto(self, into):
        count = self.file.readinto(into)
        into[0] ^= 1
        return count
whole = Flash.open
Flash.open = lambda self, name: Rotten(whole(self, name))
"""
FORGETFUL = """
import os
from trifocal_firmware.io.flash import Flash
def forget(self, folder):
    self._folder = folder
    for name in os.listdir(folder):
        os.remove(folder + "/" + name)
Flash.__init__ = forget
"""
FROM_THE_START = """
from trifocal_firmware.transfer import PhotoSender
have = PhotoSender.have
PhotoSender.have = lambda self, number, offset, window, now: have(self, number, 0, window, now)
"""
HARD_OF_HEARING = """
import itertools
from trifocal_firmware.session import Session
count, receive = itertools.count(1), Session.receive
Session.receive = lambda self, data, now: next(count) % 40 and receive(self, data, now)
"""
FORGETS_IDS = "from trifocal_firmware.photo import Photos\nPhotos._remembers = lambda self, request_id: False"
SHOOTS_ALWAYS = "from trifocal_firmware.glasses import Glasses\nGlasses._refusal = lambda self: ''"
DARK = "from trifocal_firmware import glasses\nglasses.light = lambda state, owner: 'off'"

FAULTS = {
    "photo_by_request": ROTTEN,
    "duplicate_request": FORGETS_IDS,
    "resume": FROM_THE_START,
    "photo_survives": FORGETFUL,
    "battery_low": SHOOTS_ALWAYS,
    "light_follows_camera": DARK,
    "ping": HARD_OF_HEARING,
}
"""For cases of the suite, something that makes firmware fail just there."""


@pytest.mark.timeout(LONGEST_S)
@pytest.mark.parametrize("python", ["cpython", "micropython"])
def test_simulated_glasses_pass_every_case_and_none_is_skipped(python: str, tmp_path: Path) -> None:
    said = hil(tmp_path, "--sim", python)
    assert [case for case in said["cases"] if case["outcome"] != "passed"] == []
    assert said["passed"] >= 50
    assert all(case["proves"].endswith(".") for case in said["cases"])


@pytest.mark.timeout(LONGEST_S)
def test_on_a_port_only_what_frames_can_do_is_asked_and_what_was_passed_over_says_what_it_takes(tmp_path: Path) -> None:
    board = dut.SimDut("micropython")
    try:
        said = hil(tmp_path, "--port", board.port)
    finally:
        board.close()
    assert said["failed"] == 0
    assert said["passed"] >= 40
    skipped = {case["name"]: case["why"] for case in said["cases"] if case["outcome"] == "skipped"}
    assert {"photo_survives", "battery_low", "photo_by_hand", "light_follows_camera"} <= set(skipped)
    assert all(why.startswith("needs ") for why in skipped.values())


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_of_the_firmware_is_found_by_its_case(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "faulty.py"
    script.write_text(MUTANT.format(fault=FAULTS[case]))
    monkeypatch.setattr("trifocal_tools.hil.peer.ANSWER_S", 2.0)
    board = dut.SimDut("cpython", (sys.executable, str(script)))
    monkeypatch.setattr("trifocal_tools.hil.plugin.open_dut", lambda *_: board)
    report = run.run("faulty", only=f"test_{case}")
    assert not report.good
    assert {(one.name, one.outcome) for one in report.cases} >= {(case, "failed")}
    assert all(one.why for one in report.cases if one.outcome == "failed")


def hil(folder: Path, *words: str) -> dict[str, object]:
    """What `trifocal hil --json` says."""
    command = [sys.executable, "-m", "trifocal_tools.cli", "hil", *words, "--json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=LONGEST_S, check=False)
    assert done.stdout, done.stderr
    return json.loads(done.stdout)
