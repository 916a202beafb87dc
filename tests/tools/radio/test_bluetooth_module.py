"""The stand-in for MicroPython's `bluetooth`: what its page promises, and what NimBLE does where the page is silent."""

import asyncio
import errno
from contextlib import asynccontextmanager

import pytest
from bumble.att import ATT_Error
from bumble.device import Peer
from bumble.hci import Address
from bumble.keys import MemoryKeyStore
from bumble.pairing import PairingConfig

from trifocal_firmware.boards.parts.ble import GattLink
from trifocal_firmware.io.flash import Flash
from trifocal_tools.radio.bluetooth_module import BluetoothModule
from trifocal_tools.radio.controller import Radio
from trifocal_tools.radio.peripheral import make_device

GLASSES = "C0:00:00:00:00:01"
CONNECT, DISCONNECT, WRITE, MTU, ENCRYPTION, GET, SET = 1, 2, 3, 21, 28, 29, 30
ADVERTISEMENT = b"\x02\x01\x06"


@asynccontextmanager
async def two():
    """A powered module, and a central with bumble's own hand."""
    radio = Radio()
    device = make_device("XyBLE_1", GLASSES, radio)
    central = make_device("central", "C0:00:00:00:00:02", radio)
    await device.power_on()
    await central.power_on()
    module = BluetoothModule(device)
    try:
        yield module, central
    finally:
        await module.BLE().close()
        await device.power_off()
        await central.power_off()
        radio.close()


class Heard(list):
    """What was heard, and a way to wait for more."""

    def __init__(self):
        self._news = asyncio.Event()

    def append(self, one):
        super().append(one)
        self._news.set()

    async def until(self, seen):
        async with asyncio.timeout(60):
            while not seen(self):
                self._news.clear()
                await self._news.wait()


class Told:
    """An interrupt that writes down what it is told."""

    def __init__(self, ble):
        self.events, self.lent = Heard(), []
        ble.irq(self)

    def __call__(self, event, data):
        self.lent += [one for one in data if isinstance(one, memoryview)]
        self.events.append((event, tuple(bytes(one) if isinstance(one, memoryview) else one for one in data)))

    async def until(self, event):
        await self.events.until(lambda events: any(kind == event for kind, _ in events))
        return next(data for kind, data in self.events if kind == event)


def service(module, flags=0x0C):
    """One service with a characteristic for each direction; the radio on."""
    ble = module.BLE()
    ble.active(True)
    ble.config(mtu=100)
    uuid = module.UUID
    ((says, hears),) = ble.gatts_register_services(((uuid(0x4860), ((uuid(0x70FF), 0x12), (uuid(0x71FF), flags))),))
    return ble, says, hears


async def connect(central):
    peer = Peer(await central.connect(Address(GLASSES)))
    await peer.discover_all()
    return peer


async def test_nothing_goes_while_the_radio_is_off():
    async with two() as (module, _):
        ble = module.BLE()
        assert ble.active() is False
        for call in (
            lambda: ble.config(mtu=100),
            lambda: ble.gatts_register_services(()),
            lambda: ble.gap_advertise(100_000, ADVERTISEMENT),
            lambda: ble.gatts_notify(0, 1, b""),
        ):
            with pytest.raises(OSError, match="off"):
                call()
        assert ble.active(True) is True
        assert module.BLE() is ble


async def test_what_does_not_fit_is_refused():
    async with two() as (module, _):
        ble, says, _ = service(module)
        with pytest.raises(ValueError, match="config"):
            ble.config(colour="red")
        with pytest.raises(OSError, match="too long"):
            ble.gap_advertise(100_000, bytes(32))
        with pytest.raises(OSError, match="not connected"):
            ble.gatts_notify(0, says, b"")
        assert ble.gap_disconnect(0) is False


async def test_a_connection_its_mtu_and_its_end_are_told_in_order_and_ends_advertising():
    async with two() as (module, central):
        ble, _, _ = service(module)
        told = Told(ble)
        ble.gap_advertise(20_000, ADVERTISEMENT)
        peer = await connect(central)
        handle, kind, address = await told.until(CONNECT)
        assert (kind, len(address)) == (1, 6)
        await peer.request_mtu(200)
        assert await told.until(MTU) == (handle, 100)
        assert ble.gap_disconnect(handle) is True
        assert await told.until(DISCONNECT) == (handle, kind, address)
        assert [event for event, _ in told.events] == [CONNECT, MTU, DISCONNECT]
        with pytest.raises(OSError, match="not connected"):
            ble.gatts_notify(handle, 1, b"")


