import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from trifocal_tools import failure, installer
from trifocal_tools.failure import Failure


def test_the_dev_group_is_read_from_the_checkout() -> None:
    assert any(line.startswith("pytest==") for line in installer.dev_group())


@pytest.mark.parametrize("text", [None, "[project]\n"])
def test_away_from_a_checkout_there_is_no_dev_group(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(Failure) as caught:
        installer.dev_group(tmp_path / "pyproject.toml")
    assert caught.value.code == failure.MISSING


def test_a_requirement_is_lacking_when_absent_or_in_another_version() -> None:
    here = metadata.version("pytest")
    good = [f"pytest=={here}", "pytest", f"pytest=={here}; python_version >= '3'", "sqlalchemy[asyncio]"]
    bad = ["pytest==0.0.1", "no-such-package-of-ours==1"]
    assert installer.lacking([*good, *bad]) == bad


def fake_run(code: int, stderr: str, seen: list[list[str]]) -> object:
    def run(words: list[str], **_: object) -> "subprocess.CompletedProcess[str]":
        seen.append(words)
        return subprocess.CompletedProcess(words, code, "", stderr)

    return run


def test_installing_says_what_and_why(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    seen: list[list[str]] = []
    monkeypatch.setattr(installer, "_installer", lambda: ["pip", "install"])
    monkeypatch.setattr(subprocess, "run", fake_run(0, "", seen))
    installer.install(["ruff==1"], "the gates need it")
    assert seen[-1][-1] == "ruff==1"
    assert "the gates need it" in capsys.readouterr().err


def test_a_failed_install_gives_the_last_word_and_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installer, "_installer", lambda: ["pip", "install"])
    monkeypatch.setattr(subprocess, "run", fake_run(1, "Collecting\nERROR: no matching distribution\n", []))
    with pytest.raises(Failure, match="no matching distribution") as caught:
        installer.install(["ruff==1"], "why")
    assert caught.value.code == failure.MISSING
    assert caught.value.hint.endswith("ruff==1")


def test_without_pip_inside_uv_or_the_base_python_install(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []
    monkeypatch.setattr(subprocess, "run", fake_run(0, "", seen))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr("shutil.which", lambda name: "/bin/uv" if name == "uv" else None)
    installer.install(["x"], "why")
    assert seen[-1][:3] == ["/bin/uv", "pip", "install"]
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr(sys, "_base_executable", "/base/python", raising=False)
    installer.install(["x"], "why")
    assert seen[-1][:5] == ["/base/python", "-m", "pip", "--python", sys.executable]
    monkeypatch.setattr(subprocess, "run", fake_run(1, "No module named pip", seen))
    with pytest.raises(Failure, match="neither pip nor uv"):
        installer.install(["x"], "why")
