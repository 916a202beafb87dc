"""The TCP link, against a listener on loopback."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator

import pytest

from trifocal_gateway.errors import LinkDown
from trifocal_gateway.io import glasses_link
from trifocal_gateway.io.glasses_link import GlassesLink, address

DEADLINE_S = 5


def ignore(data: bytes) -> None:
    """Nobody listens."""


class Glasses:
    """Somebody who listens; `peer` is who came last."""

    def __init__(self) -> None:
        self.came = asyncio.Event()
        self.reader: asyncio.StreamReader
        self.writer: asyncio.StreamWriter
        self.url = ""

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.came.set()


@pytest.fixture
async def glasses() -> AsyncIterator[Glasses]:
    found = Glasses()
    server = await asyncio.start_server(found.accept, "127.0.0.1", 0)
    found.url = f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with asyncio.timeout(DEADLINE_S):
        yield found
    server.close()
    if found.came.is_set():
        found.writer.transport.abort()
    await server.wait_closed()


async def linked(glasses: Glasses) -> GlassesLink:
    link = await GlassesLink.connect(glasses.url)
    await glasses.came.wait()
    return link


async def test_bytes_pass_both_ways_and_none_is_lost(glasses: Glasses) -> None:
    link = await linked(glasses)
    data = bytes(range(256)) * 2_000
    heard = bytearray()
    enough = asyncio.Event()

    def received(piece: bytes) -> None:
        heard.extend(piece)
        if len(heard) >= len(data):
            enough.set()

    running = asyncio.create_task(link.run(received, ignore))
    glasses.writer.write(data)
    await enough.wait()
    assert bytes(heard) == data
    await link.write(b"one")
    await link.write(b"two")
    assert await glasses.reader.readexactly(6) == b"onetwo"
    await link.close()
    await running


async def test_glasses_that_hang_up_are_a_link_that_is_down(glasses: Glasses) -> None:
    link = await linked(glasses)
    glasses.writer.close()
    with pytest.raises(LinkDown):
        await link.run(ignore, ignore)
    await link.write(b"nobody hears this")
    await link.close()


async def test_a_connection_that_is_reset_is_a_link_that_is_down(glasses: Glasses) -> None:
    link = await linked(glasses)
    peer = glasses.writer.get_extra_info("socket")
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    glasses.writer.transport.abort()
    with pytest.raises(LinkDown):
        await link.run(ignore, ignore)
    await link.close()


async def test_closing_ends_the_run_quietly_and_may_be_done_twice(glasses: Glasses) -> None:
    link = await linked(glasses)
    running = asyncio.create_task(link.run(ignore, ignore))
    await link.close()
    await link.close()
    await running
    await link.write(b"nobody hears this")
    assert await glasses.reader.read() == b""


async def test_glasses_that_do_not_read_are_given_up(glasses: Glasses, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glasses_link, "WRITE_S", 0.01)
    link = await linked(glasses)
    running = asyncio.create_task(link.run(ignore, ignore))
    while not running.done():
        await link.write(bytes(1 << 20))
        await asyncio.sleep(0)
    with pytest.raises(LinkDown):
        await running
    await link.close()


async def test_nobody_there_is_a_link_that_is_down() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(LinkDown, match="cannot be reached"):
            await GlassesLink.connect(f"tcp://127.0.0.1:{taken.getsockname()[1]}")


async def test_a_host_that_is_none_is_a_link_that_is_down() -> None:
    with pytest.raises(LinkDown):
        await GlassesLink.connect("tcp://no-such-host.invalid:1")


async def test_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(host: str, port: int) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(asyncio, "open_connection", never)
    with pytest.raises(LinkDown, match="in time"):
        await GlassesLink.connect("tcp://127.0.0.1:1", timeout_s=0.01)


def test_an_address_has_a_host_and_a_port() -> None:
    assert address("tcp://127.0.0.1:4860") == ("127.0.0.1", 4860)
    assert address("tcp://[::1]:1/") == ("::1", 1)


@pytest.mark.parametrize("url", ["", "127.0.0.1:4860", "http://h:1", "tcp://h", "tcp://:1", "tcp://h:x", "tcp://h:1/x"])
async def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"address|port|Port"):
        await GlassesLink.connect(url)
