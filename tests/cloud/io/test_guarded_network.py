"""Where connections go: to addresses that were looked at, whatever the name says a moment later."""

import asyncio
import socket
import ssl
from typing import Any

import httpcore
import pytest

from trifocal_cloud.addresses import LOOPBACK, PRIVATE, PUBLIC
from trifocal_cloud.io.guarded_network import ANSWER_LIMIT_BYTES, ForbiddenError, GuardedNetwork, Names

PIECE = 64 * 1024
CLOUDY = "93.184.216.34"


class Wire(httpcore.AsyncNetworkStream):
    """A connection that says what it was given to say."""

    def __init__(self, says: bytes = b"x" * PIECE) -> None:
        self.says = says
        self.written = b""
        self.closed = False
        self.certified_for: str | None = None

    async def read(self, max_bytes: int, *_: Any) -> bytes:
        return self.says[:max_bytes]

    async def write(self, buffer: bytes, *_: Any) -> None:
        self.written += buffer

    async def aclose(self) -> None:
        self.closed = True

    async def start_tls(self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, *_: Any) -> "Wire":
        self.certified_for = server_hostname
        return self

    def get_extra_info(self, info: str) -> Any:
        return info


class Network(httpcore.AsyncNetworkBackend):
    """Notes who is called; `silent` addresses refuse."""

    def __init__(self, silent: tuple[str, ...] = ()) -> None:
        self.silent = silent
        self.called: list[tuple[str, int, float | None]] = []
        self.wire = Wire()

    async def connect_tcp(self, host: str, port: int, *more: Any, **_: Any) -> Wire:
        self.called.append((host, port, more[0]))
        if host in self.silent:
            raise httpcore.ConnectTimeout
        return self.wire


def guarded(addresses: list[str], networks: str = PUBLIC, network: Network | None = None) -> GuardedNetwork:
    return GuardedNetwork(networks, Names(lambda name: addresses), network or Network())


async def test_the_connection_goes_to_the_address_that_was_looked_at() -> None:
    network = Network()
    await guarded([CLOUDY], network=network).connect_tcp("app.example", 443, 5)
    assert network.called == [(CLOUDY, 443, 5)]


async def test_a_name_that_changes_its_mind_gains_nothing() -> None:
    answers = [[CLOUDY], ["127.0.0.1"]]
    network = Network()
    guard = GuardedNetwork(PUBLIC, Names(lambda name: answers.pop(0)), network)
    await guard.connect_tcp("app.example", 80)
    with pytest.raises(ForbiddenError):
        await guard.connect_tcp("app.example", 80)
    assert network.called == [(CLOUDY, 80, None)]


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1"])
async def test_nobody_forbidden_is_called(address: str) -> None:
    network = Network()
    with pytest.raises(ForbiddenError):
        await guarded([address], network=network).connect_tcp("app.example", 80)
    with pytest.raises(ForbiddenError):
        await guarded([], network=network).connect_tcp(address, 80)
    assert network.called == []


async def test_of_several_addresses_only_the_open_ones_are_called() -> None:
    network = Network(silent=("192.168.1.5",))
    addresses = ["fe80::1", "192.168.1.5", "169.254.169.254", "192.168.1.6"]
    await guarded(addresses, PRIVATE, network).connect_tcp("box.local", 80, 4)
    assert network.called == [("192.168.1.5", 80, 2), ("192.168.1.6", 80, 2)]


async def test_when_no_address_answers_that_is_said() -> None:
    with pytest.raises(httpcore.ConnectTimeout):
        await guarded(["127.0.0.1", "127.0.0.2"], LOOPBACK, Network(("127.0.0.1", "127.0.0.2"))).connect_tcp("a", 80, 1)


@pytest.mark.parametrize("fault", [socket.gaierror("no"), UnicodeError("no")])
async def test_an_unknown_name_is_no_connection(fault: Exception) -> None:
    def look_up(name: str) -> list[str]:
        raise fault

    with pytest.raises(httpcore.ConnectError, match="name"):
        await GuardedNetwork(PUBLIC, Names(look_up), Network()).connect_tcp("app.example", 80)


async def test_a_lookup_that_hangs_has_its_time_and_is_shared() -> None:
    asked: list[str] = []
    free = asyncio.Event()
    loop = asyncio.get_running_loop()

    def look_up(name: str) -> list[str]:
        asked.append(name)
        asyncio.run_coroutine_threadsafe(free.wait(), loop).result()
        return [CLOUDY]

    names = Names(look_up)
    guard = GuardedNetwork(PUBLIC, names, Network())
    with pytest.raises(httpcore.ConnectTimeout):
        await guard.connect_tcp("app.example", 80, 0.01)
    waiting = asyncio.create_task(guard.connect_tcp("app.example", 80, 10))
    await asyncio.sleep(0)
    free.set()
    await waiting
    assert asked == ["app.example"]
    names.close()


async def test_a_failed_lookup_that_nobody_waits_for_is_quiet() -> None:
    free = asyncio.Event()
    loop = asyncio.get_running_loop()

    def look_up(name: str) -> list[str]:
        asyncio.run_coroutine_threadsafe(free.wait(), loop).result()
        raise OSError("no such name")

    names = Names(look_up)
    with pytest.raises(httpcore.ConnectTimeout):
        await GuardedNetwork(PUBLIC, names, Network()).connect_tcp("app.example", 80, 0.01)
    free.set()
    with pytest.raises(OSError, match="no such name"):
        await names.addresses("app.example")


async def test_real_names_are_looked_up() -> None:
    names = Names()
    found = await names.addresses("localhost")
    assert set(found) <= {"127.0.0.1", "::1"}
    assert await names.addresses("10.1.2.3") == ["10.1.2.3"]
    names.close()


async def test_who_says_too_much_is_cut_off() -> None:
    wire = await guarded([CLOUDY]).connect_tcp("app.example", 80)
    for _ in range(ANSWER_LIMIT_BYTES // PIECE):
        await wire.read(PIECE)
    with pytest.raises(httpcore.ReadError):
        await wire.read(1)


async def test_each_request_may_be_answered() -> None:
    wire = await guarded([CLOUDY]).connect_tcp("app.example", 80)
    for _ in range(20):
        await wire.write(b"again")
        await wire.read(PIECE)


async def test_a_connection_under_tls_is_bounded_too_and_proves_the_name() -> None:
    network = Network()
    plain = await guarded([CLOUDY], network=network).connect_tcp("app.example", 443)
    secret = await plain.start_tls(ssl.create_default_context(), "app.example")
    assert network.wire.certified_for == "app.example"
    await secret.write(b"hello")
    assert network.wire.written == b"hello"
    for _ in range(ANSWER_LIMIT_BYTES // PIECE):
        await secret.read(PIECE)
    with pytest.raises(httpcore.ReadError):
        await secret.read(1)
    assert secret.get_extra_info("is_readable") == "is_readable"
    await secret.aclose()
    assert network.wire.closed