async def test_what_was_lent_to_the_interrupt_is_gone_when_it_returns():
    async with two() as (module, central):
        ble, _, _ = service(module)
        told = Told(ble)
        ble.gap_advertise(20_000, ADVERTISEMENT)
        await connect(central)
        assert told.lent
        for lent in told.lent:
            with pytest.raises(ValueError, match="released"):
                bytes(lent)


async def test_writes_fill_their_buffer_and_what_is_longer_is_cut():
    async with two() as (module, central):
        ble, _, hears = service(module)
        told = Told(ble)
        ble.gap_advertise(20_000, ADVERTISEMENT)
        peer = await connect(central)
        await peer.request_mtu(100)
        (characteristic,) = peer.get_characteristics_by_uuid(module.UUID(0x71FF).bumble)
        await characteristic.write_value(bytes(30), with_response=True)
        assert (await told.until(WRITE))[1] == hears
        assert ble.gatts_read(hears) == bytes(20), "the usual buffer has 20 bytes"
        assert ble.gatts_read(hears) == bytes(20), "and is read as often as one likes"
        ble.gatts_set_buffer(hears, 50, True)
        ble.gatts_read(hears)
        for _ in range(2):
            await characteristic.write_value(bytes(30), with_response=True)
        assert ble.gatts_read(hears) == bytes(50), "what is appended is cut where the buffer ends"
        assert ble.gatts_read(hears) == b"", "and gone when it was read"


async def test_notifications_are_cut_at_the_mtu_and_a_full_pool_is_said():
    async with two() as (module, central):
        ble, says, _ = service(module)
        told, heard = Told(ble), Heard()
        ble.gap_advertise(20_000, ADVERTISEMENT)
        peer = await connect(central)
        (characteristic,) = peer.get_characteristics_by_uuid(module.UUID(0x70FF).bumble)
        await characteristic.subscribe(heard.append)
        handle, _, _ = await told.until(CONNECT)
        sent, error = 0, None
        while error is None and sent < 1_000:
            try:
                ble.gatts_notify(handle, says, bytes(30))
                sent += 1
            except OSError as full:
                error = full
        assert error.errno == errno.ENOMEM
        assert ble.refused == 1
        await heard.until(lambda told: len(told) == sent)
        assert set(heard) == {bytes(20)}, "23 is the MTU as long as none is agreed on"
        ble.gatts_notify(handle, says, b"again")


async def test_whoever_pairs_is_known_again_by_the_keys_that_the_board_keeps(tmp_path):
    async with two() as (module, central):
        central.keystore = MemoryKeyStore()
        central.pairing_config_factory = lambda _: PairingConfig(mitm=False)
        (tmp_path / "keys").mkdir()
        heard = Heard()

        class Firmware:
            link_received = staticmethod(heard.append)

            def link_opened(self):
                heard.append("opened")

            def link_closed(self):
                heard.append("closed")

        link = GattLink(module, "XyBLE_1", Firmware(), Flash(str(tmp_path / "keys")), encrypted=True)
        running = asyncio.create_task(link.run())
        peer = await connect(central)
        (characteristic,) = peer.get_characteristics_by_uuid(module.UUID(0x71FF).bumble)
        with pytest.raises(ATT_Error):
            await characteristic.write_value(b"in the clear", with_response=True)
        await peer.connection.pair()
        await characteristic.write_value(b"in secret", with_response=True)
        await peer.connection.disconnect()
        await heard.until(lambda words: words == ["opened", b"in secret", "closed"])
        assert (tmp_path / "keys" / "bonds").exists()

        heard.clear()
        peer = await connect(central)
        (characteristic,) = peer.get_characteristics_by_uuid(module.UUID(0x71FF).bumble)
        await peer.connection.encrypt()
        await characteristic.write_value(b"known again", with_response=True)
        await heard.until(lambda words: b"known again" in words)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
