"""The boards' own Bluetooth code, unchanged, over a virtual radio, with the gateway's real code at the other end."""

import asyncio
import hashlib
from contextlib import asynccontextmanager

import pytest

from trifocal_firmware.board import Board
from trifocal_firmware.boards.parts.ble import MTU, GattLink
from trifocal_firmware.io.flash import Flash
from trifocal_firmware.main import Firmware
from trifocal_firmware.testing import GatewayStub, picture
from trifocal_gateway import main as gateway
from trifocal_gateway.io.ble import Central
from trifocal_gateway.settings import GatewaySettings
from trifocal_shared.envelope import wrap_native
from trifocal_shared.frame import PACK, STRING, encode_frame
from trifocal_shared.messages import PROTOCOL_VERSION, TokenStatus
from trifocal_shared.pack import HEAD
from trifocal_tools.radio.air import Air
from trifocal_tools.radio.bluetooth_module import BluetoothModule
from trifocal_tools.radio.central import at_hand, backends
from trifocal_tools.radio.controller import Radio
from trifocal_tools.radio.peripheral import make_device

NAME = "XyBLE_0001"
PRESS = encode_frame(STRING, wrap_native("cs_pho"), False)


class RadioBoard(Board):
    """A board that is nothing but a radio, a flash and a camera that always sees the same."""

    model = "paper"
    bare_packs = True

    def __init__(self, bluetooth, folder, shot):
        super().__init__("01234567", "paper_1", str(folder))
        self.bluetooth, self.shot = bluetooth, shot
        self.sent = 0
        self.refusals = 0

    def start(self, firmware):
        self.link = GattLink(self.bluetooth, NAME, firmware, Flash(self.flash_folder + ".keys"))
        self.running = asyncio.create_task(self.link.run())

    def link_write(self, data):
        self.link.write(data)

    def link_pack(self, frame):
        taken = self.link.write_pack(frame)
        self.sent += len(frame) - HEAD if taken and self.link.in_touch else 0
        self.refusals += not taken
        return taken

    async def capture(self, size, compress):
        return self.shot

    def set_light(self, state):
        self.light = state


class Glasses:
    """The firmware on that board, and the gateway's Bluetooth in the same room."""

    def __init__(self, radio, board, firmware, module, central):
        self.radio, self.board, self.firmware, self.module, self.central = radio, board, firmware, module, central

    def press(self):
        self.firmware.mcu_received(PRESS)


@asynccontextmanager
async def room(tmp_path, size, air=None, mtu=MTU, monkeypatch=None):
    radio = Radio(air)
    for folder in ("photos", "photos.keys"):
        (tmp_path / folder).mkdir()
    device = make_device(NAME, "C0:00:00:00:00:01", radio)
    central = make_device("gateway", "C0:00:00:00:00:02", radio)
    await device.power_on()
    await central.power_on()
    if mtu != MTU:
        monkeypatch.setattr("trifocal_tools.radio.central.MTU", mtu)
    module = BluetoothModule(device)
    board = RadioBoard(module, tmp_path / "photos", picture(1, size))
    firmware = Firmware(board)
    running = asyncio.create_task(firmware.run())
    await asyncio.sleep(0)
    try:
        yield Glasses(radio, board, firmware, module, central)
    finally:
        for task in (running, board.running):
            task.cancel()
        await asyncio.gather(running, board.running, return_exceptions=True)
        await module.BLE().close()
        await device.power_off()
        await central.power_off()
        radio.close()


class Phone:
    """The firmware's gateway stub on bleak, speaking a protocol of `version`."""

    def __init__(self, link, version=PROTOCOL_VERSION):
        self.stub = GatewayStub()
        self.stub.protocol, self.stub.window = version, 30_000
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
        async with asyncio.timeout(60):
            while not seen(self.stub):
                self._news.clear()
                await self._news.wait()

    async def close(self):
        await self.link.close()
        self._sending.cancel()
        await asyncio.gather(self.running, self._sending, return_exceptions=True)


async def delivered(glasses, version=PROTOCOL_VERSION):
    """One photo by a press, at the stub."""
    phone = Phone(await Central(NAME, backends(at_hand(glasses.central))).connect(), version)
    try:
        await phone.until(lambda stub: any(isinstance(said, TokenStatus) for said in stub.heard))
        glasses.press()
        await phone.until(lambda stub: stub.photos)
    finally:
        await phone.close()
    (photo,) = phone.stub.photos.values()
    return photo


async def test_a_press_brings_the_cameras_bytes_and_a_full_stack_only_makes_them_wait(tmp_path):
    async with room(tmp_path, 60_000, Air(lambda: 1.0)) as glasses:
        assert await delivered(glasses) == glasses.board.shot
        assert glasses.module.BLE().refused > 0, "the pool of the stack was full, and asked again"
        assert glasses.board.refusals > 0
        assert glasses.radio.air.phy == 2


async def test_file_packets_of_the_older_protocol_go_the_same_way(tmp_path):
    async with room(tmp_path, 20_000, Air(lambda: 1.0)) as glasses:
        assert await delivered(glasses, version=1) == glasses.board.shot


@pytest.mark.parametrize("mtu", [23, 185])
async def test_a_central_with_short_packets_gets_the_same_bytes(tmp_path, mtu, monkeypatch):
    async with room(tmp_path, 9_000, mtu=mtu, monkeypatch=monkeypatch) as glasses:
        assert await delivered(glasses) == glasses.board.shot


@pytest.mark.journey
async def test_out_of_range_in_the_middle_of_a_photo_it_goes_on_at_the_first_missing_byte(tmp_path, monkeypatch):
    monkeypatch.setattr("trifocal_tools.radio.controller.SUPERVISION_S", 0.2)
    size, data = 200_000, tmp_path / "gateway"
    async with room(tmp_path, size, Air(lambda: 1.0)) as glasses:
        board = glasses.board
        half, closed, stored = asyncio.Event(), asyncio.Event(), asyncio.Event()
        pack, close = board.link_pack, glasses.firmware.link_closed

        def counted(frame):
            taken = pack(frame)
            if board.sent > size // 2:
                half.set()
            return taken

        def gone():
            close()
            closed.set()

        def report(step, fields):
            if step == "stored" and half.is_set() and not fields["photos"]:
                stored.set()

        glasses.firmware._packer._write = counted
        glasses.firmware.link_closed = gone
        board.report = report
        glasses.press()  # nobody is there yet: the photo waits for the gateway
        stop = asyncio.Event()
        settings = GatewaySettings(data_dir=data, cloud_url="http://127.0.0.1:9", glasses=f"ble:{NAME}")
        running = asyncio.create_task(
            gateway.run(settings, stop, lambda: None, backends=backends(at_hand(glasses.central)))
        )
        async with asyncio.timeout(90):
            await half.wait()
            glasses.radio.drop()
            await closed.wait()
            glasses.radio.back()
            await stored.wait()
        stop.set()
        await running
        sums = [hashlib.sha256(file.read_bytes()).hexdigest() for file in data.rglob("*") if file.is_file()]
        assert hashlib.sha256(board.shot).hexdigest() in sums
        assert size <= board.sent < size * 5 // 4, "it went on, and did not begin anew"
