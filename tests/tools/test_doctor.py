import json
import socket
from pathlib import Path

import pytest

from trifocal_tools import doctor, installer, npm, provision, settings


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> settings.Settings:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRIFOCAL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(npm, "find_node", lambda name: None)
    monkeypatch.setattr(provision, "find_chromium", lambda: Path("/usr/bin/chromium"))
    return settings.load(data_dir=tmp_path / "data", port=0)


def by_name(found: list[doctor.Finding]) -> dict[str, doctor.Finding]:
    return {finding.name: finding for finding in found}


def test_a_missing_program_is_said_with_the_way_to_get_it(config: settings.Settings) -> None:
    found = by_name(doctor.examine(config))
    assert found["python"].ok
    assert found["chromium"].said == "/usr/bin/chromium"
    assert not found["node"].ok
    assert "PyPI" in found["node"].hint
    assert not found["node"].needed
    json.dumps([finding.to_json() for finding in found.values()])


def test_what_npm_has_brought_is_found(config: settings.Settings) -> None:
    assert not by_name(doctor.examine(config))["mentra-sdk"].ok
    npm.place("mentra-sdk").mkdir(parents=True)
    assert by_name(doctor.examine(config))["mentra-sdk"].ok
    assert not by_name(doctor.examine(config))["micropython"].ok


def test_the_folder_need_not_be_there_yet_but_must_be_possible(config: settings.Settings, tmp_path: Path) -> None:
    assert by_name(doctor.examine(config))["data dir"].ok
    assert not config.data_dir.exists()
    (tmp_path / "file").write_text("")
    blocked = settings.load(data_dir=tmp_path / "file" / "data", port=0)
    assert not by_name(doctor.examine(blocked))["data dir"].ok


def test_a_port_in_use_is_said_unless_it_is_ours(config: settings.Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = settings.load(data_dir=config.data_dir, port=server.getsockname()[1])
        assert not by_name(doctor.examine(taken))["port"].ok
        config.data_dir.mkdir()
        (config.data_dir / settings.UP_FILE).write_text("{}")
        assert by_name(doctor.examine(taken))["port"].ok


def test_too_little_room_is_said(config: settings.Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "ROOM_BYTES", 2**80)
    assert not by_name(doctor.examine(config))["disk"].ok


def test_missing_dev_tools_are_named(config: settings.Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installer, "dev_group", lambda: ["no-such-package-of-ours==1"])
    assert "no-such-package-of-ours==1" in by_name(doctor.examine(config))["gates"].said


def test_findings_are_printed_with_their_hints(capsys: pytest.CaptureFixture[str]) -> None:
    good = doctor.Finding("python", True, "3.11")
    optional = doctor.Finding("node", False, "missing", "get it", needed=False)
    needed = doctor.Finding("disk", False, "full", "make room")
    doctor.print_findings([good])
    assert capsys.readouterr().out.endswith("everything is here\n")
    doctor.print_findings([good, optional])
    out = capsys.readouterr().out
    assert "get it" in out
    assert "`trifocal up` can run" in out
    doctor.print_findings([needed])
    assert "✗ disk" in capsys.readouterr().out
