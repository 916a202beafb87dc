"""Which way leads to an address. The ways themselves: test_ble, test_glasses_link."""

import asyncio
import inspect

import pytest

from trifocal_gateway.io import links
from trifocal_gateway.io.ble import BleLink
from trifocal_gateway.io.glasses_link import GlassesLink
from trifocal_gateway.io.links import Link, Links


@pytest.mark.parametrize("good", ["tcp://127.0.0.1:4860", "ble:Xy_A", "ble:", "ble:C0:00:00:00:00:01"])
def test_glasses_are_at_an_address_of_a_known_kind(good: str) -> None:
    links.check(good)
    Links(good)


@pytest.mark.parametrize("wrong", ["", "ble", "ble:   ", "ble:\t", "tcp://127.0.0.1", "usb:1", "ble:a\nb"])
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


@pytest.mark.parametrize("kind", [BleLink, GlassesLink])
def test_each_way_has_the_same_face(kind: type) -> None:
    for name in ("run", "write", "close"):
        asked = list(inspect.signature(getattr(Link, name)).parameters)
        assert list(inspect.signature(getattr(kind, name)).parameters) == asked
