"""The door of simulated glasses on a real socket: they show themselves, and do what they are told."""

import asyncio
import json
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from trifocal_cloud.io.line import REPLACED
from trifocal_cloud.testing import Running, eventually

STATE = {
    "type": "sim_state",
    "python": "cpython",
    "online": True,
    "linked": True,
    "folded": False,
    "battery": 90,
    "charging": False,
    "light": "photo",
    "camera": "pattern",
}


def door(server: Running, user: str = "") -> connect:
    return connect(server.ws("/sim-ws"), additional_headers=server.headers(user))


async def sim(client: httpx.AsyncClient) -> Any:
    return (await client.get("/api/glasses")).json()["sim"]


async def _shown(client: httpx.AsyncClient, shown: bool) -> bool:
    return (await sim(client) is not None) is shown


async def answer(socket: ClientConnection, **result: Any) -> dict[str, Any]:
    """Take one command and answer it; the command."""
    command: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), 10))
    await socket.send(json.dumps({"type": "sim_result", "commandId": command["commandId"], **result}))
    return command


async def test_they_show_themselves_while_they_are_there(server: Running) -> None:
    async with server.client() as client:
        async with door(server) as socket:
            await socket.send(json.dumps(STATE))
            await eventually(lambda: _shown(client, True))
            shown = await sim(client)
            assert shown == {key: value for key, value in STATE.items() if key != "type"} | {
                "cameraState": "off",
                "temperature": 25,
                "storedPhotos": 0,
                "loss": 0,
                "latencyMs": 0,
                "wifiOn": True,
            }
        await eventually(lambda: _shown(client, False))


async def test_a_press_is_carried_out_and_answered(server: Running) -> None:
    async with server.client() as client, door(server) as socket:
        body = {"command": "press", "value": "photo", "long": True}
        asking = asyncio.create_task(client.post("/api/glasses/sim", json=body))
        command = await answer(socket, success=True, pressId="boot-1")
        assert (command["type"], command["command"], command["value"], command["long"]) == (
            "sim_command",
            "press",
            "photo",
            True,
        )
        result = await asking
        assert (result.status_code, result.json()["pressId"]) == (200, "boot-1")


async def test_their_own_refusal_is_an_answer(server: Running) -> None:
    async with server.client() as client, door(server) as socket:
        asking = asyncio.create_task(client.post("/api/glasses/sim", json={"command": "camera", "value": "x"}))
        await answer(socket, success=False, errorCode="unsupported", errorMessage="no such camera")
        result = await asking
        assert result.status_code == 200
        assert (result.json()["success"], result.json()["errorCode"]) == (False, "unsupported")


async def test_without_them_nothing_can_be_done(server: Running) -> None:
    async with server.client() as client, door(server, server.other):
        result = await client.post("/api/glasses/sim", json={"command": "fold"})
        assert (result.status_code, result.json()["error"]) == (409, "no_simulator")


async def test_when_they_go_the_command_is_answered(server: Running) -> None:
    async with server.client() as client, door(server) as socket:
        asking = asyncio.create_task(client.post("/api/glasses/sim", json={"command": "fold"}))
        await socket.recv()
        await socket.close()
        result = await asking
        assert (result.status_code, result.json()["error"]) == (409, "glasses_offline")


async def test_newer_ones_take_over(server: Running) -> None:
    async with server.client() as client, door(server) as old:
        await old.send(json.dumps(STATE))
        await eventually(lambda: _shown(client, True))
        async with door(server) as new:
            with pytest.raises(ConnectionClosed) as closed:
                await old.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == REPLACED
            await new.send(json.dumps(STATE | {"battery": 5}))
            await eventually(lambda: _shown(client, True))
            assert (await sim(client))["battery"] == 5


async def test_nonsense_is_forgotten(server: Running) -> None:
    async with server.client() as client, door(server) as socket:
        for text in ("", "[]", '{"type":"sim_state"}', '{"type":"sim_result","commandId":"x","success":true}', b"x"):
            await socket.send(text)
        await socket.send(json.dumps(STATE))
        await eventually(lambda: _shown(client, True))


async def test_without_a_token_nothing_is_upgraded(server: Running) -> None:
    with pytest.raises(InvalidStatus) as caught:
        await connect(server.ws("/sim-ws"))
    assert caught.value.response.status_code == 401
