"""The central's rules, on a bleak that is told what to do. With a radio: tests/tools/radio/test_peripheral.py."""

import asyncio
from types import SimpleNamespace

import pytest
from bleak.exc import BleakError

from trifocal_gateway.errors import LinkDown
from trifocal_gateway.io import ble
from trifocal_gateway.io.ble import BleLink, name_of
from trifocal_shared.frame import FrameDecoder
from trifocal_shared.pack import PIECE


class Paper:
    """A client with one service; `wrote` is what it was given to write."""

    def __init__(self, most=20, properties=("write-without-response",)):
        self.wrote = []
        self.callbacks = {}
        self.error = None
        self.written = asyncio.Event()
        events = SimpleNamespace(uuid=ble.FILES.replace("72ff", "70ff"), properties=["notify"])
        files = SimpleNamespace(uuid=ble.FILES, properties=["notify"])
        commands = SimpleNamespace(uuid="71ff", properties=list(properties), max_write_without_response_size=most)
        service = SimpleNamespace(characteristics=[events, commands, files])
        self.services = SimpleNamespace(get_service=lambda uuid: service if uuid == ble.SERVICE else None)

    async def start_notify(self, characteristic, callback):
        self.callbacks[characteristic.uuid] = lambda data: callback(characteristic, bytearray(data))

    async def write_gatt_char(self, _, data, response):
        if self.error:
            raise self.error
        self.wrote.append((data, response))
        self.written.set()

    async def disconnect(self):
        """Nothing to do."""


async def running(client):
    """A link on this client, what it received, what tells it that it is lost, and the task that runs it."""
    received, lost = [], asyncio.Event()
    link = BleLink(client, lost)
    task = asyncio.create_task(link.run(received.append))
    await asyncio.sleep(0)
    return link, received, lost, task


@pytest.mark.parametrize("wrong", ["", "ble:", "tcp://127.0.0.1:1", "ble:a\nb", "Xy_A"])
def test_only_a_name_after_ble_is_an_address(wrong):
    with pytest.raises(ValueError, match="ble:NAME"):
        name_of(wrong)


def test_an_address_may_have_colons():
    assert name_of("ble:C0:00:00:00:00:01") == "C0:00:00:00:00:01"


async def test_frames_are_cut_to_what_one_write_takes():
    client = Paper(most=20)
    link, _, _, task = await running(client)
    link.write(bytes(range(50)))
    await client.written.wait()
    assert [len(data) for data, _ in client.wrote] == [20, 20, 10]
    assert b"".join(data for data, _ in client.wrote) == bytes(range(50))
    assert not any(response for _, response in client.wrote)
    await link.close()
    await task


async def test_a_peer_that_only_takes_answered_writes_gets_those():
    client = Paper(properties=("write",))
    link, _, _, task = await running(client)
    link.write(b"x")
    await client.written.wait()
    assert client.wrote == [(b"x", True)]
    await link.close()
    await task


async def test_a_pack_gets_its_frame_and_everything_else_stays_as_it_is():
    client = Paper()
    link, received, _, task = await running(client)
    pack = bytes((PIECE, 0, 0, 0, 1, 0, 0, 0, 0)) + b"##"
    client.callbacks[ble.FILES](pack)
    client.callbacks[ble.FILES](b"##1 a file packet")
    client.callbacks[ble.FILES.replace("72ff", "70ff")](pack)
    assert received[1:] == [b"##1 a file packet", pack]
    decoder = FrameDecoder()
    decoder.receive(received[0], 0)
    assert [frame.payload for frame in decoder.events()] == [pack]
    await link.close()
    await task


async def test_a_lost_connection_is_said_and_writes_after_it_go_nowhere():
    client = Paper()
    link, _, lost, task = await running(client)
    lost.set()
    with pytest.raises(LinkDown, match="out of reach"):
        await task
    link.write(b"too late")
    assert client.wrote == []


async def test_a_write_that_fails_ends_the_link():
    client = Paper()
    client.error = BleakError("no")
    link, _, _, task = await running(client)
    link.write(b"x")
    with pytest.raises(LinkDown, match="broke: no"):
        await task


async def test_glasses_without_a_place_for_commands_are_none():
    client = Paper(properties=("read",))
    _, _, _, task = await running(client)
    with pytest.raises(LinkDown, match="no glasses"):
        await task


async def test_what_nobody_takes_is_bounded(monkeypatch):
    monkeypatch.setattr(ble, "MOST_UNSENT", 10)
    client = Paper()
    link, _, lost, task = await running(client)
    link.write(b"12345678901")
    assert lost.is_set()
    with pytest.raises(LinkDown):
        await task
    assert client.wrote == []
