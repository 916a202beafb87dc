import asyncio
import json
import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from trifocal_tools import failure, settings, up
from trifocal_tools.failure import Failure

Started = Callable[[], None]

JOINED = {"gateway": True, "connected": True, "sim": {"online": True}}


class FakeHouse(up.House):
    """Parts that only say that they run, and a cloud that says they are joined."""

    broken = ""

    async def _run_cloud(self, started: Started, stop: asyncio.Event) -> None:
        self.cloud = "http://127.0.0.1:4711"
        await self._run("cloud", started, stop)

    async def _run_sim(self, started: Started, stop: asyncio.Event) -> None:
        await self._run("glasses", started, stop)

    async def _run_gateway(self, started: Started, stop: asyncio.Event) -> None:
        await self._run("gateway", started, stop)

    async def _run(self, name: str, started: Started, stop: asyncio.Event) -> None:
        if self.broken == name:
            raise OSError("tripped")
        started()
        await stop.wait()


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeHouse:
    async def joined(http: httpx.AsyncClient) -> None:
        assert http.headers["authorization"].startswith("Bearer ey")

    monkeypatch.setattr(up, "joined", joined)
    monkeypatch.chdir(tmp_path)
    return FakeHouse(settings.load(user="ada@example.org"), tmp_path)


async def test_ready_is_one_json_line_and_a_private_file(
    house: FakeHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed: asyncio.Queue[dict[str, object]] = asyncio.Queue()
    monkeypatch.setattr(up.output, "print_json", printed.put_nowait)
    stop = asyncio.Event()
    living = asyncio.create_task(house.live_in(stop, live=False, as_json=True))
    path = tmp_path / settings.UP_FILE
    said = await asyncio.wait_for(printed.get(), 5)
    assert said["console"] == "http://127.0.0.1:4711/"
    assert (said["user"], said["dataDir"], said["pid"]) == ("ada@example.org", str(tmp_path), os.getpid())
    assert json.loads(path.read_text()) == said
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    stop.set()
    await asyncio.wait_for(living, 5)
    assert not path.exists()


@pytest.mark.parametrize("part", ["cloud", "glasses", "gateway"])
async def test_a_part_that_cannot_start_ends_all_with_its_name_and_reason(
    house: FakeHouse, tmp_path: Path, part: str
) -> None:
    house.broken = part
    with pytest.raises(Failure, match=f"the {part} died: OSError: tripped"):
        await house.live_in(asyncio.Event(), live=False, as_json=True)
    assert not (tmp_path / settings.UP_FILE).exists()


async def test_stopped_before_it_is_ready_it_says_nothing(
    house: FakeHouse, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def never(_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(up, "joined", never)
    stop = asyncio.Event()
    stop.set()
    await asyncio.wait_for(house.live_in(stop, live=False, as_json=True), 5)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("private", "networks"), [(False, "loopback"), (True, "private")])
async def test_its_cloud_takes_apps_of_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, private: bool, networks: str
) -> None:
    seen: list[Any] = []

    async def serve(found: Any, listening: Callable[[str], None], stop: asyncio.Event) -> None:
        seen.append(found)
        listening("http://127.0.0.1:4711")

    monkeypatch.setattr("trifocal_cloud.main.serve", serve)
    config = settings.load(data_dir=tmp_path, allow_private_apps=private, public_url="http://127.0.0.1:9")
    await up.House(config, tmp_path)._run_cloud(lambda: None, asyncio.Event())
    assert (seen[0].app_networks, seen[0].public_url) == (networks, "http://127.0.0.1:9")


def test_what_waits_at_the_gateway_is_counted(house: FakeHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    assert house.uploads() == 0
    queue = {"queued": 2, "uploading": 1, "failed": 1, "dead": 5, "bytes": 9}
    monkeypatch.setattr(house.gateway, "snapshot", lambda: {"running": True, "queue": queue})
    assert house.uploads() == 4


def http(answers: list[Any]) -> httpx.AsyncClient:
    def answer(request: httpx.Request) -> httpx.Response:
        said = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(said, Exception):
            raise said
        return httpx.Response(200, json=said)

    return httpx.AsyncClient(base_url="http://c", transport=httpx.MockTransport(answer))


async def test_joined_waits_until_all_three_have_found_one_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(up, "READY_PAUSE_S", 0)
    answers = [httpx.ConnectError("not yet"), {"gateway": False}, {"gateway": True, "sim": None}, JOINED]
    async with http(answers) as client:
        await up.joined(client)
    assert answers == [JOINED]


async def test_joined_says_who_is_missing() -> None:
    async with http([JOINED | {"sim": None}]) as client:
        with pytest.raises(Failure, match=r"not joined.*simulated glasses are not attached"):
            await up.joined(client, timeout_s=0.01)


def test_a_port_in_use_is_said_with_the_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(Failure, match=f"port {port}") as caught:
            up.check_port("127.0.0.1", port)
    assert (caught.value.code, caught.value.word) == (failure.MISSING, "port_busy")
    assert "--port" in caught.value.hint
    up.check_port("127.0.0.1", 0)


def test_a_host_that_is_not_ours_is_said() -> None:
    with pytest.raises(Failure, match="cannot be used") as caught:
        up.check_port("no.such.host.invalid", 0)
    assert caught.value.code == failure.MISSING
