"""A controller that is lent to a host in another process: found, used, lost and had again; and what is no HCI."""

import asyncio
import contextlib

import pytest
from bleak.exc import BleakError
from bumble.hci import Address

from trifocal_gateway.errors import LinkDown
from trifocal_gateway.io.ble import Central
from trifocal_tools.radio import central as module
from trifocal_tools.radio.air import Air
from trifocal_tools.radio.central import backends
from trifocal_tools.radio.controller import Radio
from trifocal_tools.radio.hci import GATEWAY, HciCentral, HciDoor, HciRadioLink
from trifocal_tools.radio.peripheral import make_device


class Paper:
    """Firmware that is told of the link."""

    def __init__(self):
        self.told = []
        self._news = asyncio.Event()

    def _note(self, word):
        self.told.append(word)
        self._news.set()

    def link_opened(self):
        self._note("opened")

    def link_closed(self):
        self._note("closed")

    def link_room(self, packs):
        """It has nothing to send."""

    def link_received(self, data):
        self._note(data)

    async def settle(self):
        await asyncio.sleep(0)

    async def until(self, *told):
        """Wait until exactly this was told."""
        async with asyncio.timeout(10):
            while self.told != list(told):
                self._news.clear()
                await self._news.wait()


@contextlib.asynccontextmanager
async def glasses(port=0):
    """Glasses in a radio with a door: what they were told, and where the door is."""
    firmware, radio = Paper(), Radio(Air(lambda: 1.0))
    link = HciRadioLink(firmware, lambda linked: None, make_device("Xy_A", "C0:00:00:00:00:01", radio), radio)
    found = await link.listen("127.0.0.1", port)
    try:
        yield firmware, found
    finally:
        await link.close()
        radio.close()


@contextlib.asynccontextmanager
async def host(port):
    """A host at that door."""
    made = HciCentral(f"tcp-client:127.0.0.1:{port}")
    try:
        yield made
    finally:
        await made.close()


async def test_a_host_beyond_tcp_connects_and_writes():
    async with glasses() as (firmware, port), host(port) as far:
        link = await Central("Xy_A", backends(far.device)).connect()
        assert link.most == 495
        await link.write(b"from afar")
        await firmware.until("opened", b"from afar")
        await link.close()
        await firmware.until("opened", b"from afar", "closed")


async def test_a_host_that_is_gone_is_noticed_and_the_next_one_is_let_in():
    async with glasses() as (firmware, port):
        async with host(port) as first:
            await Central("Xy_A", backends(first.device)).connect()
            await firmware.until("opened")
        await firmware.until("opened", "closed")
        async with host(port) as second:
            await (await Central("", backends(second.device)).connect()).close()
        await firmware.until("opened", "closed", "opened", "closed")


async def test_a_gateway_outlives_the_controller_it_was_lent(monkeypatch):
    monkeypatch.setattr(module, "AGAIN_S", 0.01)
    async with glasses() as (_, port):
        far = HciCentral(f"tcp-client:127.0.0.1:{port}")
        central = Central("Xy_A", backends(far.device))
        link = await central.connect()
        running = asyncio.create_task(link.run(print, print))
    with pytest.raises(LinkDown):
        await running
    await link.close()
    with pytest.raises(LinkDown):
        await central.connect()
    with pytest.raises(LinkDown, match="no Bluetooth at"):
        await central.connect()
    async with glasses(port) as (firmware, _):
        await (await central.connect()).close()
        await firmware.until("opened", "closed")
        await far.close()


async def test_one_who_listens_waits_for_a_controller_that_comes_again(monkeypatch):
    monkeypatch.setattr(module, "AGAIN_S", 0.01)
    far = None
    async with glasses() as (_, port):
        far = HciCentral(f"tcp-client:127.0.0.1:{port}")
        waiting = asyncio.create_task(Central("Xy_B", backends(far.device)).connect())
        while not (far._device and far._device.is_scanning):  # noqa: ASYNC110 - bumble has no bell
            await asyncio.sleep(0)
    async with glasses(port):
        while not (far._device and far._device.is_scanning):  # noqa: ASYNC110 - bumble has no bell
            await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await far.close()


async def test_without_a_controller_there_is_no_bluetooth():
    for spec in ("tcp-client:127.0.0.1:1", "no-such-thing:1"):
        with pytest.raises(BleakError, match="no Bluetooth at"):
            await HciCentral(spec).device()


@pytest.mark.parametrize(
    "noise", [b"GET / HTTP/1.1\r\n\r\n", b"\x00" * 100, b"\x01\xff\xff\x00", b"\x02\xff\x0f\x01\x00x"]
)
async def test_what_is_no_hci_ends_that_connection_and_nothing_else(noise):
    radio = Radio()
    door = HciDoor(radio)
    port = await door.open("127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(noise)
    writer.write_eof()
    async with asyncio.timeout(5):
        with contextlib.suppress(ConnectionError):
            while await reader.read(100):
                pass
    writer.close()
    async with host(port) as far:
        assert (await far.device()).random_address == Address(GATEWAY)
    await door.close()
    assert not radio.controllers
