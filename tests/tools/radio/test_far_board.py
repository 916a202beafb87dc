"""The boards' own Bluetooth code on real MicroPython, out of the image that is flashed, and the gateway's real code."""

import asyncio
import hashlib

import pytest

from trifocal_firmware.testing import picture
from trifocal_gateway import main as gateway
from trifocal_gateway.settings import GatewaySettings
from trifocal_tools.failure import Failure
from trifocal_tools.radio.air import Air
from trifocal_tools.radio.bluetooth_module import BluetoothModule
from trifocal_tools.radio.central import at_hand, backends
from trifocal_tools.radio.controller import Radio
from trifocal_tools.radio.far_board import FarBoard
from trifocal_tools.radio.peripheral import make_device

NAME = "XyBLE_0001"


@pytest.mark.journey
async def test_a_photo_from_micropythons_bluetooth_module_reaches_the_gateway_byte_for_byte(tmp_path):
    radio, shot, data = Radio(Air(lambda: 1.0)), picture(1, 60_000), tmp_path / "gateway"
    (tmp_path / "flash").mkdir()
    device = make_device(NAME, "C0:00:00:00:00:01", radio)
    central = make_device("gateway", "C0:00:00:00:00:02", radio)
    await device.power_on()
    await central.power_on()
    module, kept, delivered = BluetoothModule(device), asyncio.Event(), asyncio.Event()

    def reported(step, fields):
        if step == "stored" and fields["photos"]:
            kept.set()
        elif step == "stored" and kept.is_set():
            delivered.set()

    board = FarBoard(module, reported)
    await board.start(tmp_path / "flash", "01234567", NAME, shot)
    stop = asyncio.Event()
    settings = GatewaySettings(data_dir=data, cloud_url="http://127.0.0.1:9", glasses=f"ble:{NAME}")
    tasks = [
        asyncio.create_task(board.run()),
        asyncio.create_task(gateway.run(settings, stop, lambda: None, backends=backends(at_hand(central)))),
    ]
    try:
        board.press()  # nobody is there yet: it is kept, and follows
        tasks.append(asyncio.create_task(delivered.wait()))
        ended, _ = await asyncio.wait(tasks, timeout=90, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            task.result()
        assert delivered.is_set()
        stop.set()
        await tasks[1]
        assert not tasks[0].done()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await board.stop()
        await module.BLE().close()
        await device.power_off()
        await central.power_off()
        radio.close()
    sums = [hashlib.sha256(file.read_bytes()).hexdigest() for file in data.rglob("*") if file.is_file()]
    assert hashlib.sha256(shot).hexdigest() in sums
    assert radio.air.phy == 2


async def test_an_interpreter_that_ends_is_said(tmp_path):
    (tmp_path / "flash").mkdir()
    device = make_device(NAME, "C0:00:00:00:00:01", Radio())
    board = FarBoard(BluetoothModule(device), lambda step, fields: None)
    await board.start(tmp_path / "flash", "01234567", NAME, picture(1, 1_000))
    await board.stop()
    with pytest.raises(Failure):
        await board.run()
    await BluetoothModule(device).BLE().close()
