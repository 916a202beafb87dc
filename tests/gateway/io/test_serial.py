"""The serial link, at a real tty: the other end of a pty."""

import asyncio
import os
import tty
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from trifocal_gateway.errors import LinkDown
from trifocal_gateway.io import serial as module
from trifocal_gateway.io.serial import BAUD, SerialLink, port_of, reason

DEADLINE_S = 5


def nothing(_: bytes) -> None:
    """Nobody listens."""


class Wire:
    """A pty: `ours` is the glasses' end."""

    def __init__(self) -> None:
        self.ours, self._theirs = os.openpty()
        tty.setraw(self._theirs)
        self.name = os.ttyname(self._theirs)
        self.url = f"serial:{self.name}"

    def unplug(self) -> None:
        """The adapter is pulled out."""
        if self.ours >= 0:
            os.close(self.ours)
            os.close(self._theirs)
            self.ours = -1

    async def heard(self, count: int) -> bytes:
        """The next so many bytes from the gateway."""
        data = b""
        while len(data) < count:
            data += await asyncio.to_thread(os.read, self.ours, count - len(data))
        return data

    async def say(self, data: bytes) -> None:
        """All of it to the gateway."""
        while data:
            data = data[await asyncio.to_thread(os.write, self.ours, data) :]


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    made = Wire()
    async with asyncio.timeout(DEADLINE_S):
        yield made
    made.unplug()


async def test_bytes_pass_both_ways_and_none_is_lost_or_changed(wire: Wire) -> None:
    link = await SerialLink.connect(wire.url)
    data = bytes(range(256)) * 400
    heard = bytearray()
    enough = asyncio.Event()

    def received(piece: bytes) -> None:
        heard.extend(piece)
        if len(heard) >= len(data):
            enough.set()

    running = asyncio.create_task(link.run(received, nothing))
    await wire.say(data)
    await enough.wait()
    assert bytes(heard) == data
    reading = asyncio.create_task(wire.heard(40_000))
    for at in range(0, 40_000, 10_000):
        await link.write(data[at : at + 10_000])
    assert await reading == data[:40_000]
    await link.close()
    await running


async def test_what_came_before_the_port_was_opened_is_old_news(wire: Wire) -> None:
    os.write(wire.ours, b"to somebody who was here before")
    link = await SerialLink.connect(wire.url)
    heard: list[bytes] = []
    news = asyncio.Event()

    def received(piece: bytes) -> None:
        heard.append(piece)
        news.set()

    running = asyncio.create_task(link.run(received, nothing))
    await wire.say(b"new")
    await news.wait()
    assert heard == [b"new"]
    await link.close()
    await running


async def test_an_adapter_that_is_pulled_out_is_a_link_that_is_down(wire: Wire) -> None:
    link = await SerialLink.connect(wire.url)
    running = asyncio.create_task(link.run(nothing, nothing))
    await asyncio.sleep(0)
    wire.unplug()
    with pytest.raises(LinkDown, match="went away"):
        await running
    await link.write(b"nobody hears this")
    await link.close()
    with pytest.raises(LinkDown, match="cannot be used"):
        await SerialLink.connect(wire.url)


async def test_one_that_is_pulled_out_while_bytes_wait_is_too(wire: Wire) -> None:
    link = await SerialLink.connect(wire.url)
    writing = asyncio.create_task(link.write(bytes(100_000)))
    await asyncio.sleep(0)
    wire.unplug()
    with pytest.raises(LinkDown, match="went away"):
        await link.run(nothing, nothing)
    await writing
    await link.close()


async def test_a_wire_that_takes_nothing_is_given_up_and_closing_does_not_wait_for_it(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WRITE_S", 0.01)
    link = await SerialLink.connect(wire.url)
    await link.write(bytes(100_000))
    with pytest.raises(LinkDown, match="takes no bytes"):
        await link.run(nothing, nothing)
    await link.close()


async def test_closing_ends_the_run_quietly_and_may_be_done_twice(wire: Wire) -> None:
    link = await SerialLink.connect(wire.url)
    running = asyncio.create_task(link.run(nothing, nothing))
    await asyncio.sleep(0)
    writing = asyncio.create_task(link.write(bytes(100_000)))
    await asyncio.sleep(0)
    await link.close()
    await link.close()
    await running
    await writing
    await link.write(b"nobody hears this")
    again = await SerialLink.connect(wire.url)
    await again.close()


async def test_a_port_belongs_to_one_program(wire: Wire) -> None:
    link = await SerialLink.connect(wire.url)
    with pytest.raises(LinkDown, match="another program uses it"):
        await SerialLink.connect(wire.url)
    await link.close()


async def test_why_there_is_no_port_is_said(tmp_path: Path) -> None:
    with pytest.raises(LinkDown, match="there is no such port"):
        await SerialLink.connect(f"serial:{tmp_path / 'ttyUSB7'}")
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(LinkDown, match="it is no serial port"):
        await SerialLink.connect(f"serial:{file}")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PermissionError(13, "Permission denied"), "this user may not use it"),
        (OSError(5, "Input/output error"), "Input/output error"),
        (ValueError("no such speed"), "no such speed"),
        (OSError(), "OSError"),
    ],
)
def test_errors_are_put_into_words(error: Exception, words: str) -> None:
    assert reason(error) == words


def test_an_address_has_a_port_and_perhaps_a_speed() -> None:
    assert port_of("serial:/dev/ttyUSB0") == ("/dev/ttyUSB0", BAUD)
    assert port_of("serial:/dev/serial/by-id/a:b?baud=115200") == ("/dev/serial/by-id/a:b", 115_200)


@pytest.mark.parametrize(
    "url",
    ["", "serial:", "serial:?baud=9600", "tty:x", "serial:a\nb", "serial:x?speed=1", "serial:x?baud"]
    + [f"serial:x?baud={speed}" for speed in ("", "0", "-1", "fast", "999999999", "1&baud=x")],
)
async def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="address"):
        await SerialLink.connect(url)
