"""The link on a real socket: one gateway, the newest; out of reach means refused; nothing piles up."""

import asyncio
from contextlib import suppress

import pytest

from trifocal_tools.sim import link as module
from trifocal_tools.sim.link import GlassesLink


@pytest.fixture
async def link(firmware):
    """A link that listens."""
    made = GlassesLink(firmware, firmware.note)
    await made.listen("127.0.0.1", 0)
    yield made
    await made.close()


@pytest.fixture
async def connect(link):
    """Makes gateways; their ends are closed after the test."""
    writers = []

    async def make():
        reader, writer = await asyncio.open_connection("127.0.0.1", link.port)
        writers.append(writer)
        return reader, writer

    yield make
    for writer in writers:
        writer.transport.abort()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def cut_off(reader):
    """Whether the other end went away without another word."""
    try:
        return await reader.read() == b""
    except ConnectionError:
        return True


def heard(told):
    """All bytes the firmware was given."""
    return b"".join(piece for piece in told if isinstance(piece, bytes))


async def test_bytes_pass_both_ways(link, firmware, connect):
    reader, writer = await connect()
    writer.write(b"from the gateway")
    await firmware.until(lambda told: heard(told) == b"from the gateway")
    link.write(b"from the glasses")
    assert await reader.readexactly(16) == b"from the glasses"
    writer.close()
    await firmware.until(lambda told: told[-2:] == ["closed", False])
    assert firmware.told[:2] == ["opened", True]


async def test_each_piece_waits_until_the_firmware_took_the_one_before(link, firmware, connect):
    _, writer = await connect()
    writer.write(b"x" * 3 * module.PIECE)
    await firmware.until(lambda told: len(heard(told)) == 3 * module.PIECE)
    pieces = [told for told in firmware.told if isinstance(told, bytes) or told == "settle"]
    assert all(isinstance(piece, bytes) and len(piece) <= module.PIECE for piece in pieces[::2])


async def test_the_newest_gateway_wins(link, firmware, connect):
    old, _ = await connect()
    await firmware.until(lambda told: told == ["opened", True])
    new, _ = await connect()
    assert await cut_off(old)
    await firmware.until(lambda told: told == ["opened", True, "closed", False, "opened", True])
    link.write(b"to the new one")
    assert await new.readexactly(14) == b"to the new one"


async def test_without_a_gateway_bytes_go_nowhere(link):
    link.write(b"into the air")


async def test_out_of_reach_cuts_off_and_refuses_until_back_on_the_same_port(link, firmware, connect):
    reader, _ = await connect()
    await firmware.until(lambda told: "opened" in told)
    port = link.port
    link.go_away()
    assert await cut_off(reader)
    with pytest.raises(ConnectionRefusedError):
        await connect()
    assert firmware.told == ["opened", True, "closed", False]
    await link.come_back()
    await link.come_back()
    await connect()
    assert link.port == port


async def test_a_taken_port_is_an_error_and_going_away_ends_the_attempt(link, monkeypatch):
    monkeypatch.setattr(module, "REBIND_PAUSE_S", 0.001)
    link.go_away()
    thief = await asyncio.start_server(lambda *_: None, "127.0.0.1", link.port)
    with pytest.raises(OSError, match=r"in use|address"):
        await link.come_back()
    coming = asyncio.create_task(link.come_back())
    await asyncio.sleep(0)
    link.go_away()
    await coming
    thief.close()
    await thief.wait_closed()
    await link.come_back()


async def test_a_gateway_that_reads_nothing_is_cut_off(link, firmware, connect, monkeypatch):
    monkeypatch.setattr(module, "MOST_QUEUED", 100_000)
    await connect()
    await firmware.until(lambda told: "opened" in told)
    for _ in range(1_000):
        link.write(b"x" * 100_000)
    assert firmware.told[-2:] == ["closed", False]


async def test_a_pack_s_room_comes_back_when_tcp_has_taken_it(link, firmware, connect):
    reader, _ = await connect()
    await firmware.until(lambda told: firmware.rooms == [module.PACKS])
    link.pack(b"a pack")
    link.pack(b"and another")
    await firmware.until(lambda told: sum(firmware.rooms) == module.PACKS + 2)
    assert await reader.readexactly(17) == b"a packand another"


async def test_a_gateway_that_does_not_read_gives_no_room_back(link, firmware, connect):
    await connect()
    await firmware.until(lambda told: bool(firmware.rooms))
    given = 0
    for _ in range(1_000):
        link.pack(bytes(100_000))
        given += 1
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        if sum(firmware.rooms) < module.PACKS + given:
            break
    assert given < 1_000, "TCP takes so much and no more"


async def test_without_a_gateway_packs_go_nowhere(link, firmware):
    link.pack(b"a pack")
    assert firmware.rooms == []


def now():
    """Seconds."""
    return asyncio.get_running_loop().time()


async def test_over_a_weak_radio_everything_comes_in_its_order_and_late(link, firmware, connect):
    reader, writer = await connect()
    await firmware.until(lambda told: bool(firmware.rooms))
    link.weaken(30, 100)
    began = now()
    link.write(bytes(range(250)) * 4)
    link.pack(b"a pack")
    assert await reader.readexactly(250) == bytes(range(250))
    assert now() - began >= 0.1
    link.write(b"one ")
    link.weaken(0, 0)
    link.write(b"the end")
    assert await reader.readexactly(767) == bytes(range(250)) * 3 + b"a packone the end"
    await firmware.until(lambda told: sum(firmware.rooms) == module.PACKS + 1)
    link.weaken(0, 100)
    began = now()
    writer.write(b"from the gateway")
    await firmware.until(lambda told: heard(told) == b"from the gateway")
    assert now() - began >= 0.1


async def test_what_is_on_the_air_when_the_link_breaks_never_comes(link, firmware, connect):
    first, _ = await connect()
    await firmware.until(lambda told: bool(firmware.rooms))
    link.weaken(0, 50)
    link.write(b"lost")
    link.interrupt()
    assert await cut_off(first)
    second, _ = await connect()
    await firmware.until(lambda told: len(firmware.rooms) == 2)
    link.write(b"comes")
    assert await second.readexactly(5) == b"comes"


async def test_air_that_takes_too_little_is_no_place_to_pile_things_up(link, firmware, connect, monkeypatch):
    monkeypatch.setattr(module, "MOST_QUEUED", 5_000)
    await connect()
    await firmware.until(lambda told: bool(firmware.rooms))
    link.weaken(90, 5_000)
    for _ in range(10):
        link.write(bytes(1_000))
    await firmware.until(lambda told: told[-1] is False)


async def test_a_gateway_of_which_nothing_comes_is_let_go_though_tcp_stands(link, firmware, connect, monkeypatch):
    monkeypatch.setattr(module, "SILENCE_S", 0.05)
    reader, _ = await connect()
    await firmware.until(lambda told: told[-2:] == ["closed", False])
    assert await cut_off(reader)
