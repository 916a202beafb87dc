"""Apps that run: started, heard, lost and found again, stopped, and started anew after the cloud was down."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect

from trifocal_cloud.io.testing import PACKAGE, RawApp, raw_app
from trifocal_cloud.testing import Running, eventually, pressed, serving

pytestmark = pytest.mark.journey

CONNECTED = {"type": "glasses_connection_state", "status": "CONNECTED", "modelName": "Trifocal Sim"}


@pytest.fixture
async def app() -> AsyncIterator[RawApp]:
    async with raw_app() as found:
        yield found


@asynccontextmanager
async def house(data_dir: Path, port: int = 0) -> AsyncIterator[tuple[Running, httpx.AsyncClient, ClientConnection]]:
    """A cloud, its user, and their gateway with glasses."""
    async with serving(data_dir, app_networks="loopback") as server, server.client() as client:
        client.timeout = httpx.Timeout(30)
        async with connect(server.ws("/glasses-ws"), additional_headers=server.headers()) as gateway:
            await gateway.recv()
            await gateway.send(json.dumps(CONNECTED))
            yield server, client, gateway


async def registered(client: httpx.AsyncClient, app: RawApp, **more: Any) -> None:
    body = {"publicUrl": app.url, "apiKey": app.key, "permissions": ["CAMERA"], **more}
    answer = await client.put(f"/api/apps/{app.package}", json=body)
    assert answer.status_code == 200, answer.text


async def start(client: httpx.AsyncClient, package: str = PACKAGE) -> httpx.Response:
    return await client.post(f"/api/apps/{package}/start")


async def state(client: httpx.AsyncClient, package: str = PACKAGE) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(f"/api/apps/{package}")).json()
    return found


async def became(client: httpx.AsyncClient, wanted: str, package: str = PACKAGE) -> None:
    """Wait for this state."""

    async def there() -> bool:
        return bool((await state(client, package))["state"] == wanted)

    await eventually(there)


async def test_an_app_starts_hears_and_stops(app: RawApp, tmp_path: Path) -> None:
    async with house(tmp_path) as (_, client, gateway):
        await registered(client, app)
        assert (await start(client)).json()["state"] == "running"
        assert [told["type"] for told in app.told[:3]] == ["tpa_connection_ack", "device_state_update", "data_stream"]
        press = {"type": "button_press", "buttonId": "photo", "pressType": "short", "pressId": "b-1", "z": [1]}
        await gateway.send(json.dumps(press))
        (event,) = await app.heard("button_press")
        assert event["data"] == press
        assert "action" not in await pressed(client, "b-1")
        told = (await client.get("/api/presses/b-1")).json()
        assert (told["status"], told["final"]) == ("heard", True)
        assert (await client.post(f"/api/apps/{PACKAGE}/stop")).json()["state"] == "stopped"
        await app.until(lambda app: app.closed is not None)
    assert app.closed == (1000, "App stopped")
    assert [asked["type"] for asked in app.asked] == ["session_request", "stop_request"]
    assert len(await app.heard("button_press")) == 1
    assert app.told[-1]["type"] == "app_stopped"


async def test_a_press_is_everybodys_who_listens_by_either_road(app: RawApp, tmp_path: Path) -> None:
    async with raw_app("com.example.other") as other, house(tmp_path) as (_, client, _):
        for one in (app, other):
            await registered(client, one)
            assert (await start(client, one.package)).status_code == 200
        assert "action" not in await pressed(client, "b-1")
        for one in (app, other):
            assert (await one.heard("button_press"))[0]["data"]["pressId"] == "b-1"


async def test_of_two_standard_apps_the_newer_one_runs(app: RawApp, tmp_path: Path) -> None:
    async with raw_app("com.example.other") as other, house(tmp_path) as (_, client, _):
        for one in (app, other):
            await registered(client, one, type="standard")
            assert (await start(client, one.package)).status_code == 200
        assert (await state(client))["state"] == "stopped"
        assert (await state(client, other.package))["state"] == "running"


@pytest.mark.parametrize(("status", "connects", "answer"), [(500, False, 502), (404, False, 502), (302, False, 502)])
async def test_a_server_that_refuses_fails_the_start(
    status: int, connects: bool, answer: int, app: RawApp, tmp_path: Path
) -> None:
    app.status, app.connects = status, connects
    async with house(tmp_path) as (_, client, _):
        await registered(client, app)
        failed = await start(client)
        assert (failed.status_code, failed.json()["error"]) == (answer, "app_refused")
        assert str(status) in failed.json()["message"]
        found = await state(client)
        assert (found["state"], found["lastErrors"][0]["reason"]) == ("stopped", "app_refused")


async def test_a_wrong_key_fails_the_start_at_once(app: RawApp, tmp_path: Path) -> None:
    async with house(tmp_path) as (_, client, _):
        await registered(client, app)
        right, app.key = app.key, "no key of mine"
        async with asyncio.timeout(2):
            failed = await start(client)
        assert (failed.status_code, failed.json()["error"]) == (409, "app_key_wrong")
        assert (await state(client))["lastErrors"][0]["reason"] == "app_key_wrong"
        app.key = right
        assert (await start(client)).json()["state"] == "running"


async def test_without_a_gateway_or_a_server_the_start_says_so(tmp_path: Path) -> None:
    async with raw_app() as app, serving(tmp_path, app_networks="loopback") as server, server.client() as client:
        await registered(client, app)
        failed = await start(client)
        assert (failed.status_code, failed.json()["error"]) == (409, "gateway_offline")
        assert (await start(client, "com.example.nobody")).status_code == 404


async def test_an_app_in_a_forbidden_place_is_not_asked(app: RawApp, tmp_path: Path) -> None:
    async with (
        serving(tmp_path) as server,
        server.client() as client,
        connect(server.ws("/glasses-ws"), additional_headers=server.headers()) as gateway,
    ):
        await gateway.recv()
        await registered(client, app)
        failed = await start(client)
    assert (failed.status_code, failed.json()["error"]) == (409, "address_forbidden")
    assert app.asked == []


async def test_glasses_without_what_the_app_needs_are_not_enough(app: RawApp, tmp_path: Path) -> None:
    async with house(tmp_path) as (_, client, _):
        await registered(client, app, hardware=["DISPLAY"])
        await became(client, "stopped")
        failed = await start(client)
    assert (failed.status_code, failed.json()["error"]) == (409, "hardware_missing")
    assert "DISPLAY" in failed.json()["message"]


async def test_starts_at_the_same_time_are_one_start(app: RawApp, tmp_path: Path) -> None:
    async with house(tmp_path) as (_, client, _):
        await registered(client, app)
        answers = await asyncio.gather(*(start(client) for _ in range(5)))
        assert {answer.status_code for answer in answers} == {200}
        assert (await start(client)).status_code == 200
    assert [asked["type"] for asked in app.asked] == ["session_request"]


async def test_a_lost_socket_comes_back_as_it_was(app: RawApp, tmp_path: Path) -> None:
    async with house(tmp_path) as (_, client, _):
        await registered(client, app)
        await start(client)
        await app.drop()
        await became(client, "grace")
        assert (await pressed(client, "b-1"))["action"] == "take_photo"
        app.streams = ["button_press", "head_position"]
        await app.come()
        await app.heard("tpa_connection_ack", 2)
        await became(client, "running")
        assert "action" not in await pressed(client, "b-2")
        assert (await app.heard("button_press"))[0]["data"]["pressId"] == "b-2"
    assert len(app.asked) == 1


@pytest.mark.parametrize(
    ("init", "code"),
    [
        ({"apiKey": "wrong"}, "INVALID_API_KEY"),
        ({"packageName": "com.example.other"}, "INVALID_API_KEY"),
        ({"sessionId": "ann@example.com-com.example.cam"}, "SESSION_NOT_FOUND"),
    ],
)
async def test_nobody_takes_an_apps_place(init: dict[str, str], code: str, app: RawApp, tmp_path: Path) -> None:
    async with house(tmp_path) as (_, client, _):
        await registered(client, app)
        await start(client)
        thief = RawApp()
        await thief.come(app.asked[0], **init)
        await thief.until(lambda thief: thief.closed is not None)
        assert (thief.told[0]["code"], thief.closed and thief.closed[0]) == (code, 1008)
        await pressed(client, "b-1")
        await app.heard("button_press")
        await thief.leave()
    assert [told["type"] for told in thief.told] == ["tpa_connection_error"]


async def test_a_newer_connection_takes_over(app: RawApp, tmp_path: Path) -> None:
    async with house(tmp_path) as (_, client, _):
        await registered(client, app)
        await start(client)
        older = app.socket
        await app.come()
        await app.heard("tpa_connection_ack", 2)
        assert older is not None
        await older.wait_closed()
        assert (older.close_code, older.close_reason) == (1000, "Replaced by a newer connection")
        await pressed(client, "b-1")
        await app.heard("button_press")
        assert (await state(client))["state"] == "running"


async def test_what_is_set_reaches_the_app_at_once(app: RawApp, tmp_path: Path) -> None:
    schema = [{"key": "hd", "type": "toggle", "label": "HD", "defaultValue": False}]
    async with house(tmp_path) as (_, client, _):
        await registered(client, app, settings=schema)
        await start(client)
        await client.put(f"/api/apps/{PACKAGE}/settings", json={"values": {"hd": True}})
        (update,) = await app.heard("settings_update")
        assert update["settings"] == [{**schema[0], "value": True}]
        await app.heard("augmentos_settings_update")
        await client.put("/api/settings", json={"values": {"brightness": 10}})
        updates = await app.heard("augmentos_settings_update", 2)
        assert updates[-1]["settings"]["brightness"] == 10


async def test_permissions_taken_away_end_what_they_allowed(app: RawApp, tmp_path: Path) -> None:
    app.streams = ["button_press", "location_update"]
    async with house(tmp_path) as (_, client, gateway):
        await registered(client, app, permissions=["CAMERA", "LOCATION"])
        await start(client)
        await gateway.send(json.dumps({"type": "location_update", "lat": 1.5, "lng": 2}))
        assert (await app.heard("location_update"))[0]["data"]["lat"] == 1.5
        await registered(client, app)
        await app.heard("permission_error")
        assert (await state(client))["subscriptions"] == ["button_press"]


async def test_removed_from_the_registry_it_stops(app: RawApp, tmp_path: Path) -> None:
    async with house(tmp_path) as (_, client, _):
        await registered(client, app)
        await start(client)
        assert (await client.delete(f"/api/apps/{PACKAGE}")).status_code == 200
        await app.until(lambda app: app.closed is not None)
        assert app.closed == (1000, "App stopped")


async def test_after_a_restart_the_app_comes_back_and_hears(app: RawApp, tmp_path: Path) -> None:
    async with house(tmp_path) as (_, client, _):
        await registered(client, app)
        await start(client)
    await app.until(lambda app: app.closed is not None)
    assert app.closed == (1012, "the cloud restarts")
    async with house(tmp_path) as (server, client, _):
        asked = dict(app.asked[0]) | {"mentraOSWebsocketUrl": server.ws("/app-ws")}
        await app.come(asked)
        await app.heard("tpa_connection_ack", 2)
        await became(client, "running")
        await pressed(client, "b-1")
        await app.heard("button_press")
    assert len(app.asked) == 1


async def test_a_flood_harms_nobody_else(app: RawApp, tmp_path: Path) -> None:
    async with raw_app("com.example.other") as other, house(tmp_path) as (_, client, _):
        for one in (app, other):
            await registered(client, one)
            await start(client, one.package)
        for _ in range(1_000):
            await app.say({"type": "subscription_update", "subscriptions": ["button_press"]})
        await pressed(client, "b-1")
        await other.heard("button_press")
        await app.heard("button_press")
        assert (await state(client, other.package))["state"] == "running"


async def test_nonsense_is_answered_and_what_is_too_long_ends_the_line_alone(app: RawApp, tmp_path: Path) -> None:
    async with house(tmp_path) as (_, client, _):
        await registered(client, app)
        await start(client)
        nonsense = ("[" * 20_000, '{"type":7}', "\x00", json.dumps({"type": "subscription_update"}))
        for text in nonsense:
            await app.say(text)
        told = await app.heard("tpa_connection_error", len(nonsense))
        assert {one["code"] for one in told} == {"MALFORMED_MESSAGE"}
        await pressed(client, "b-1")
        await app.heard("button_press")
        await app.say("x" * 2**21)
        await app.until(lambda app: app.closed is not None)
        assert app.closed is not None
        assert app.closed[0] == 1009
        await became(client, "grace")
