import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from trifocal_tools import cli, failure


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TERM", "dumb")
    for name in ("CLOUD", "TOKEN", "DATA_DIR"):
        monkeypatch.delenv(f"TRIFOCAL_{name}", raising=False)


def test_help_names_every_command_and_every_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--help"]) == failure.OK
    out = capsys.readouterr().out
    for _, _, name in cli.COMMANDS:
        assert f" {name} " in out
    for code, _ in failure.EXIT_CODES:
        assert f"{code} " in out


@pytest.mark.parametrize("name", [name for _, _, name in cli.COMMANDS])
def test_the_help_of_every_command_teaches_by_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([name, "--help"]) == failure.OK
    out = capsys.readouterr().out
    assert "Examples" in out
    assert f"trifocal {name}" in out


@pytest.mark.parametrize("arguments", [[], ["app"]])
def test_a_group_without_a_command_shows_its_help_as_a_mistake_of_usage(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(arguments) == failure.USAGE
    out, err = capsys.readouterr()
    assert "Usage" in out
    assert err == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ["pres"],
        ["press", "banana"],
        ["press", "--nope"],
        ["glasses", "battery", "200"],
        ["app", "strat"],
        ["app", "add"],
    ],
)
def test_mistakes_of_usage_end_with_2_on_stderr(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(arguments) == failure.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("trifocal: ")
    assert len(err.splitlines()) == 2


def test_with_json_a_mistake_is_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["press", "--wait", "--json"]) == failure.UNREACHABLE
    out, err = capsys.readouterr()
    assert json.loads(out)["error"] == "cloud_unreachable"
    assert err == ""
    assert cli.run(["press", "--json", "--nope"]) == failure.USAGE
    assert json.loads(capsys.readouterr().out)["error"] == "usage"


def test_ctrl_c_is_quiet(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("trifocal_tools.settings.load", interrupt)
    assert cli.run(["glasses"]) == failure.INTERRUPTED
    assert capsys.readouterr() == ("", "")


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--version"]) == failure.OK
    assert capsys.readouterr().out.startswith("trifocal 0.")


def test_a_reader_that_went_away_is_no_error(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as gone:
        ran = subprocess.run(
            [sys.executable, "-m", "trifocal_tools.cli", "bench"],
            stdout=gone,
            stderr=subprocess.PIPE,
            cwd=tmp_path,
            check=False,
        )
    assert ran.stderr == b""


def test_help_imports_nothing_heavy() -> None:
    code = "import sys, trifocal_tools.cli as c; c.run(['--help']); print([m for m in HEAVY if m in sys.modules])"
    heavy = "HEAVY = ('httpx', 'pydantic', 'fastapi', 'sqlalchemy', 'trifocal_cloud', 'trifocal_gateway', 'asyncio')\n"
    ran = subprocess.run([sys.executable, "-c", heavy + code], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "[]"
