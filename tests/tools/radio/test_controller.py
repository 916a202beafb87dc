"""Controllers in air that takes time: goodput in virtual time, credits, requests that are cancelled, reach."""

import asyncio

import pytest
from bleak import BleakClient
from bumble.hci import Address

from trifocal_tools.radio import controller as module
from trifocal_tools.radio.air import Air
from trifocal_tools.radio.central import backends
from trifocal_tools.radio.controller import Radio
from trifocal_tools.radio.peripheral import RadioLink, make_device

PAYLOAD = 495
COUNT = 200


class Paper:
    """Firmware that takes in everything."""

    def link_opened(self):
        """Nothing to do."""

    link_closed = link_opened

    def link_received(self, data):
        """Nothing to do."""

    async def settle(self):
        await asyncio.sleep(0)


@pytest.fixture
async def room():
    """A radio with air, a link that advertises in it, and a central."""
    radio = Radio(Air(lambda: 1.0))
    link = RadioLink(Paper(), lambda linked: None, make_device("Xy_A", "C0:00:00:00:00:01", radio), radio)
    central = make_device("gateway", "C0:00:00:00:00:02", radio)
    await central.power_on()
    await link.listen()
    yield radio, link, central
    await link.close()
    await central.power_off()
    radio.close()


async def connected(central):
    """A client of the link's, and the lengths of what it was notified."""
    client = BleakClient("C0:00:00:00:00:01", backend=backends(central)[1], timeout=5)
    await client.connect()
    lengths = asyncio.Queue()
    await client.start_notify("70ff", lambda _, data: lengths.put_nowait(len(data)))
    return client, lengths


async def test_packs_are_cut_so_that_nothing_of_their_air_time_is_wasted(room):
    radio, link, central = room
    client, lengths = await connected(central)
    await asyncio.sleep(0)
    used, began = radio.air.used_us, asyncio.get_running_loop().time()
    link.write(bytes(PAYLOAD * COUNT))
    async with asyncio.timeout(20):
        got = [await lengths.get() for _ in range(COUNT)]
    took = radio.air.used_us - used
    assert got == [PAYLOAD] * COUNT
    assert PAYLOAD * COUNT * 1_000_000 / took >= 0.99 * radio.air.most_per_second(PAYLOAD)
    assert asyncio.get_running_loop().time() - began >= took / 1_000_000 - 0.01, "it cannot be faster than the air"
    await client.disconnect()


async def test_a_sender_feels_how_slow_the_air_is(room):
    _, link, central = room
    client, lengths = await connected(central)
    link.write(bytes(PAYLOAD * COUNT))
    await lengths.get()
    assert link.unsent >= COUNT - module.QUEUED_PACKETS
    await client.disconnect()


async def test_a_connection_to_nobody_is_given_up_and_the_next_one_is_made(room):
    _, _, central = room
    nobody = BleakClient("C0:00:00:00:00:09", backend=backends(central)[1], timeout=0.05)
    with pytest.raises(TimeoutError, match="does not answer"):
        await nobody.connect()
    client, _ = await connected(central)
    assert client.is_connected
    await client.disconnect()


async def test_each_connection_begins_with_1m(room):
    radio, _, central = room
    client, _ = await connected(central)
    assert radio.air.phy == 2
    await client.disconnect()
    connection = await central.connect(Address("C0:00:00:00:00:01"), timeout=5)
    assert radio.air.phy == 1
    await connection.disconnect()


async def test_back_within_supervision_what_waited_arrives(room):
    radio, link, central = room
    client, lengths = await connected(central)
    radio.drop()
    link.write(bytes(100))
    await asyncio.sleep(0)
    assert lengths.empty()
    radio.back()
    async with asyncio.timeout(5):
        assert await lengths.get() == 100
    assert client.is_connected
    await client.disconnect()


async def test_out_of_reach_ends_the_connection_on_both_ends(room, monkeypatch):
    monkeypatch.setattr(module, "SUPERVISION_S", 0.02)
    radio, link, central = room
    client, _ = await connected(central)
    gone = asyncio.Event()
    client._backend.set_disconnected_callback(gone.set)
    radio.drop()
    link.write(b"into the air")
    async with asyncio.timeout(5):
        await gone.wait()
    assert not client.is_connected
    assert all(not each.le_connections for each in radio.controllers)
