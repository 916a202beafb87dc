"""The gateway's door on a real socket: admitted, acknowledged, displaced, bounded, and deaf to nonsense."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from trifocal_cloud.io.line import REPLACED
from trifocal_cloud.testing import Running, eventually, pressed, serving, uploaded

CONNECTED = {"type": "glasses_connection_state", "status": "CONNECTED", "modelName": "Trifocal Sim"}


def door(server: Running, user: str = "") -> connect:
    return connect(server.ws("/glasses-ws"), additional_headers=server.headers(user))


async def heard(socket: ClientConnection) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), 10))
    return found


async def say(socket: ClientConnection, *messages: object) -> None:
    for message in messages:
        await socket.send(message if isinstance(message, (str, bytes)) else json.dumps(message))


async def glasses(client: httpx.AsyncClient) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get("/api/glasses")).json()
    return found


async def test_a_connection_is_acknowledged_unasked_and_again_when_asked(server: Running) -> None:
    async with door(server) as socket:
        ack = await heard(socket)
        assert (ack["type"], ack["userSession"]["userId"]) == ("connection_ack", server.user)
        assert ack["timestamp"]
        await say(socket, {"type": "connection_init"})
        assert (await heard(socket))["sessionId"] == ack["sessionId"]


async def test_what_is_said_before_the_acknowledgement_is_heard(server: Running) -> None:
    async with door(server) as socket, server.client() as client:
        await say(socket, CONNECTED, {"type": "glasses_battery_update", "level": 40, "charging": True})
        await eventually(lambda: _battery(client, 40))
        state = await glasses(client)
    assert state == {
        "gateway": True,
        "connected": True,
        "status": "CONNECTED",
        "link": "",
        "model": "Trifocal Sim",
        "battery": 40,
        "charging": True,
        "wifi": False,
        "wifiSsid": "",
        "sim": None,
    }


async def _battery(client: httpx.AsyncClient, level: int) -> bool:
    return bool((await glasses(client))["battery"] == level)


async def _gateway(client: httpx.AsyncClient, there: bool) -> bool:
    return bool((await glasses(client))["gateway"] is there)


@pytest.mark.parametrize("header", [None, "Bearer x", "Basic QQ==", "Bearer", ""])
async def test_without_a_token_nothing_is_upgraded(server: Running, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    with pytest.raises(InvalidStatus) as caught:
        await connect(server.ws("/glasses-ws"), additional_headers=headers)
    answer = caught.value.response
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    body = json.loads(answer.body)
    assert body["type"] == "connection_error"
    assert body["message"] in ("No core token provided", "Invalid core token")


async def test_a_photo_request_goes_down_and_its_reports_come_up(server: Running) -> None:
    async with door(server) as socket, server.client() as client:
        await heard(socket)
        await say(socket, CONNECTED)
        await eventually(lambda: _gateway(client, True))
        request_id = (await client.post("/api/photos/request", json={"size": "small"})).json()["requestId"]
        asked = await heard(socket)
        assert (asked["type"], asked["requestId"], asked["size"]) == ("photo_request", request_id, "small")
        assert asked["timestamp"] > 0
        for status in ("capturing", "captured"):
            await say(socket, {"type": "photo_status", "requestId": request_id, "status": status})
        await uploaded(client, request_id)
        state = (await client.get(f"/api/photos/requests/{request_id}?wait=10")).json()
        assert state["status"] == "stored"


async def test_glasses_out_of_reach_are_not_asked(server: Running) -> None:
    async with door(server) as socket, server.client() as client:
        await say(socket, CONNECTED | {"status": "SCANNING"})
        await eventually(lambda: _gateway(client, True))
        answer = await client.post("/api/photos/request")
        assert (answer.status_code, answer.json()["error"]) == (409, "glasses_offline")


async def test_a_failed_photo_ends_its_request(server: Running) -> None:
    async with door(server) as socket, server.client() as client:
        request_id = (await pressed(client))["requestId"]
        failed = {"type": "photo_status", "requestId": request_id, "status": "failed", "errorCode": "battery_low"}
        await say(socket, failed | {"errorMessage": "5 %\x00 \ud800left"})
        state = (await client.get(f"/api/photos/requests/{request_id}?wait=10")).json()
        assert (state["status"], state["reason"]) == ("failed", "battery_low")


async def test_a_local_photo_is_known_before_it_is_uploaded(server: Running) -> None:
    async with door(server) as socket, server.client() as client:
        report = {"type": "photo_status", "requestId": "local_b_1", "pressId": "b-1", "status": "captured"}
        await say(socket, report)
        await eventually(lambda: _status(client, "captured"))
        await uploaded(client, "local_b_1", pressId="b-1")
        assert (await client.get("/api/presses/b-1?wait=10")).json()["status"] == "stored"


async def _status(client: httpx.AsyncClient, status: str) -> bool:
    return bool((await client.get("/api/presses/b-1")).json()["status"] == status)


async def test_a_newer_connection_takes_over(server: Running) -> None:
    async with door(server) as old, server.client() as client:
        await heard(old)
        async with door(server) as new:
            await heard(new)
            error = await heard(old)
            assert (error["type"], error["code"]) == ("connection_error", "CONNECTION_REPLACED")
            with pytest.raises(ConnectionClosed) as closed:
                await old.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == REPLACED
            assert (await glasses(client))["gateway"] is True
            await say(new, CONNECTED)
            await eventually(lambda: _gateway(client, True))
        await eventually(lambda: _gateway(client, False))


async def test_two_users_do_not_disturb_each_other(server: Running) -> None:
    async with door(server) as ann, door(server, server.other) as bob:
        assert (await heard(ann))["userSession"]["userId"] == server.user
        assert (await heard(bob))["userSession"]["userId"] == server.other
        await say(ann, {"type": "connection_init"})
        await heard(ann)


NONSENSE = [
    "",
    "{",
    "[]",
    "null",
    '"x"',
    "[" * 30_000,
    '{"type":5}',
    '{"type":"glasses_battery_update"}',
    '{"type":"glasses_battery_update","level":"full"}',
    '{"type":"glasses_battery_update","level":' + "9" * 5_000 + "}",
    '{"type":"glasses_connection_state","status":"FLYING"}',
    '{"type":"photo_status","requestId":"\\ud800","status":"captured"}',
    '{"type":"photo_status","requestId":"../x","status":"captured"}',
    '{"type":"photo_status","requestId":"","status":"captured"}',
    '{"type":"photo_status","requestId":"local_1","status":"captured","timestamp":1e400}',
    '{"type":"never_heard_of","x":1}',
    b"\x00\x01audio",
    "\U0001f600" * 1_000,
]


async def test_nonsense_is_counted_and_forgotten(server: Running) -> None:
    async with door(server) as socket:
        await heard(socket)
        await say(socket, *NONSENSE, {"type": "connection_init"})
        assert (await heard(socket))["type"] == "connection_ack"


async def test_an_old_spelling_and_a_null_are_understood(server: Running) -> None:
    async with door(server) as socket, server.client() as client:
        await say(socket, {"type": "glasses_connection_state", "status": "CONNECTED", "modelName": None, "future": 1})
        await eventually(lambda: _gateway(client, True))
        await say(socket, {"type": "glasses_battery_update", "level": 33, "timeRemaining": -1})
        await eventually(lambda: _battery(client, 33))


async def test_a_message_that_is_too_large_ends_the_connection(server: Running) -> None:
    async with door(server) as socket:
        await heard(socket)
        await say(socket, '{"type":"' + "x" * 70_000 + '"}')
        with pytest.raises(ConnectionClosed) as closed:
            await asyncio.wait_for(socket.recv(), 10)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1009


async def test_a_flood_is_heard_to_its_end(server: Running) -> None:
    async with door(server) as socket, server.client() as client:
        await heard(socket)
        levels = [{"type": "glasses_battery_update", "level": number % 100} for number in range(220)]
        await say(socket, *levels)
        await eventually(lambda: _battery(client, 19))


async def test_a_connection_ends_with_its_token(server: Running) -> None:
    headers = {"Authorization": f"Bearer {server.token(ttl_s=2)}"}
    async with connect(server.ws("/glasses-ws"), additional_headers=headers) as socket:
        await heard(socket)
        error = await heard(socket)
        assert (error["type"], error["code"]) == ("connection_error", "INVALID_TOKEN")
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1008


async def test_a_gateway_that_does_not_answer_pings_is_let_go(tmp_path: Path) -> None:
    async with (
        serving(tmp_path, ping_interval_s=0.02, ping_timeout_s=0.05) as server,
        server.client() as client,
        door(server) as socket,
    ):
        await heard(socket)
        socket.transport.pause_reading()
        await eventually(lambda: _gateway(client, False))
        socket.transport.resume_reading()


async def test_the_end_of_the_cloud_is_said(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        socket = await door(server)
        await heard(socket)
    with pytest.raises(ConnectionClosed) as closed:
        await socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012
    await socket.close()


async def test_a_press_by_the_socket_without_listeners_takes_a_photo_once(server: Running) -> None:
    press = {"type": "button_press", "buttonId": "photo", "pressType": "short", "pressId": "b-1", "timestamp": "soon"}
    async with door(server) as socket, server.client() as client:
        await heard(socket)
        await say(socket, press, press)
        asked = await heard(socket)
        state = (await client.get("/api/presses/b-1")).json()
        assert (asked["type"], asked["requestId"]) == ("photo_request", state["requestId"])
        assert (await pressed(client, "b-1"))["requestId"] == state["requestId"]
        await say(socket, press | {"pressId": "b-2", "buttonId": "video"}, press | {"pressId": "b-3"})
        assert (await heard(socket))["requestId"] != state["requestId"]


@pytest.mark.parametrize(
    "more",
    [{"pressId": "a b"}, {"pressId": "x" * 129}, {"pressId": 7}, {"buttonId": ["photo"]}, {"buttonId": "x" * 257}],
)
async def test_a_press_that_makes_no_sense_leads_to_nothing(server: Running, more: dict[str, Any]) -> None:
    press = {"type": "button_press", "buttonId": "photo", "pressType": "short", "pressId": "b-1"}
    async with door(server) as socket, server.client() as client:
        await say(socket, press | more, {"type": "glasses_battery_update", "level": 41})
        await eventually(lambda: _battery(client, 41))
        assert (await client.get("/api/presses/b-1")).json()["status"] == "unknown"
