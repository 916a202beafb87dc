"""Glasses on Linux: the command line, and the program as a process. With a gateway it is tried in the journeys."""

import json
import os
import signal
import subprocess
import sys

import pytest

from trifocal_firmware.boards import linux
from trifocal_firmware.boards.linux import FileWatchdog, device_id, parse

PROGRAM = [sys.executable, "-m", "trifocal_firmware.boards.linux"]
DRAWN = "lavfi:testsrc2=size=64x48"


def program(*arguments, folder):
    return subprocess.run(
        [*PROGRAM, *arguments, "--folder", str(folder)], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "--camera"),
        (("--camera", DRAWN), "--no-light"),
        (("--camera", DRAWN, "--no-light", "--listen", "here"), "HOST:PORT"),
        (("--camera", DRAWN, "--light", "seventeen"), "invalid int"),
    ],
)
def test_a_command_line_that_cannot_be_understood_is_2_and_says_why(arguments, words, capsys):
    with pytest.raises(SystemExit) as end:
        parse(list(arguments))
    assert end.value.code == 2
    assert words in capsys.readouterr().err


def test_without_anything_said_it_listens_on_this_machine_only():
    settings = parse(["--camera", DRAWN, "--no-light"])
    assert (settings.listen, settings.serial, settings.watchdog) == ("127.0.0.1:4860", "", "")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--camera", "/dev/video99", "--no-light"), "there is no camera at /dev/video99"),
        (("--camera", DRAWN, "--no-light", "--serial", "/dev/ttyNone"), "/dev/ttyNone"),
        (("--camera", DRAWN, "--no-light", "--listen", "192.0.2.1:0"), "192.0.2.1"),
        (("--camera", DRAWN, "--no-light", "--watchdog", "/no/watchdog"), "/no/watchdog"),
    ],
)
def test_what_is_missing_is_3_and_a_sentence(arguments, words, tmp_path):
    ended = program(*arguments, folder=tmp_path / "glasses")
    assert ended.returncode == 3
    assert ended.stderr.startswith("these glasses cannot be: ")
    assert words in ended.stderr
    assert (len(ended.stderr.splitlines()), ended.stdout) == (1, "")


def test_a_folder_that_cannot_be_is_3_too(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    assert program("--camera", DRAWN, "--no-light", folder=tmp_path / "file" / "glasses").returncode == 3


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_says_when_it_is_ready_and_ends_well_when_it_is_told_to(tmp_path, how):
    watchdog = tmp_path / "watchdog"
    command = [*PROGRAM, "--camera", DRAWN, "--no-light", "--listen", "127.0.0.1:0"]
    command += ["--folder", str(tmp_path / "glasses"), "--watchdog", str(watchdog)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        said = json.loads(process.stdout.readline())
        process.send_signal(how)
        assert process.wait(30) == 0
    assert said["deviceId"] == device_id()
    assert said["port"] > 0
    assert watchdog.read_bytes() in {b"\0V", b"\0\0V"}, "fed at least once, and put to sleep"


def test_the_id_is_the_machines_for_ever_and_does_not_give_its_own_away(tmp_path, monkeypatch):
    (tmp_path / "id").write_text("0123456789abcdef0123456789abcdef\n")
    monkeypatch.setattr(linux, "MACHINE_ID", str(tmp_path / "id"))
    assert device_id() == device_id()
    assert device_id().startswith("linux_")
    assert "0123456789ab" not in device_id()


def test_a_watchdog_that_is_let_go_is_told_not_to_bite(tmp_path):
    dog = FileWatchdog(str(tmp_path / "watchdog"))
    dog.feed()
    dog.feed()
    dog.close()
    assert (tmp_path / "watchdog").read_bytes() == b"\0\0V"
    assert os.path.exists(tmp_path / "watchdog")
