"""What stands around the parts of simulated glasses in their tests."""

import asyncio
import json

import pytest

from trifocal_firmware.testing import GatewayStub
from trifocal_shared.frame import FrameDecoder
from trifocal_tools.sim.camera import BrokenCamera
from trifocal_tools.sim.glasses import SimulatedGlasses


class PaperFirmware:
    """A `FirmwareHost` that notes what it is told; a press is reported as soon as it is heard."""

    python = "paper"

    def __init__(self):
        self.told = []
        self.rooms = []
        self.world = None
        self.answers = True
        self._news = asyncio.Event()
        self._decoder = FrameDecoder()
        self._presses = 0

    def note(self, told):
        self.told.append(told)
        self._news.set()

    async def until(self, seen):
        """Wait until what was told is so."""
        async with asyncio.timeout(5):
            while not seen(self.told):
                self._news.clear()
                await self._news.wait()

    async def settle(self):
        self.note("settle")
        await asyncio.sleep(0)

    def link_opened(self):
        self.note("opened")

    def link_room(self, packs):
        self.rooms.append(packs)
        self._news.set()

    def link_received(self, data):
        self.note(data)

    def link_closed(self):
        self.note("closed")

    def mcu_received(self, data):
        self._decoder.receive(data, 0)
        for frame in self._decoder.events():
            self._presses += 1
            self.note(json.loads(frame.payload)["C"])
            if self.answers:
                self.world.reported("pressed", {"pressId": f"boot-{self._presses}"})

    def level_changed(self, button, down):
        self.note((button, down))

    def changed(self):
        self.note((self.world.battery, self.world.charging, self.world.folded))


@pytest.fixture
def glasses():
    """Glasses whose camera is broken: no test here needs a picture."""
    return SimulatedGlasses(BrokenCamera(), "paper")


@pytest.fixture
def firmware(glasses):
    """Firmware on paper, in those glasses."""
    made = PaperFirmware()
    made.world = glasses
    return made


class Gateway:
    """The firmware's gateway stub on a real socket."""

    def __init__(self, port):
        self.stub = GatewayStub()
        self.port = port
        self._news = asyncio.Event()

    async def __aenter__(self):
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.stub.greet()
        self._serving = asyncio.create_task(self._serve())
        return self

    async def __aexit__(self, *_):
        self._serving.cancel()
        await asyncio.gather(self._serving, return_exceptions=True)
        self._writer.close()

    async def until(self, seen):
        """Wait for something of the stub."""
        async with asyncio.timeout(10):
            while not seen(self.stub):
                self._news.clear()
                await self._news.wait()

    def say(self, message):
        """Tell the glasses something now."""
        self.stub.say(message)
        self._writer.writelines(self.stub.data_to_send())

    async def _serve(self):
        while True:
            self._writer.writelines(self.stub.data_to_send())
            data = await self._reader.read(65_536)
            if not data:
                return
            self.stub.receive(data, 0)
            self._news.set()


@pytest.fixture
def gateway():
    """Makes a gateway for a port."""
    return Gateway
