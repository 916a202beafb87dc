"""The real firmware on CPython, with a world of a few lines around it."""

import asyncio

import pytest

from trifocal_firmware import button
from trifocal_firmware.testing import GatewayStub, picture
from trifocal_shared.envelope import wrap_native
from trifocal_shared.frame import STRING, encode_frame
from trifocal_shared.messages import TakePhoto
from trifocal_tools.sim.cpython_host import CPythonHost

PRESS = encode_frame(STRING, wrap_native("cs_pho"), False)


class PaperWorld:
    """Keeps what the firmware reaches for; a gateway stub is on the link."""

    battery = 100
    charging = False
    folded = False
    air = ""
    temperature = 25

    def __init__(self):
        self.gateway = GatewayStub()
        self.host = None
        self.lights = []
        self.steps = []
        self.shots = []
        self.changed = asyncio.Event()
        self.camera_works = True
        self.packs = 0

    def link_write(self, data):
        self.gateway.receive(data, 0)
        self.answer()

    def link_pack(self, frame):
        self.packs += 1
        self.link_write(frame)

    def answer(self):
        for frame in self.gateway.data_to_send():
            self.host.link_received(frame)
        self.changed.set()

    def light_changed(self, state):
        self.lights.append(state)

    def reported(self, step, fields):
        self.steps.append((step, fields))
        self.changed.set()

    async def shoot(self, size, compress):
        self.shots.append((size, compress))
        await asyncio.sleep(0)
        if not self.camera_works:
            raise OSError("no light")
        return picture(len(self.shots), 50_000)

    def last(self, step):
        """What was reported last of this step."""
        return [fields for name, fields in self.steps if name == step][-1]

    async def until(self, seen):
        """Wait for something."""
        async with asyncio.timeout(10):
            while not seen():
                self.changed.clear()
                await self.changed.wait()


@pytest.fixture
async def world(tmp_path):
    """Firmware that runs in a world."""
    made = PaperWorld()
    made.host = CPythonHost(tmp_path, "0123abcd", "device")
    await made.host.start(made)
    running = asyncio.create_task(made.host.run())
    yield made
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await made.host.stop()


async def test_a_press_becomes_a_photo_at_the_gateway_byte_for_byte(world):
    world.host.link_opened()
    world.host.link_room(1_000)
    world.gateway.greet()
    world.answer()
    world.host.mcu_received(PRESS)
    await world.until(lambda: world.gateway.photos)
    assert world.gateway.photos == {"request-0123abcd-1": picture(1, 50_000)}
    assert world.gateway.statuses("request-0123abcd-1") == ["capturing", "captured", "transferring"]
    assert world.shots == [("medium", "none")]
    assert "photo" in world.lights
    await world.until(lambda: world.last("stored")["photos"] == 0)


async def test_size_and_compression_of_a_request_reach_the_camera(world):
    world.host.link_opened()
    world.host.link_room(1_000)
    world.gateway.greet()
    world.answer()
    world.gateway.say(TakePhoto(request_id="r", size="full", compress="heavy"))
    world.answer()
    await world.until(lambda: world.gateway.photos)
    assert world.shots == [("full", "heavy")]


async def test_without_a_gateway_the_photo_lies_on_flash(world, tmp_path):
    world.host.mcu_received(PRESS)
    await world.until(lambda: world.last("stored")["photos"] == 1)
    assert [file.suffix for file in tmp_path.iterdir() if file.stat().st_size > 50_000] == [".photo"]
    world.host.link_opened()
    world.host.link_room(1_000)
    world.gateway.greet()
    world.answer()
    await world.until(lambda: world.gateway.photos)
    assert list(world.gateway.photos.values()) == [picture(1, 50_000)]
    world.host.link_closed()


async def test_a_camera_that_fails_ends_the_request(world):
    world.camera_works = False
    world.host.link_opened()
    world.host.link_room(1_000)
    world.gateway.greet()
    world.answer()
    world.host.mcu_received(PRESS)
    await world.until(lambda: "failed capture_failed" in world.gateway.statuses("request-0123abcd-1"))


async def test_what_the_body_feels_is_asked_for_again_when_it_changes(world):
    world.host.link_opened()
    world.host.link_room(1_000)
    world.gateway.greet()
    world.answer()
    world.folded = True
    world.host.changed()
    world.host.mcu_received(PRESS)
    await world.until(lambda: "failed glasses_folded" in world.gateway.statuses("request-0123abcd-1"))
    assert world.shots == []


async def test_pins_reach_the_firmware(world, monkeypatch):
    monkeypatch.setattr(button, "DEBOUNCE_MS", 1)
    monkeypatch.setattr(button, "LONG_PRESS_MS", 5)
    world.host.level_changed("photo", True)
    await world.host.settle()
    await world.until(lambda: any(step == "pressed" for step, _ in world.steps))
    assert (world.last("pressed")["button"], world.last("pressed")["pressType"]) == ("photo", "long")
