"""The central's rules, on a bleak that is told what to do. With a radio: tests/tools/radio/test_peripheral.py."""

import asyncio
from types import SimpleNamespace

import pytest
from bleak.exc import BleakError

from trifocal_gateway.errors import LinkDown
from trifocal_gateway.io import ble
from trifocal_gateway.io.ble import name_of
from trifocal_shared.pack import PIECE

EVENTS = ble.FILES.replace("72ff", "70ff")


def place(uuid, properties, most=0, switch=None):
    """A characteristic; `switch` is what its descriptor says, None: it has none."""
    return SimpleNamespace(
        uuid=uuid,
        properties=list(properties),
        max_write_without_response_size=most,
        get_descriptor=lambda _: None if switch is None else SimpleNamespace(handle=switch),
    )


class Paper:
    """A client with one service; `done` is what it was asked to do."""

    def __init__(self, most=40, properties=("write-without-response",), switches=(b"\x01\x00", b"\x02\x00")):
        self.done = []
        self.wrote = []
        self.callbacks = {}
        self.fails = {}
        self.under_way = 0
        self.stuck = asyncio.Event()
        self.stuck.set()
        self.connected = False
        self.places = [
            place(EVENTS, ["notify"], switch=switches[0]),
            place("71ff", properties, most),
            place(ble.FILES, ["notify", "write"], switch=switches[1]),
        ]
        service = SimpleNamespace(characteristics=self.places)
        self.services = SimpleNamespace(get_service=lambda uuid: service if uuid == ble.SERVICE else None)

    async def _do(self, what):
        self.done.append(what)
        self.under_way += 1
        assert self.under_way == 1, "one GATT operation at a time"
        try:
            await asyncio.sleep(0)
            await self.stuck.wait()
            if what in self.fails:
                raise self.fails[what]
        finally:
            self.under_way -= 1

    async def connect(self):
        self.connected = True
        await self._do("connect")

    async def start_notify(self, characteristic, callback):
        await self._do("subscribe")
        self.callbacks[characteristic.uuid] = lambda data: callback(characteristic, bytearray(data))

    async def read_gatt_descriptor(self, handle):
        await self._do("read")
        return bytearray(handle)

    async def write_gatt_char(self, _, data, response):
        await self._do("write")
        self.wrote.append((data, response))

    async def disconnect(self):
        self.connected = False


async def linked(client):
    """A link on this client, and what tells it that it is lost."""
    lost = asyncio.Event()
    return await ble._usable(client, lost), lost


async def running(client):
    """The same, what it received and which packs, and the task that runs it."""
    link, lost = await linked(client)
    received, packs = [], []
    task = asyncio.create_task(link.run(received.append, packs.append))
    await asyncio.sleep(0)
    return link, lost, received, packs, task


@pytest.mark.parametrize("wrong", ["", "tcp://127.0.0.1:1", "ble:a\nb", "Xy_A", "ble:   ", "ble: \t"])
def test_only_a_name_after_ble_is_an_address(wrong):
    with pytest.raises(ValueError, match="ble:NAME"):
        name_of(wrong)


def test_an_address_may_have_colons_and_any_glasses_have_none():
    assert name_of("ble:C0:00:00:00:00:01") == "C0:00:00:00:00:01"
    assert name_of("ble:") == ""


async def test_a_connection_is_made_when_it_notifies_and_the_length_of_a_write_is_known():
    client = Paper(most=495)
    link, _ = await linked(client)
    assert client.done == ["connect", "subscribe", "read", "subscribe", "read"]
    assert link.most == 495


async def test_a_length_that_is_told_late_is_waited_for(monkeypatch):
    monkeypatch.setattr(ble, "MTU_S", 0.01)
    client = Paper(most=20)
    start = client.start_notify

    async def later(characteristic, callback):
        await start(characteristic, callback)
        asyncio.get_running_loop().call_soon(setattr, client.places[1], "max_write_without_response_size", 182)

    client.start_notify = later
    assert (await linked(client))[0].most == 182
    assert (await linked(Paper(most=20)))[0].most == 20, "there are links on which nothing is agreed on"


