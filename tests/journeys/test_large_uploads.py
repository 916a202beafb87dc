"""A large video on its way from the gateway to the cloud while either is killed with kill -9, again and again."""

import asyncio
import hashlib
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process
from dataclasses import asdict
from pathlib import Path
from random import Random

import pytest

from trifocal_cloud.io.secret import load_or_create
from trifocal_cloud.testing import DEADLINE_S, Running, film
from trifocal_gateway.io.spool import safe_name
from trifocal_gateway.queue_entry import QueuedPhoto

from .conftest import until

pytestmark = pytest.mark.journey

CLOUD = """
import asyncio, pathlib, sys
from trifocal_cloud import main, settings
set_up = settings.CloudSettings(data_dir=pathlib.Path(sys.argv[1]), port=int(sys.argv[2]))
asyncio.run(main.serve(set_up, lambda url: print(url, flush=True), asyncio.Event()))
"""
GATEWAY = """
import asyncio, pathlib, sys
from trifocal_gateway import main, settings
set_up = settings.GatewaySettings(
    data_dir=pathlib.Path(sys.argv[1]), cloud_url=sys.argv[2], token=sys.argv[3], glasses="tcp://127.0.0.1:9",
    upload_bytes_per_second=4_000_000,
)
asyncio.run(main.run(set_up, asyncio.Event(), lambda: print("up", flush=True)))
"""
SIZE = 16_000_000
KILLS = 3


async def started(program: str, *words: object) -> tuple[Process, str]:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, *map(str, words), stdout=PIPE)
    assert process.stdout is not None
    while (line := await asyncio.wait_for(process.stdout.readline(), 3 * DEADLINE_S)) != b"":
        if line.startswith((b"http", b"up")):
            return process, line.decode().strip()
    raise AssertionError("it did not start")


async def killed(process: Process) -> None:
    process.send_signal(signal.SIGKILL)
    await process.wait()


def spooled(folder: Path, request_id: str, content: bytes, media_type: str) -> None:
    """What the gateway has taken in and not yet queued."""
    folder.mkdir(parents=True, exist_ok=True)
    photo = QueuedPhoto(request_id, hashlib.sha256(content).hexdigest(), len(content), media_type)
    (folder / f"{safe_name(request_id)}.json").write_text(json.dumps(asdict(photo)))
    (folder / f"{safe_name(request_id)}.whole").write_bytes(content)


def arrived(folder: Path) -> int:
    """How much of the video lies on the cloud's disk."""
    return sum(part.stat().st_size for part in (folder / "cloud" / "partial").glob("*.part"))


@pytest.mark.parametrize("victim", ["gateway", "cloud"])
async def test_a_video_survives_every_kill_and_is_not_sent_anew(tmp_path: Path, victim: str) -> None:
    chance = Random(7)
    video = film("mp4", "mpeg4", 5) + chance.randbytes(SIZE)
    spooled(tmp_path / "gateway" / "spool", "local_film", video, "video")
    load_or_create(tmp_path / "cloud")
    cloud, url = await started(CLOUD, tmp_path / "cloud", 0)
    running = Running(url, tmp_path / "cloud")
    words = (tmp_path / "gateway", url, running.token())
    gateway, _ = await started(GATEWAY, *words)
    kept = [0]
    for _ in range(KILLS):
        enough = kept[-1] + chance.randrange(1, SIZE // (KILLS + 1))
        await until(lambda enough=enough: arrived(tmp_path) >= enough)
        await killed(gateway if victim == "gateway" else cloud)
        kept.append(arrived(tmp_path))
        if victim == "gateway":
            gateway, _ = await started(GATEWAY, *words)
        else:
            cloud, _ = await started(CLOUD, tmp_path / "cloud", url.rsplit(":", 1)[1])
    assert kept == sorted(kept)
    async with running.client() as client:
        await until(lambda: not list((tmp_path / "gateway" / "spool").iterdir()))
        (photo,) = (await client.get("/api/gallery")).json()["photos"]
        assert (await client.get(f"/api/gallery/{photo['photoId']}/original")).content == video
    await killed(gateway)
    await killed(cloud)
