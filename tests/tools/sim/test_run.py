"""Simulated glasses as a whole: started, stopped, killed, and what is left of them on disk."""

import asyncio
import json
import signal
import sys
from functools import partial

import pytest

from trifocal_tools.failure import Failure
from trifocal_tools.sim import SimSettings, run
from trifocal_tools.sim.cpython_host import CPythonHost
from trifocal_tools.sim.run import device_id, first_of

SCRIPT = """
import asyncio, json, sys
from pathlib import Path
from trifocal_tools.sim import SimSettings, run
settings = SimSettings(data_dir=Path(sys.argv[1]), keyboard="json")
started = lambda port: print(json.dumps({"port": port}), flush=True)
import structlog
structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
asyncio.run(run(settings, started, asyncio.Event()))
"""


async def sim(folder):
    """Simulated glasses in a process of their own, and their port."""
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, "-c", SCRIPT, str(folder))
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL)
    return process, json.loads(await process.stdout.readline())["port"]


async def say(process, line):
    """A line to the keyboard, and its answer."""
    process.stdin.write(line.encode() + b"\n")
    return json.loads(await process.stdout.readline())


async def test_it_says_its_port_and_ends_when_told(tmp_path):
    stop, ports = asyncio.Event(), []

    def started(port):
        ports.append(port)
        stop.set()

    await run(SimSettings(data_dir=tmp_path, camera="broken"), started, stop)
    assert ports[0] > 0
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", ports[0])


async def test_a_taken_port_and_a_missing_camera_are_told_at_once(tmp_path):
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(OSError, match=r"in use|address"):
        await run(SimSettings(data_dir=tmp_path, camera="broken", listen_port=port), print, asyncio.Event())
    server.close()
    with pytest.raises(Failure, match="no camera"):
        await run(SimSettings(data_dir=tmp_path, camera="nowhere"), print, asyncio.Event())


async def test_firmware_that_ends_by_itself_ends_everything(tmp_path, monkeypatch):
    async def die(self):
        raise Failure("the firmware ended")

    monkeypatch.setattr(CPythonHost, "run", die)
    with pytest.raises(Failure, match="the firmware ended"):
        await run(SimSettings(data_dir=tmp_path, camera="broken"), lambda port: None, asyncio.Event())


def test_the_name_of_the_glasses_stays_and_is_their_own(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    name = device_id(tmp_path / "a")
    assert device_id(tmp_path / "a") == name != device_id(tmp_path / "b")
    assert name.startswith("Trifocal-Sim_")


def test_the_token_is_not_shown():
    assert "secret" not in repr(SimSettings(data_dir=None, token="secret"))


async def test_the_first_to_end_ends_the_others():
    ended = []

    async def last():
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("last")

    await first_of([last, partial(asyncio.sleep, 0)])
    assert ended == ["last"]


@pytest.mark.journey
async def test_photos_outlive_a_killed_process_and_reach_the_gateway_once(gateway, tmp_path):
    process, _ = await sim(tmp_path)
    for _ in range(3):
        assert (await say(process, "press photo"))["success"]
    while (await say(process, "state"))["storedPhotos"] < 3:
        pass
    process.send_signal(signal.SIGKILL)
    await process.wait()
    process, port = await sim(tmp_path)
    async with gateway(port) as end:
        await end.until(lambda stub: len(stub.photos) == 3)
        while (await say(process, "state"))["storedPhotos"]:
            pass
        assert all(request_id.startswith("local_") for request_id in end.stub.photos)
        assert set(end.stub.times_whole.values()) == {1}
    process.stdin.write(b"quit\n")
    assert await process.wait() == 0
