import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trifocal_tools import alone, data_dir, failure, running, settings
from trifocal_tools.failure import Failure
from trifocal_tools.settings import Endpoint


@pytest.fixture(autouse=True)
def _no_logs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "log_to_stderr", lambda: None)


def fake(seen: list[Any], *said: object) -> Callable[..., Any]:
    """A part that keeps its settings, says that it has started, and ends."""

    async def run(*arguments: Any) -> None:
        seen.append(arguments[0])
        started = next(one for one in arguments if callable(one))
        assert any(isinstance(one, asyncio.Event) for one in arguments)
        started(*said)

    return run


def test_the_cloud_says_where_it_listens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[Any] = []
    monkeypatch.setattr("trifocal_cloud.main.serve", fake(seen, "http://127.0.0.1:4711"))
    alone.run_cloud(settings.load(data_dir=tmp_path, port=0), as_json=True)
    assert json.loads(capsys.readouterr().out) == {"cloud": "http://127.0.0.1:4711", "dataDir": str(tmp_path / "cloud")}
    assert seen[0].data_dir == tmp_path / "cloud"
    assert seen[0].local_user == ""


def test_a_cloud_alone_lets_apps_be_on_the_internet_only_unless_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []
    monkeypatch.setattr("trifocal_cloud.main.serve", fake(seen, "http://127.0.0.1:4711"))
    alone.run_cloud(settings.load(data_dir=tmp_path, port=0), as_json=True)
    config = settings.load(data_dir=tmp_path, port=0, allow_private_apps=True, public_url="https://example.org")
    alone.run_cloud(config, as_json=True)
    assert [(found.app_networks, found.public_url) for found in seen] == [
        ("public", ""),
        ("private", "https://example.org"),
    ]


def test_the_gateway_is_told_where_its_glasses_and_cloud_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[Any] = []
    monkeypatch.setattr("trifocal_gateway.main.run", fake(seen))
    endpoint = Endpoint("http://c", "t0ken")
    alone.run_gateway(settings.load(data_dir=tmp_path), endpoint, "tcp://127.0.0.1:4860", as_json=False)
    out = capsys.readouterr().out
    assert "tcp://127.0.0.1:4860" in out
    assert "t0ken" not in out
    assert (seen[0].cloud_url, seen[0].glasses) == ("http://c", "tcp://127.0.0.1:4860")


def test_glasses_say_which_port_they_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[Any] = []
    monkeypatch.setattr("trifocal_tools.sim.run", fake(seen, 4712))
    alone.run_sim(settings.load(data_dir=tmp_path, camera="pattern"), "127.0.0.1:0", as_json=True)
    assert json.loads(capsys.readouterr().out)["glasses"] == "tcp://127.0.0.1:4712"
    assert seen[0].data_dir == tmp_path / "glasses"


def test_a_cloud_that_is_no_web_address_is_a_mistake_of_usage(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="cloud_url") as caught:
        alone.run_gateway(settings.load(data_dir=tmp_path), Endpoint("ftp://c", "t"), "tcp://127.0.0.1:1", False)
    assert caught.value.code == failure.USAGE


def test_a_part_that_dies_of_its_disk_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def dies(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("trifocal_cloud.main.serve", dies)
    with pytest.raises(Failure, match="the cloud died: disk full"):
        alone.run_cloud(settings.load(data_dir=tmp_path, port=0), as_json=False)


def test_two_clouds_do_not_share_a_folder(tmp_path: Path) -> None:
    config = settings.load(data_dir=tmp_path, port=0)
    with data_dir.owned(tmp_path, "cloud"), pytest.raises(Failure) as caught:
        alone.run_cloud(config, as_json=False)
    assert (caught.value.code, caught.value.word) == (failure.MISSING, "data_dir_busy")


@pytest.mark.parametrize("text", ["", "4860", ":4860", "host:", "host:http", "host:65536", "host:-1"])
def test_what_is_no_address_to_listen_on_is_refused(text: str) -> None:
    with pytest.raises(Failure) as caught:
        alone.listen_address(text)
    assert caught.value.code == failure.USAGE


def test_an_address_is_taken_apart() -> None:
    assert alone.listen_address("127.0.0.1:4860") == ("127.0.0.1", 4860)
    assert alone.listen_address("[::1]:0") == ("::1", 0)
    alone.check_glasses("tcp://127.0.0.1:4860")


@pytest.mark.parametrize(
    "text", ["", "127.0.0.1:4860", "http://h:1", "tcp://h", "tcp://h:x", "tcp://h:99999", "tcp://h:1/x"]
)
def test_what_is_no_address_of_glasses_is_refused(text: str) -> None:
    with pytest.raises(Failure) as caught:
        alone.check_glasses(text)
    assert caught.value.code == failure.USAGE
