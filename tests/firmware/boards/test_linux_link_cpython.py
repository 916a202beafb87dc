"""The link of glasses on Linux: real sockets, with a gateway that leaves things unread among them."""

import asyncio
import os
import pty
from contextlib import asynccontextmanager

import pytest
import serial

from trifocal_firmware.boards import linux_link
from trifocal_firmware.boards.linux_link import SerialWire, TcpLink
from trifocal_firmware.boards.parts.uart import UartLink
from trifocal_shared.clock import Clock


class Firmware:
    def __init__(self):
        self.told = []
        self._news = asyncio.Event()
        self.link_opened = lambda: self._tell("opened")
        self.link_closed = lambda: self._tell("closed")
        self.link_room = lambda: self._tell("room")
        self.link_received = self._tell

    def _tell(self, what):
        self.told.append(what)
        self._news.set()

    async def until(self, seen):
        async with asyncio.timeout(60):
            while not seen(self.told):
                self._news.clear()
                await self._news.wait()


@asynccontextmanager
async def listening():
    firmware = Firmware()
    link = TcpLink("127.0.0.1", 0, firmware)
    running = asyncio.create_task(link.run())
    await link.listens.wait()
    try:
        yield link, firmware
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@asynccontextmanager
async def gateway(link):
    """One that has come."""
    reader, writer = await asyncio.open_connection("127.0.0.1", link.port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)


async def test_bytes_go_both_ways_and_the_end_is_told_once():
    async with listening() as (link, firmware):
        link.write(b"to nobody")
        assert link.write_pack(memoryview(b"to nobody"))
        async with gateway(link) as (reader, writer):
            writer.write(b"hello")
            await firmware.until(lambda told: b"hello" in told)
            link.write(b"word")
            assert link.write_pack(memoryview(b"pack"))
            assert await reader.readexactly(8) == b"wordpack"
        await firmware.until(lambda told: "closed" in told)
        assert firmware.told == ["opened", b"hello", "closed"]


async def test_the_newest_gateway_wins_and_the_one_before_is_told_off():
    async with listening() as (link, firmware), gateway(link) as (first, _):
        await firmware.until(lambda told: told == ["opened"])
        async with gateway(link) as (second, _):
            await firmware.until(lambda told: told == ["opened", "closed", "opened"])
            with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
                await first.readexactly(1)
            link.write(b"word")
            assert await second.readexactly(4) == b"word"


async def test_a_gateway_that_reads_slowly_makes_packs_wait_and_hears_of_all_of_them(monkeypatch):
    monkeypatch.setattr(linux_link, "MOST_PACKS", 4_096)
    async with listening() as (link, firmware), gateway(link) as (reader, _):
        await firmware.until(lambda told: told == ["opened"])
        pack, sent = memoryview(bytes(495)), 0
        while link.write_pack(pack):
            sent += 1
        refused = sent
        while "room" not in firmware.told:
            await reader.readexactly(495)
            sent -= 1
        assert firmware.told == ["opened", "room"], "asked for once, not again and again"
        assert link.write_pack(pack)
        assert refused > 8
        assert len(await reader.readexactly(495 * (sent + 1))) == 495 * (sent + 1)


async def test_a_gateway_that_reads_nothing_is_gone_in_the_end(monkeypatch):
    monkeypatch.setattr(linux_link, "MOST_WORDS", 65_536)
    async with listening() as (link, firmware), gateway(link):
        await firmware.until(lambda told: told == ["opened"])
        for _ in range(1_000):
            link.write(bytes(65_536))
        assert firmware.told == ["opened", "closed"]


async def test_a_port_that_is_taken_is_said():
    async with listening() as (link, _):
        with pytest.raises(OSError, match="in use"):
            await TcpLink("127.0.0.1", link.port, Firmware()).run()


def test_a_serial_port_is_a_uart_and_one_that_is_pulled_out_an_error():
    far, near = pty.openpty()
    with serial.Serial(os.ttyname(near), 460_800, timeout=0, write_timeout=0) as port:
        firmware = Firmware()
        link = UartLink(SerialWire(port), Clock(), firmware)
        os.write(far, b"hello")
        while len(firmware.told) < 2:  # the kernel takes its time
            link.step()
        assert firmware.told == ["opened", b"hello"]
        link.write(b"answer")
        link.step()
        assert os.read(far, 64) == b"answer"
        os.close(near)
        os.close(far)
        with pytest.raises(OSError, match=r"."):
            while True:
                link.step()
