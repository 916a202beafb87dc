"""The real firmware on real MicroPython, out of the image that would be flashed, with its flash on this disk."""

import asyncio
import hashlib
import os
import signal
from pathlib import Path

import pytest

from trifocal_shared.messages import FileAnnounce, TakePhoto
from trifocal_tools.failure import Failure
from trifocal_tools.sim.fixtures import simulated_glasses

pytestmark = pytest.mark.journey

FULL = Path("/dev/full")


async def test_a_press_becomes_a_photo_at_the_gateway_byte_for_byte(gateway, tmp_path):
    async with simulated_glasses(python="micropython", data_dir=tmp_path) as glasses:
        async with gateway(glasses.sim.link.port) as end:
            await end.until(lambda stub: stub.heard)
            press_id = await glasses.press("photo")
            await end.until(lambda stub: stub.photos)
            photo = end.stub.photos["request-" + press_id]
            await glasses.until(lambda state: state.stored_photos == 0)
        assert len(photo) > 60_000
        assert glasses.state.python == "micropython"
        assert hashlib.sha256(photo).hexdigest() == glasses.last_sha256


async def test_size_and_compression_of_a_request_reach_the_camera(gateway, tmp_path):
    async with (
        simulated_glasses(python="micropython", data_dir=tmp_path) as glasses,
        gateway(glasses.sim.link.port) as end,
    ):
        await end.until(lambda stub: stub.heard)
        for compress in ("none", "heavy"):
            end.say(TakePhoto(request_id=compress, size="small", compress=compress))
        await end.until(lambda stub: len(stub.photos) == 2)
        assert len(end.stub.photos["heavy"]) < len(end.stub.photos["none"]) / 2


async def test_photos_outlive_a_killed_interpreter(gateway, tmp_path):
    kept = []

    async def until_killed():
        async with simulated_glasses(python="micropython", data_dir=tmp_path) as glasses:
            await glasses.press("photo")
            await glasses.until(lambda state: state.stored_photos == 1)
            kept.append(glasses.last_sha256)
            os.kill(glasses.sim.firmware.pid, signal.SIGKILL)
            await glasses.ended()

    with pytest.raises(Failure, match="MicroPython ended"):
        await until_killed()
    async with simulated_glasses(python="micropython", data_dir=tmp_path) as glasses:
        await glasses.until(lambda state: state.stored_photos == 1)
        async with gateway(glasses.sim.link.port) as end:
            await end.until(lambda stub: stub.photos)
            assert [said.sha256 for said in end.stub.all_of(FileAnnounce)][:1] == kept
            await glasses.until(lambda state: state.stored_photos == 0)


async def test_the_body_is_felt(gateway, tmp_path):
    async with simulated_glasses(python="micropython", data_dir=tmp_path) as glasses:
        glasses.set_body(folded=True)
        async with gateway(glasses.sim.link.port) as end:
            await end.until(lambda stub: stub.heard)
            press_id = await glasses.press("photo")
            await end.until(lambda stub: "failed glasses_folded" in stub.statuses("request-" + press_id))


async def full_disk(gateway, folder):
    glasses_of_folder = simulated_glasses(python="micropython", data_dir=folder)
    async with glasses_of_folder as glasses, gateway(glasses.sim.link.port) as end:
        await end.until(lambda stub: stub.heard)
        (folder / "flash" / "counter.tmp").symlink_to(FULL)
        press_id = await glasses.press("photo")
        await end.until(lambda stub: "failed storage_full" in stub.statuses("request-" + press_id))


def test_a_full_disk_is_called_by_its_name_on_this_interpreter_too(gateway, tmp_path):
    if FULL.exists():  # only Linux has a full disk to offer
        asyncio.run(full_disk(gateway, tmp_path))
