"""Controllers in air that takes time, which is counted: goodput, credits, intervals, cancelled requests, reach."""

import asyncio
import functools
from contextlib import asynccontextmanager

import pytest
from bleak import BleakClient
from bumble.hci import Address

from trifocal_firmware.boards.parts.uart import SILENCE_MS
from trifocal_tools import virtual_time
from trifocal_tools.radio import controller as module
from trifocal_tools.radio.air import Air
from trifocal_tools.radio.central import SET_UP_S, at_hand, backends
from trifocal_tools.radio.controller import SUPERVISION_S, Radio
from trifocal_tools.radio.peripheral import ADVERTISE_MS, RadioLink, make_device

PAYLOAD = 495
COUNT = 200
ADDRESS = "C0:00:00:00:00:01"


class Paper:
    """Firmware that takes in everything."""

    def link_opened(self):
        """Nothing to do."""

    link_closed = link_opened

    def link_room(self, packs):
        """Nothing to do."""

    link_received = link_room

    async def settle(self):
        await asyncio.sleep(0)


@asynccontextmanager
async def room():
    """A radio with air, a link that advertises in it, and a central."""
    radio = Radio(Air(lambda: 1.0))
    link = RadioLink(Paper(), lambda linked: None, make_device("Xy_A", ADDRESS, radio), radio)
    central = make_device("gateway", "C0:00:00:00:00:02", radio)
    await central.power_on()
    await link.listen()
    yield radio, link, central
    await link.close()
    await central.power_off()
    radio.close()


def in_a_room(test):
    """The test is a coroutine in a room, in time that is counted."""

    @functools.wraps(test)
    def run():
        async def main():
            async with room() as things:
                await test(*things)

        virtual_time.run(main)

    del run.__wrapped__  # pytest would take the room for fixtures
    return run


async def connected(central):
    """A client of the link's, and the lengths of what it was notified."""
    client = BleakClient(ADDRESS, backend=backends(at_hand(central))[1], timeout=5)
    await client.connect()
    lengths = asyncio.Queue()
    await client.start_notify("70ff", lambda _, data: lengths.put_nowait(len(data)))
    return client, lengths


def now():
    """Seconds."""
    return asyncio.get_running_loop().time()


@in_a_room
async def test_nothing_of_the_air_s_time_is_wasted(radio, link, central):
    _, lengths = await connected(central)
    await virtual_time.passes(2 * SET_UP_S)
    link.write(bytes(PAYLOAD * COUNT))
    assert await lengths.get() == PAYLOAD
    began = now()
    assert [await lengths.get() for _ in range(COUNT - 1)] == [PAYLOAD] * (COUNT - 1)
    assert (COUNT - 1) * PAYLOAD / (now() - began) == pytest.approx(radio.air.most_per_second(), rel=0.001)


@in_a_room
async def test_a_sender_feels_how_slow_the_air_is(radio, link, central):
    _, lengths = await connected(central)
    link.write(bytes(PAYLOAD * COUNT))
    await lengths.get()
    assert link.unsent >= COUNT - module.QUEUED_PACKETS


@in_a_room
async def test_advertisements_come_as_often_as_was_asked(radio, link, central):
    heard = []
    central.on("advertisement", lambda said: heard.append(now()))
    await central.start_scanning(legacy=True, filter_duplicates=False)
    await virtual_time.passes(ADVERTISE_MS / 1_000 * 20)
    moments = sorted(set(heard))
    assert len(moments) == pytest.approx(20, abs=1)
    await central.stop_scanning(legacy=True)


@in_a_room
async def test_a_connection_begins_at_a_short_interval_and_goes_over_to_its_own(radio, link, central):
    await connected(central)
    assert radio.air.interval_us == 7_500
    await virtual_time.passes(2 * SET_UP_S)
    assert radio.air.interval_us == 15_000


@in_a_room
async def test_latency_is_on_top_and_nothing_overtakes(radio, link, central):
    _, lengths = await connected(central)
    radio.weaken(0, 300)
    began = now()
    link.write(bytes(10))
    assert await lengths.get() == 10
    assert 0.3 <= now() - began < 0.35
    link.write(bytes(20))
    await virtual_time.passes(0.1)
    radio.weaken(0, 0)
    link.write(bytes(30))
    assert [await lengths.get(), await lengths.get()] == [20, 30]


@in_a_room
async def test_a_connection_to_nobody_is_given_up_and_the_next_one_is_made(radio, link, central):
    nobody = BleakClient("C0:00:00:00:00:09", backend=backends(at_hand(central))[1], timeout=0.05)
    with pytest.raises(TimeoutError, match="does not answer"):
        await nobody.connect()
    client, _ = await connected(central)
    assert client.is_connected


@in_a_room
async def test_each_connection_begins_with_1m(radio, link, central):
    client, _ = await connected(central)
    assert radio.air.phy == 2
    await client.disconnect()
    connection = await central.connect(Address(ADDRESS), timeout=5)
    assert radio.air.phy == 1
    await connection.disconnect()


@in_a_room
async def test_back_within_supervision_what_waited_arrives(radio, link, central):
    client, lengths = await connected(central)
    radio.drop()
    link.write(bytes(100))
    await virtual_time.passes(SUPERVISION_S - 0.1)
    assert lengths.empty()
    radio.back()
    assert await lengths.get() == 100
    assert client.is_connected


@in_a_room
async def test_out_of_reach_ends_the_connection_on_both_ends(radio, link, central):
    client, _ = await connected(central)
    gone = asyncio.Event()
    client._backend.set_disconnected_callback(gone.set)
    radio.drop()
    link.write(b"into the air")
    began = now()
    await gone.wait()
    assert now() - began == pytest.approx(SUPERVISION_S)
    assert not client.is_connected
    assert all(not each.le_connections for each in radio.controllers)


@in_a_room
async def test_a_gateway_of_which_nothing_comes_is_let_go_though_the_radio_is_good(radio, link, central):
    client, _ = await connected(central)
    for _ in range(5):
        await virtual_time.passes(SILENCE_MS / 1_000 - 1)
        assert client.is_connected
        await client.write_gatt_char("71ff", b"ping", response=False)
    await virtual_time.passes(SILENCE_MS / 1_000 + 1)
    assert not client.is_connected
    assert not link.linked
