"""Glasses on Linux as a process of their own, with a picture that FFmpeg draws, and the gateway's real code by TCP."""

import asyncio
import io
import json
import signal
import sys
from pathlib import Path

import pytest
from PIL import Image

from trifocal_gateway import main as gateway
from trifocal_gateway.settings import GatewaySettings

from .conftest import until

pytestmark = pytest.mark.journey

PROGRAM = ("-m", "trifocal_firmware.boards.linux", "--no-light", "--listen", "127.0.0.1:0")


def pictures(folder: Path) -> list[bytes]:
    """Every JPEG under a folder."""
    found = [file.read_bytes() for file in folder.rglob("*") if file.is_file()]
    return [data for data in found if data.startswith(b"\xff\xd8")]


async def test_a_press_ends_as_a_photo_at_the_gateway_and_a_restart_loses_none(tmp_path: Path) -> None:
    arguments = ("--camera", "lavfi:testsrc2=size=1280x720:rate=30", "--folder", str(tmp_path / "glasses"))
    data = tmp_path / "gateway"

    async def wear() -> tuple[asyncio.subprocess.Process, int]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *PROGRAM, *arguments, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout
        return process, int(json.loads(await process.stdout.readline())["port"])

    async def kept(count: int) -> None:
        await until(lambda: len(list((tmp_path / "glasses").glob("*.photo"))) == count)

    glasses, port = await wear()
    glasses.send_signal(signal.SIGUSR1)  # nobody is there yet: it is taken here and kept
    await kept(1)
    glasses.kill()
    await glasses.wait()
    glasses, port = await wear()
    stop = asyncio.Event()
    settings = GatewaySettings(data_dir=data, cloud_url="http://127.0.0.1:9", glasses=f"tcp://127.0.0.1:{port}")
    running = asyncio.create_task(gateway.run(settings, stop, lambda: None))
    await kept(0)
    glasses.send_signal(signal.SIGUSR1)
    await until(lambda: len(pictures(data)) == 2)
    await kept(0)
    stop.set()
    await running
    glasses.send_signal(signal.SIGTERM)
    assert await glasses.wait() == 0
    for picture in pictures(data):
        with Image.open(io.BytesIO(picture)) as image:
            assert (image.format, image.size) == ("JPEG", (1024, 576)), "medium, with the shape that the camera has"
