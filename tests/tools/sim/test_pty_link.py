"""Simulated glasses at the end of a wire, opened as the gateway opens it."""

import asyncio
import os
import time

import pytest

from trifocal_gateway.errors import LinkDown
from trifocal_gateway.io.serial import SerialLink
from trifocal_tools.sim import pty_link as module
from trifocal_tools.sim.pty_link import PtyLink

BAUD = 2_000_000


class Gateway:
    """The gateway's end, opened anew each time it is entered."""

    def __init__(self, name):
        self._url = f"serial:{name}?baud=115200"
        self.heard = bytearray()
        self._news = asyncio.Event()

    async def __aenter__(self):
        self.link = await SerialLink.connect(self._url)
        self.running = asyncio.create_task(self.link.run(self._received, self._received))
        return self

    async def __aexit__(self, *_):
        await self.link.close()
        await asyncio.gather(self.running, return_exceptions=True)

    async def until(self, count):
        """Wait until so many bytes have come."""
        async with asyncio.timeout(10):
            while len(self.heard) < count:
                self._news.clear()
                await self._news.wait()

    def _received(self, data):
        self.heard += data
        self._news.set()


@pytest.fixture
async def link(firmware, tmp_path):
    """A wire that is plugged in."""
    made = PtyLink(firmware, firmware.note, tmp_path / "tty", BAUD)
    await made.listen()
    yield made
    await made.close()
    assert not (tmp_path / "tty").is_symlink()


def heard(told):
    """All bytes the firmware was given."""
    return b"".join(piece for piece in told if isinstance(piece, bytes))


async def test_whoever_speaks_is_there_and_bytes_pass_both_ways(link, firmware, tmp_path):
    async with Gateway(tmp_path / "tty") as gateway:
        link.write(b"nobody was heard yet")
        assert (firmware.told, link.dropped) == ([], 20)
        await gateway.link.write(b"hello")
        await firmware.until(lambda told: heard(told) == b"hello")
        assert firmware.told[:2] == ["opened", True]
        data = bytes(range(256)) * 100
        link.write(data[:10_000])
        link.write(data[10_000:])
        await gateway.until(len(data))
        assert gateway.heard == data


async def test_a_gateway_that_comes_again_is_the_same_connection(link, firmware, tmp_path):
    for word in (b"one", b"two"):
        async with Gateway(tmp_path / "tty") as gateway:
            await gateway.link.write(word)
            await firmware.until(lambda told, word=word: heard(told).endswith(word))
    assert [told for told in firmware.told if told in ("opened", "closed")] == ["opened"]


async def test_silence_means_that_nobody_is_there(link, firmware, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "SILENCE_MS", 50)
    async with Gateway(tmp_path / "tty") as gateway:
        await gateway.link.write(b"hello")
        await firmware.until(lambda told: told[-2:] == ["closed", False])
        await gateway.link.write(b"again")
        await firmware.until(lambda told: told.count("opened") == 2)


async def test_unplugged_the_port_is_gone_and_comes_back_under_its_name(link, firmware, tmp_path):
    async with Gateway(tmp_path / "tty") as gateway:
        await gateway.link.write(b"hello")
        await firmware.until(lambda told: b"hello" in told)
        link.write(bytes(50_000))
        link.go_away()
        link.go_away()
        with pytest.raises(LinkDown, match="went away"):
            await gateway.running
        assert firmware.told[-2:] == ["closed", False]
    with pytest.raises(LinkDown, match="no such port"):
        await SerialLink.connect(f"serial:{tmp_path / 'tty'}")
    await link.come_back()
    await link.come_back()
    async with Gateway(tmp_path / "tty") as gateway:
        await gateway.link.write(b"here")
        await firmware.until(lambda told: heard(told).endswith(b"here"))
        link.write(b"too")
        await gateway.until(3)
        assert gateway.heard == b"too"


async def test_the_wire_carries_no_more_than_its_speed(firmware, tmp_path):
    link = PtyLink(firmware, firmware.note, tmp_path / "slow", 100_000)
    await link.listen()
    async with Gateway(tmp_path / "slow") as gateway:
        await gateway.link.write(b"hello")
        await firmware.until(lambda told: b"hello" in told)
        began = time.monotonic()
        link.write(bytes(3_000))
        await gateway.until(3_000)
        assert time.monotonic() - began > 0.28
    await link.close()


async def test_what_finds_no_room_is_lost_and_counted(link, firmware, tmp_path):
    async with Gateway(tmp_path / "tty") as gateway:
        await gateway.link.write(b"hello")
        await firmware.until(lambda told: b"hello" in told)
        link.write(bytes(module.MOST_UNSENT))
        link.write(b"one too many")
        assert link.dropped == 12


async def test_a_flood_waits_outside_while_the_firmware_is_busy(link, firmware, tmp_path):
    busy = asyncio.Event()
    settle = firmware.settle

    async def slow():
        await busy.wait()
        await settle()

    firmware.settle = slow
    async with Gateway(tmp_path / "tty") as gateway:
        await gateway.link.write(b"hello")
        await firmware.until(lambda told: b"hello" in told)
        flood = os.urandom(60_000)
        flooding = asyncio.create_task(gateway.link.write(flood))
        busy.set()
        await flooding
        await firmware.until(lambda told: heard(told) == b"hello" + flood)


async def test_a_pack_s_room_comes_back_when_it_has_been_on_the_wire(link, firmware, tmp_path):
    async with Gateway(tmp_path / "tty") as gateway:
        await gateway.link.write(b"hello")
        await firmware.until(lambda told: firmware.rooms == [module.PACKS])
        for _ in range(10):
            link.pack(bytes(494))
        await gateway.until(9 * 494)
        await firmware.until(lambda told: sum(firmware.rooms) == module.PACKS + 10)
        assert len(firmware.rooms) > 2, "they come back as they go"


async def test_a_wire_is_interrupted_but_never_weak(link, firmware, tmp_path):
    async with Gateway(tmp_path / "tty") as gateway:
        assert not link.weaken(20, 0)
        await gateway.link.write(b"hello")
        await firmware.until(lambda told: told[:2] == ["opened", True])
        link.pack(bytes(494))
        link.interrupt()
        await firmware.until(lambda told: told[-2:] == ["closed", False])
        await gateway.link.write(b"again")
        await firmware.until(lambda told: firmware.rooms == [module.PACKS] * 2)
