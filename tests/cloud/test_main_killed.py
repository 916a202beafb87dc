"""The cloud killed with kill -9 while photos pour in: what was acknowledged is there, once each, and whole."""

import asyncio
import hashlib
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from random import Random

import httpx
import pytest

from trifocal_cloud.io.secret import load_or_create
from trifocal_cloud.testing import DEADLINE_S, Running, eventually, picture, serving, upload

PROGRAM = """
import asyncio, pathlib, sys
from trifocal_cloud import main, settings
data = pathlib.Path(sys.argv[1])
set_up = settings.CloudSettings(data_dir=data, port=0)
asyncio.run(main.serve(set_up, lambda url: print(url, flush=True), asyncio.Event()))
"""
KILLS = 3
PHOTOS = 40


async def started(data_dir: Path) -> tuple[Process, Running]:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", PROGRAM, str(data_dir), stdout=PIPE)
    assert process.stdout is not None
    url = await asyncio.wait_for(process.stdout.readline(), 3 * DEADLINE_S)
    return process, Running(url.decode().strip(), data_dir)


async def pour(server: Running, waiting: list[int], acknowledged: set[int]) -> None:
    """Upload what is waiting, four at a time, each again until it is acknowledged or the cloud is gone."""

    async def one_road() -> None:
        async with server.client() as client:
            while waiting:
                number = waiting.pop(0)
                try:
                    answer = await upload(client, f"local_{number}", picture(number))
                    assert answer.status_code == 200
                except httpx.TransportError:
                    waiting.insert(0, number)
                    return
                acknowledged.add(number)

    await asyncio.gather(*(one_road() for _ in range(4)))


@pytest.mark.journey
async def test_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    chance = Random(5)
    load_or_create(tmp_path)
    waiting, acknowledged = list(range(PHOTOS)), set[int]()
    for kill in range(KILLS):
        process, server = await started(tmp_path)
        pouring = asyncio.create_task(pour(server, waiting, acknowledged))
        enough = PHOTOS * kill // KILLS + chance.randrange(1, PHOTOS // KILLS)
        await eventually(lambda enough=enough: len(acknowledged) >= enough)
        process.send_signal(signal.SIGKILL)
        await process.wait()
        await pouring
    async with serving(tmp_path) as server:
        await pour(server, waiting, acknowledged)
        assert acknowledged == set(range(PHOTOS))
        async with server.client() as client:
            photos = (await client.get("/api/gallery?limit=200")).json()["photos"]
            assert sorted(photo["requestId"] for photo in photos) == sorted(f"local_{n}" for n in range(PHOTOS))
            for photo in photos:
                content = (await client.get(photo["photoUrl"])).content
                assert hashlib.sha256(content).hexdigest() == photo["sha256"]
                assert content == picture(int(photo["requestId"].removeprefix("local_")))
    files = [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]
    assert len(files) == PHOTOS
