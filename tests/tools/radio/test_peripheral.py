"""The firmware's link on a virtual radio, with the gateway's real code on bleak at the other end."""

import asyncio
import hashlib
from contextlib import asynccontextmanager

import pytest

from trifocal_firmware.testing import GatewayStub
from trifocal_gateway import main as gateway
from trifocal_gateway.errors import LinkDown
from trifocal_gateway.io.ble import Central
from trifocal_gateway.settings import GatewaySettings
from trifocal_shared.frame import PACK, encode_frame
from trifocal_tools.radio.air import Air
from trifocal_tools.radio.central import at_hand, backends
from trifocal_tools.radio.controller import Radio
from trifocal_tools.radio.peripheral import RadioLink, make_device
from trifocal_tools.sim import camera
from trifocal_tools.sim.firmware_host import make_host
from trifocal_tools.sim.glasses import SimulatedGlasses
from trifocal_tools.sim.hand import Hand


@asynccontextmanager
async def house(tmp_path, python="cpython", air=None):
    """Glasses and the gateway's Bluetooth in one room."""
    radio = Radio(air)
    firmware = make_host(python, tmp_path, "01234567", "Trifocal-Sim_1")
    glasses = SimulatedGlasses(camera.open_camera("pattern"), python)
    link = RadioLink(firmware, glasses.link_changed, make_device("Xy_A", "C0:00:00:00:00:01", radio), radio)
    central = make_device("gateway", "C0:00:00:00:00:02", radio)
    glasses.link_write, glasses.link_pack = link.write, link.pack
    await firmware.start(glasses)
    running = asyncio.create_task(firmware.run())
    await central.power_on()
    await link.listen()
    try:
        yield radio, glasses, Hand(glasses, firmware, link), link, backends(at_hand(central))
    finally:
        await link.close()
        await central.power_off()
        radio.close()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await firmware.stop()


class Phone:
    """The firmware's gateway stub on bleak."""

    def __init__(self, link):
        self.stub = GatewayStub()
        self.link = link
        self._news = asyncio.Event()
        self.stub.greet()
        self.running = asyncio.create_task(link.run(self._received, self._packed))
        self._unsent = asyncio.Queue()
        self._sending = asyncio.create_task(self._write())
        self._send()

    def _received(self, data):
        self.stub.receive(data, 0)
        self._send()
        self._news.set()

    def _packed(self, data):
        self._received(encode_frame(PACK, data, False))

    def _send(self):
        for data in self.stub.data_to_send():
            self._unsent.put_nowait(data)

    async def _write(self):
        while True:
            await self.link.write(await self._unsent.get())

    async def until(self, seen):
        async with asyncio.timeout(20):
            while not seen(self.stub):
                self._news.clear()
                await self._news.wait()

    async def close(self):
        await self.link.close()
        self._sending.cancel()
        await asyncio.gather(self.running, self._sending, return_exceptions=True)


@pytest.mark.journey
@pytest.mark.parametrize("python", ["cpython", "micropython"])
async def test_a_press_brings_the_camera_s_bytes_over_the_air(tmp_path, python):
    async with house(tmp_path, python, Air(lambda: 1.0)) as (radio, glasses, hand, _link, types):
        phone = Phone(await Central("Xy_A", types).connect())
        try:
            await phone.until(lambda stub: glasses.linked)
            await hand.press("photo")
            await phone.until(lambda stub: stub.photos)
            (photo,) = phone.stub.photos.values()
            assert hashlib.sha256(photo).hexdigest() == glasses.last_sha256
            assert radio.air.phy == 2, "the central asked for 2M"
        finally:
            await phone.close()


async def test_glasses_out_of_reach_are_gone_after_supervision_and_found_again(tmp_path, monkeypatch):
    monkeypatch.setattr("trifocal_tools.radio.controller.SUPERVISION_S", 0.05)
    async with house(tmp_path) as (_, glasses, _, link, types):
        phone = Phone(await Central("Xy_A", types).connect())
        link.go_away()
        with pytest.raises(LinkDown, match=r"out of reach|broke"):
            await phone.running
        assert not glasses.linked
        await phone.close()
        await link.come_back()
        again = Phone(await Central("C0:00:00:00:00:01", types).connect())
        assert glasses.linked
        await again.close()


@pytest.mark.journey
@pytest.mark.parametrize("python", ["cpython", "micropython"])
async def test_a_whole_gateway_keeps_the_camera_s_bytes_that_came_over_the_air(tmp_path, python):
    data = tmp_path / "gateway"
    async with house(tmp_path, python, Air(lambda: 1.0)) as (_, glasses, hand, _link, types):
        stop = asyncio.Event()
        settings = GatewaySettings(data_dir=data, cloud_url="http://127.0.0.1:9", glasses="ble:Xy_A")
        running = asyncio.create_task(gateway.run(settings, stop, lambda: None, backends=types))
        states = asyncio.Queue()
        end = glasses.watch(states.put_nowait)
        async with asyncio.timeout(30):
            while not (await states.get()).linked:
                pass
            await hand.press("photo")
            while not (await states.get()).stored_photos:
                pass
            while (await states.get()).stored_photos:
                pass
        end()
        stop.set()
        await running
        sums = [hashlib.sha256(file.read_bytes()).hexdigest() for file in data.rglob("*") if file.is_file()]
        assert glasses.last_sha256 in sums


async def test_a_pack_is_bare_where_a_notification_holds_it_and_framed_in_pieces_where_not(tmp_path, monkeypatch):
    for mtu, whole in ((498, True), (185, False)):
        monkeypatch.setattr("trifocal_tools.radio.central.MTU", mtu)
        async with house(tmp_path) as (_, _, _, link, types):
            ble, heard, packs = await Central("Xy_A", types).connect(), asyncio.Queue(), asyncio.Queue()
            running = asyncio.create_task(ble.run(heard.put_nowait, packs.put_nowait))
            frame = encode_frame(PACK, bytes((1,)) + bytes(range(200)) + bytes(294), False)
            link.pack(frame)
            async with asyncio.timeout(5):
                if whole:
                    assert await packs.get() == frame[5:-3]
                else:
                    assert b"".join([await heard.get() for _ in range(3)]) == frame
            assert heard.empty()
            assert packs.empty()
            await ble.close()
            await running
