"""Which way leads to an address. The ways themselves: test_ble, test_glasses_link, test_serial."""

import asyncio
import inspect
import os
from pathlib import Path

import pytest
import structlog
from structlog.testing import LogCapture

from trifocal_gateway.errors import LinkDown
from trifocal_gateway.io import links
from trifocal_gateway.io.ble import BleLink
from trifocal_gateway.io.glasses_link import GlassesLink
from trifocal_gateway.io.links import Link, Links
from trifocal_gateway.io.serial import SerialLink


@pytest.mark.parametrize(
    "good", ["tcp://127.0.0.1:4860", "ble:Xy_A", "ble:", "ble:C0:00:00:00:00:01", "serial:x?baud=9600"]
)
def test_glasses_are_at_an_address_of_a_known_kind(good: str) -> None:
    links.check(good)
    Links(good)


@pytest.mark.parametrize(
    "wrong", ["", "ble", "ble:   ", "ble:\t", "tcp://127.0.0.1", "usb:1", "ble:a\nb", "serial:", "serial:x?baud=no"]
)
def test_everything_else_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="the glasses' address"):
        Links(wrong)


async def test_over_tcp_one_connection_follows_the_other() -> None:
    came: asyncio.Queue[asyncio.StreamWriter] = asyncio.Queue()
    server = await asyncio.start_server(lambda _, writer: came.put_nowait(writer), "127.0.0.1", 0)
    way = Links(f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    for _ in range(2):
        link = await way.connect()
        assert link.most == 0
        (await came.get()).transport.abort()
        await link.close()
    server.close()


async def test_over_a_wire_too() -> None:
    ours, theirs = os.openpty()
    way = Links(f"serial:{os.ttyname(theirs)}")
    for _ in range(2):
        await (await way.connect()).close()
    os.close(ours)
    os.close(theirs)


async def test_why_there_are_no_glasses_is_said_once_and_not_with_every_try(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = tmp_path / "ttyUSB0"
    way = Links(f"serial:{port}")
    logs = LogCapture()
    monkeypatch.setattr(links, "log", structlog.wrap_logger(None, [logs], structlog.BoundLogger))
    for _ in range(3):
        with pytest.raises(LinkDown):
            await way.connect()
    port.touch()
    with pytest.raises(LinkDown):
        await way.connect()
    assert [line["why"] for line in logs.entries] == [
        f"the port {port} cannot be used: there is no such port",
        f"the port {port} cannot be used: it is no serial port",
    ]


@pytest.mark.parametrize("kind", [BleLink, GlassesLink, SerialLink])
def test_each_way_has_the_same_face(kind: type) -> None:
    for name in ("run", "write", "close"):
        asked = list(inspect.signature(getattr(Link, name)).parameters)
        assert list(inspect.signature(getattr(kind, name)).parameters) == asked