@pytest.mark.parametrize("switches", [(b"\x00\x00", b"\x01\x00"), (b"\x01\x00", b""), (b"\x01\x00", b"\x04\x00")])
async def test_a_subscription_that_was_not_taken_is_no_connection(switches):
    client = Paper(switches=switches)
    with pytest.raises(BleakError, match="does not notify"):
        await linked(client)
    assert not client.connected


async def test_a_system_that_hides_the_descriptor_is_believed():
    assert (await linked(Paper(switches=(None, None))))[0].most == 40


@pytest.mark.parametrize("step", ["connect", "subscribe", "read"])
async def test_a_step_that_fails_leaves_no_connection(step):
    client = Paper()
    client.fails[step] = BleakError("no")
    with pytest.raises(BleakError, match="no"):
        await linked(client)
    assert not client.connected


async def test_a_connection_that_is_called_off_leaves_none_behind():
    client = Paper()
    client.stuck.clear()
    task = asyncio.create_task(linked(client))
    await asyncio.sleep(0)
    assert client.connected
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not client.connected


async def test_glasses_without_a_place_for_commands_are_none():
    with pytest.raises(BleakError, match="no glasses"):
        await linked(Paper(properties=("read",)))


async def test_writes_follow_one_another_and_are_answered_only_where_they_must_be():
    client = Paper()
    link, _, _, _, task = await running(client)
    await asyncio.gather(*(link.write(b"%d" % number) for number in range(3)))
    assert client.wrote == [(b"0", False), (b"1", False), (b"2", False)]
    await link.close()
    await task
    strict = Paper(properties=("write",))
    link, _, _, _, task = await running(strict)
    await link.write(b"x")
    assert strict.wrote == [(b"x", True)]
    await link.close()
    await task


async def test_bare_packs_are_told_apart_where_photos_come_and_only_there():
    client = Paper()
    link, _, received, packs, task = await running(client)
    pack = bytes((PIECE, 0, 0, 0, 1, 0, 0, 0, 0)) + b"##"
    client.callbacks[ble.FILES](pack)
    client.callbacks[ble.FILES](b"##1 a file packet")
    client.callbacks[EVENTS](pack)
    assert packs == [pack]
    assert received == [b"##1 a file packet", pack]
    await link.close()
    await task


async def test_what_is_notified_before_anybody_asks_is_kept_in_order_and_bounded():
    client = Paper()
    link, lost = await linked(client)
    for number in range(3):
        client.callbacks[EVENTS](b"%d" % number)
    received = []
    task = asyncio.create_task(link.run(received.append, received.append))
    await asyncio.sleep(0)
    assert received == [b"0", b"1", b"2"]
    await link.close()
    await task
    link, lost = await linked(client)
    for _ in range(ble.MOST_EARLY + 1):
        client.callbacks[EVENTS](b"x")
    assert lost.is_set()


async def test_a_lost_connection_is_said_and_writes_after_it_go_nowhere():
    client = Paper()
    link, lost, _, _, task = await running(client)
    lost.set()
    with pytest.raises(LinkDown, match="out of reach"):
        await task
    await link.write(b"too late")
    assert client.wrote == []


async def test_a_write_that_fails_ends_the_link():
    client = Paper()
    client.fails["write"] = BleakError("no")
    link, _, _, _, task = await running(client)
    await link.write(b"x")
    with pytest.raises(LinkDown, match="broke: no"):
        await task


async def test_a_write_that_hangs_ends_with_its_time_or_with_the_connection(monkeypatch):
    client = Paper()
    link, lost, _, _, task = await running(client)
    client.stuck.clear()
    writing = asyncio.create_task(link.write(b"x"))
    await asyncio.sleep(0)
    lost.set()
    await writing
    with pytest.raises(LinkDown):
        await task
    monkeypatch.setattr(ble, "OPERATION_S", 0.01)
    client.stuck.set()
    link, _, _, _, task = await running(client)
    client.stuck.clear()
    await link.write(b"y")
    with pytest.raises(LinkDown, match="in time"):
        await task
