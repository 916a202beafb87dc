"""The console's door on a real socket: events as they happen, for our own pages only."""

import asyncio
import json
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from trifocal_cloud.testing import Running, pressed, serving, uploaded


def door(server: Running, query: str = "") -> connect:
    return connect(server.ws(f"/console-ws{query}"), additional_headers=server.headers())


async def told(socket: ClientConnection) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), 10))
    return found


async def test_events_come_as_they_happen(server: Running) -> None:
    async with door(server) as socket, server.client() as client, server.client(server.other) as bob:
        await pressed(bob)
        request_id = (await pressed(client))["requestId"]
        await uploaded(client, request_id)
        events = [await told(socket) for _ in range(4)]
        listed = (await client.get("/api/events")).json()["events"]
    assert events == listed
    assert [event.get("step") or event["change"] for event in events] == ["pressed", "requested", "stored", "added"]


async def test_a_page_that_was_away_hears_what_it_missed(server: Running) -> None:
    async with server.client() as client:
        await pressed(client, "boot-1", "power")
        await pressed(client, "boot-2", "power")
        first = (await client.get("/api/events")).json()["events"][0]["id"]
        async with door(server, f"?after={first}") as socket:
            assert (await told(socket))["pressId"] == "boot-2"
            await pressed(client, "boot-3", "power")
            assert (await told(socket))["pressId"] == "boot-3"


@pytest.mark.parametrize("after", ["-1", "x", "9" * 40, "\u0663", ""])
async def test_a_number_that_makes_no_sense_means_from_now_on(server: Running, after: str) -> None:
    async with server.client() as client:
        await pressed(client, "boot-1", "power")
        async with door(server, f"?after={after}") as socket:
            await socket.ping()
            await pressed(client, "boot-2", "power")
            assert (await told(socket))["pressId"] == "boot-2"


async def test_what_the_page_says_is_ignored(server: Running) -> None:
    async with door(server) as socket, server.client() as client:
        await socket.send("hello")
        await socket.send(b"\x00")
        await pressed(client, button="power")
        assert (await told(socket))["step"] == "pressed"


async def test_a_page_comes_with_its_cookie_and_only_from_here(server: Running) -> None:
    async with server.client(None) as page:
        await page.post("/api/console/session", headers={"Origin": server.url}, json={"token": server.token()})
        cookie = "; ".join(f"{name}={value}" for name, value in page.cookies.items())
    async with connect(server.ws("/console-ws"), additional_headers={"Cookie": cookie}, origin=server.url):
        pass
    for origin in ("http://evil.example.com", None):
        with pytest.raises(InvalidStatus) as caught:
            await connect(server.ws("/console-ws"), additional_headers={"Cookie": cookie}, origin=origin)
        assert caught.value.response.status_code == 403


async def test_without_a_token_nothing_is_upgraded(server: Running) -> None:
    with pytest.raises(InvalidStatus) as caught:
        await connect(server.ws("/console-ws"))
    assert caught.value.response.status_code == 401


async def test_only_so_many_pages_listen(server: Running) -> None:
    async with asyncio.TaskGroup() as group:
        opening = [group.create_task(_opened(server)) for _ in range(64)]
    sockets = [task.result() for task in opening]
    async with door(server) as one_more:
        with pytest.raises(ConnectionClosed) as closed:
            await asyncio.wait_for(one_more.recv(), 10)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1013
    await asyncio.gather(*(socket.close() for socket in sockets))


async def _opened(server: Running) -> ClientConnection:
    return await door(server)


async def test_the_end_of_the_cloud_is_said(tmp_path: Any) -> None:
    async with serving(tmp_path) as server:
        socket = await door(server)
    with pytest.raises(ConnectionClosed) as closed:
        await socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code in (1001, 1012)
    await socket.close()
