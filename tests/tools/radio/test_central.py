"""bleak on bumble: scanning, services, values, and what happens without a connection."""

import asyncio
from types import SimpleNamespace

import pytest
from bleak import BleakClient, BleakScanner
from bleak.exc import BleakError
from bumble import core
from bumble.core import UUID

from trifocal_tools.radio import central
from trifocal_tools.radio.central import MTU, at_hand, backends, long_uuid
from trifocal_tools.radio.controller import Radio
from trifocal_tools.radio.peripheral import RadioLink, make_device

ADDRESS = "C0:00:00:00:00:01"
SERVICE = "00004860-0000-1000-8000-00805f9b34fb"


@pytest.fixture
async def room():
    """What the firmware was told, its link, and bleak's types for a central in the same room."""
    told = []

    async def settle():
        told.append("settle")

    firmware = SimpleNamespace(
        link_opened=lambda: told.append("opened"),
        link_closed=lambda: told.append("closed"),
        link_received=told.append,
        link_room=lambda packs: None,
        settle=settle,
    )
    radio = Radio()
    link = RadioLink(firmware, told.append, make_device("Xy_A", ADDRESS, radio), radio)
    host = make_device("gateway", "C0:00:00:00:00:02", radio)
    await host.power_on()
    await link.listen()
    yield told, link, backends(at_hand(host))
    await link.close()
    await host.power_off()
    radio.close()


async def test_a_scan_finds_by_service_and_name_and_passes_over_the_rest(room):
    scanner = room[2][0]
    found = await BleakScanner.find_device_by_name("Xy_A", timeout=5, service_uuids=[SERVICE], backend=scanner)
    assert found is not None
    assert found.address == ADDRESS
    other = SERVICE.replace("4860", "1234")
    assert await BleakScanner.discover(timeout=0.3, service_uuids=[other], backend=scanner) == []


async def test_services_mtu_and_values_are_there_once_connected(room):
    told, link, (_, client_type) = room
    async with BleakClient(ADDRESS, backend=client_type) as client:
        assert client.mtu_size == MTU
        service = client.services.get_service(SERVICE)
        assert [each.uuid[4:8] for each in service.characteristics] == ["70ff", "71ff", "72ff"]
        assert service.characteristics[1].max_write_without_response_size == 495
        heard = asyncio.Queue()
        await client.start_notify("70ff", lambda _, data: heard.put_nowait(bytes(data)))
        link.write(b"from the glasses")
        assert await heard.get() == b"from the glasses"
        await client.write_gatt_char("71ff", b"from the gateway", response=True)
        assert told[:3] == ["opened", True, b"from the gateway"]
        await client.stop_notify("70ff")
        link.write(b"nobody listens")
        await client.write_gatt_char("71ff", b"again", response=True)
        assert heard.empty()
    assert not client.is_connected
    with pytest.raises(BleakError):
        await client.write_gatt_char("71ff", b"too late", response=True)


def test_short_and_long_ids_are_spelt_in_full():
    assert long_uuid(UUID("4860")) == SERVICE
    assert long_uuid(UUID("6E400002-B5A3-F393-E0A9-E50E24DCCA9E")) == "6e400002-b5a3-f393-e0a9-e50e24dcca9e"


@pytest.mark.parametrize("step", ["request_mtu", "discover_services", "discover_descriptors"])
async def test_what_goes_wrong_in_bumble_while_connecting_is_said_in_bleak_s_words(room, monkeypatch, step):
    async def fail(*_, **__):
        raise bumble_error

    bumble_error = core.ProtocolError(0x0E, "att", "unlikely error")
    monkeypatch.setattr(central.Peer, step, fail)
    client = BleakClient(ADDRESS, backend=room[2][1])
    with pytest.raises(BleakError, match="unlikely"):
        await client.connect()
    await client.disconnect()


async def test_glasses_that_go_while_one_connects_are_an_error_and_no_cancellation(room, monkeypatch):
    async def gone(peer, *_, **__):
        await peer.connection.disconnect()
        raise asyncio.CancelledError

    monkeypatch.setattr(central.Peer, "discover_services", gone)
    client = BleakClient(ADDRESS, backend=room[2][1])
    with pytest.raises(BleakError):
        await client.connect()
    assert not client.is_connected
