"""What an app developer's tests are given."""

import asyncio
import contextlib
import hashlib

import pytest

from trifocal_tools.failure import Failure
from trifocal_tools.sim.cpython_host import CPythonHost
from trifocal_tools.sim.fixtures import simulated_glasses
from trifocal_tools.sim.hand import Refused


async def test_glasses_that_can_be_pressed_without_any_cloud():
    async with simulated_glasses() as glasses:
        assert glasses.address == f"tcp://127.0.0.1:{glasses.sim.link.port}"
        press_id = await glasses.press("photo")
        assert press_id.endswith("-1")
        state = await glasses.until(lambda state: state.stored_photos == 1)
        assert state.camera == "pattern"
        assert len(glasses.last_sha256) == 64


async def test_a_gateway_gets_the_photo_byte_for_byte(gateway):
    async with simulated_glasses() as glasses, gateway(glasses.sim.link.port) as end:
        await end.until(lambda stub: stub.heard)
        press_id = await glasses.press()
        await end.until(lambda stub: stub.photos)
        photo = end.stub.photos["request-" + press_id]
        assert hashlib.sha256(photo).hexdigest() == glasses.last_sha256
        await glasses.until(lambda state: state.stored_photos == 0)


async def test_the_same_folder_is_the_same_pair_with_its_photos(tmp_path):
    async with simulated_glasses(data_dir=tmp_path) as glasses:
        await glasses.press()
        await glasses.until(lambda state: state.stored_photos == 1)
    async with simulated_glasses(data_dir=tmp_path) as glasses:
        assert glasses.state.stored_photos == 1


async def test_body_and_reach_can_be_changed():
    async with simulated_glasses(camera="broken") as glasses:
        glasses.set_body(battery=5, charging=True, folded=True)
        await glasses.set_online(False)
        assert (glasses.state.battery, glasses.state.charging, glasses.state.folded) == (5, True, True)
        assert not glasses.state.online
        with pytest.raises(Refused):
            await glasses.press("nose")


async def test_a_weak_radio_can_be_had_and_a_link_broken():
    async with simulated_glasses(camera="broken") as glasses:
        glasses.set_radio(loss=20)
        glasses.set_radio(latency_ms=300)
        assert (glasses.state.loss, glasses.state.latency_ms) == (20, 300)
        host, port = glasses.address.removeprefix("tcp://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        await glasses.until(lambda state: state.linked)
        glasses.drop()
        await glasses.until(lambda state: not state.linked)
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
        writer.close()


async def test_waiting_for_what_never_comes_ends():
    async with simulated_glasses(camera="broken") as glasses:
        with pytest.raises(TimeoutError):
            await glasses.until(lambda state: state.light == "green", seconds=0.01)


async def test_firmware_that_dies_is_not_passed_over_in_silence(monkeypatch):
    async def die(self):
        raise Failure("the firmware ended")

    monkeypatch.setattr(CPythonHost, "run", die)
    with pytest.raises(Failure, match="the firmware ended"):
        async with simulated_glasses(camera="broken") as glasses:
            await glasses.ended()


async def test_two_pairs_at_once_do_not_know_each_other():
    async with simulated_glasses() as one, simulated_glasses() as other:
        ids = await asyncio.gather(one.press(), other.press())
        assert ids[0].split("-")[0] != ids[1].split("-")[0]
