import asyncio
import json
import socket
from collections.abc import AsyncIterator

import pytest
from websockets.asyncio.client import ClientConnection, connect

from trifocal_tools.bench.peers import fastapi_relay
from trifocal_tools.bench.route_ends import CHECK, CHECKED, press_text

GATEWAY = {"Authorization": "Bearer ann"}


@pytest.fixture
async def url() -> AsyncIterator[str]:
    """A relay that runs until the test is over."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = fastapi_relay.server()
    running = asyncio.create_task(server.serve(sockets=[listener]))
    yield f"ws://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    await running
    fastapi_relay.users.clear()


async def subscribe(app: ClientConnection, user: str, *streams: str) -> None:
    await app.send(json.dumps({"type": "tpa_connection_init", "sessionId": user}))
    assert json.loads(await app.recv()) == {"type": "tpa_connection_ack"}
    await app.send(json.dumps({"type": "subscription_update", "subscriptions": streams}))
    assert await checked(app) == CHECKED


async def checked(app: ClientConnection) -> str:
    await app.send(CHECK)
    return str(json.loads(await app.recv())["type"])


async def test_a_press_goes_to_the_users_app_unchanged(url: str) -> None:
    said = press_text("p-1").decode()
    async with connect(f"{url}/app-ws") as bob, connect(f"{url}/app-ws") as ann:
        await subscribe(bob, "bob", "button_press")
        await subscribe(ann, "ann", "button_press")
        async with connect(f"{url}/glasses-ws", additional_headers=GATEWAY) as gateway:
            await gateway.send("no JSON")
            await gateway.send(said)
            heard = json.loads(await ann.recv())
        assert heard["streamType"] == "button_press"
        assert heard["data"] == json.loads(said)
        assert await checked(bob) == CHECKED


async def test_who_subscribed_to_something_else_hears_nothing(url: str) -> None:
    async with connect(f"{url}/app-ws") as deaf, connect(f"{url}/app-ws") as ann:
        await subscribe(deaf, "ann", "glasses_battery_update")
        await subscribe(ann, "ann", "button_press")
        async with connect(f"{url}/glasses-ws", additional_headers=GATEWAY) as gateway:
            await gateway.send(press_text("p-1").decode())
            await ann.recv()
        assert await checked(deaf) == CHECKED


async def test_what_cannot_be_understood_is_passed_over(url: str) -> None:
    async with connect(f"{url}/app-ws") as ann:
        await ann.send("{")
        assert await checked(ann) == CHECKED


async def test_a_press_is_told_and_kept_once_however_often_it_is_said(url: str) -> None:
    async with connect(f"{url}/app-ws") as ann:
        await subscribe(ann, "ann", "button_press")
        async with connect(f"{url}/glasses-ws", additional_headers=GATEWAY) as gateway:
            for press_id in ("p-1", "p-1", "p 2", "p-3"):
                await gateway.send(press_text(press_id).decode())
            told = [json.loads(await ann.recv())["data"]["pressId"] for _ in range(2)]
    assert told == ["p-1", "p-3"]
    events = fastapi_relay.users["ann"].events
    assert [(event.id, event.press_id, event.detail) for event in events] == [
        (1, "p-1", "photo short"),
        (2, "p-3", "photo short"),
    ]


async def test_an_app_that_may_not_hear_it_is_told_nothing(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(fastapi_relay.PERMISSIONS, "button_press", "CAMERA")
    async with connect(f"{url}/app-ws") as ann:
        await subscribe(ann, "ann", "button_press")
        async with connect(f"{url}/glasses-ws", additional_headers=GATEWAY) as gateway:
            await gateway.send(press_text("p-1").decode())
            async with asyncio.timeout(10):
                while not fastapi_relay.users["ann"].events:
                    await checked(ann)


def test_a_user_waits_once_they_are_too_fast_and_old_presses_are_forgotten() -> None:
    user = fastapi_relay.User()
    assert user.wait_s(5.0) == 0
    user.full_at = 7.5
    assert user.wait_s(5.0) == pytest.approx(1.5, abs=1e-3)
    assert [user.first("p", now) for now in (0.0, 9.9, 10.0)] == [True, False, True]
