"""One socket: what is said arrives in order, and its one end is told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from trifocal_sdk.io import socket
from trifocal_sdk.io.socket import Socket, is_loopback


class Notes:
    """What was told of sockets."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []
        self.news = asyncio.Event()

    def opened(self, attempt: int) -> None:
        self._note("opened", attempt)

    def failed(self, attempt: int, reason: str) -> None:
        self._note("failed", attempt, reason)

    def received(self, attempt: int, text: str) -> None:
        self._note("received", attempt, text)

    def closed(self, attempt: int, code: int, reason: str) -> None:
        self._note("closed", attempt, code, reason)

    async def count(self, number: int) -> None:
        """Wait until so much was told."""
        async with asyncio.timeout(5):
            while len(self.told) < number:
                self.news.clear()
                await self.news.wait()

    def _note(self, *what: Any) -> None:
        self.told.append(what)
        self.news.set()


@asynccontextmanager
async def server(handler: Callable[[ServerConnection], Awaitable[None]]) -> AsyncIterator[str]:
    """A cloud that does this; its address."""
    async with serve(handler, "127.0.0.1", 0) as made:
        yield f"ws://127.0.0.1:{made.sockets[0].getsockname()[1]}/app-ws"


async def echo(connection: ServerConnection) -> None:
    """Says what it hears, between two binary frames."""
    async for data in connection:
        await connection.send(b"sound")
        await connection.send(data)


async def test_what_is_said_arrives_in_order_and_then_the_end() -> None:
    notes = Notes()
    async with server(echo) as url:
        one = Socket(7, url, notes)
        await notes.count(1)
        for number in range(3):
            one.send({"n": number})
        await notes.count(4)
        one.hang_up(1000, "done")
        await one.gone(5)
    assert notes.told == [
        ("opened", 7),
        ("received", 7, '{"n":0}'),
        ("received", 7, '{"n":1}'),
        ("received", 7, '{"n":2}'),
        ("closed", 7, 1000, "done"),
    ]


async def test_what_was_said_before_hanging_up_still_goes_out() -> None:
    notes, heard = Notes(), []

    async def listen(connection: ServerConnection) -> None:
        heard.extend([data async for data in connection])

    async with server(listen) as url:
        one = Socket(1, url, notes)
        await notes.count(1)
        one.send({"type": "ownership_release"})
        one.hang_up(1000, "clean_shutdown")
        await one.gone(5)
    assert heard == ['{"type":"ownership_release"}']


@pytest.mark.parametrize(("code", "reason"), [(1000, "App stopped"), (1008, ""), (1012, "restart")])
async def test_the_clouds_close_is_told_with_its_code(code: int, reason: str) -> None:
    notes = Notes()
    async with server(lambda connection: connection.close(code, reason)) as url:
        Socket(1, url, notes)
        await notes.count(2)
    assert notes.told[1] == ("closed", 1, code, reason)


async def test_a_connection_that_breaks_is_told_as_such() -> None:
    notes = Notes()

    async def breaks(connection: ServerConnection) -> None:
        connection.transport.abort()

    async with server(breaks) as url:
        Socket(1, url, notes)
        await notes.count(2)
    assert notes.told[1] == ("closed", 1, socket.ABNORMAL, "")


async def test_a_cloud_that_is_not_there_or_no_cloud_is_told() -> None:
    notes = Notes()
    async with server(echo) as url:
        pass
    Socket(1, url, notes)
    await notes.count(1)
    Socket(2, "ws://", notes)
    await notes.count(2)
    assert [what[:2] for what in notes.told] == [("failed", 1), ("failed", 2)]
    assert "cannot be reached" in notes.told[0][2]


async def test_a_refusal_before_the_upgrade_is_told_with_its_number() -> None:
    notes = Notes()

    def refuse(connection: ServerConnection, _: object) -> Any:
        return connection.respond(503, "full")

    async with serve(echo, "127.0.0.1", 0, process_request=refuse) as made:
        Socket(1, f"ws://127.0.0.1:{made.sockets[0].getsockname()[1]}/", notes)
        await notes.count(1)
    assert notes.told == [("failed", 1, "the cloud answered with HTTP 503")]


async def test_hanging_up_before_it_is_open_opens_nothing() -> None:
    notes = Notes()
    async with server(echo) as url:
        one = Socket(1, url, notes)
        one.hang_up(1000, "enough")
        await one.gone(5)
    assert notes.told == []


async def test_a_message_beyond_all_measure_ends_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "MOST_BYTES", 100)
    notes = Notes()
    async with server(lambda connection: connection.send("x" * 101)) as url:
        Socket(1, url, notes)
        await notes.count(2)
    assert notes.told[1][:3] == ("closed", 1, socket.ABNORMAL)


async def test_a_cloud_that_reads_too_slowly_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "MOST_UNSENT", 10)
    notes = Notes()
    async with server(echo) as url:
        one = Socket(1, url, notes)
        await notes.count(1)
        for number in range(20):
            one.send({"n": number})
        await one.gone(5)
    assert notes.told[-1][0] == "closed"


def test_what_is_on_this_machine() -> None:
    assert all(is_loopback(f"ws://{host}/app-ws") for host in ("localhost:1", "127.0.0.1", "127.9.9.9:1", "[::1]:1"))
    assert not any(is_loopback(f"ws://{host}/") for host in ("cloud.example", "10.0.0.1", "localhost.example"))
