"""Apps started and stopped on the phone: by the gateway's socket, each wish answered by how things then are."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from trifocal_cloud.io.phone_apps import AT_ONCE
from trifocal_cloud.io.testing import PACKAGE, RawApp, raw_app
from trifocal_cloud.testing import Running, serving

pytestmark = pytest.mark.journey

CONNECTED = {"type": "glasses_connection_state", "status": "CONNECTED", "modelName": "Trifocal Sim"}


@pytest.fixture
async def app() -> AsyncIterator[RawApp]:
    async with raw_app() as found:
        yield found


@pytest.fixture
async def local_apps(tmp_path: Path) -> AsyncIterator[Running]:
    """A cloud whose apps may be on this machine."""
    async with serving(tmp_path, app_networks="loopback") as server:
        yield server


async def registered(server: Running, app: RawApp) -> None:
    async with server.client() as client:
        body = {"publicUrl": app.url, "apiKey": app.key, "permissions": ["CAMERA"]}
        assert (await client.put(f"/api/apps/{app.package}", json=body)).status_code == 200


async def wished(phone: ClientConnection, kind: str, package: str = PACKAGE) -> dict[str, Any]:
    """Say what is wanted of an app; the answer's session."""
    await phone.send(json.dumps({"type": kind, "packageName": package}))
    told: dict[str, Any] = json.loads(await asyncio.wait_for(phone.recv(), 10))
    assert (told["type"], bool(told["sessionId"]), bool(told["timestamp"])) == ("app_state_change", True, True)
    session: dict[str, Any] = told["userSession"]
    return session


async def test_the_phone_starts_and_stops_an_app(app: RawApp, local_apps: Running) -> None:
    await registered(local_apps, app)
    async with connect(local_apps.ws("/glasses-ws"), additional_headers=local_apps.headers()) as phone:
        await phone.recv()
        await phone.send(json.dumps(CONNECTED))
        running = await wished(phone, "start_app")
        assert (running["userId"], running["activeAppSessions"]) == (local_apps.user, [PACKAGE])
        assert running["appSubscriptions"] == {PACKAGE: ["button_press"]}
        stopped = await wished(phone, "stop_app")
        assert (stopped["activeAppSessions"], stopped["appSubscriptions"]) == ([], {})
    assert [asked["type"] for asked in app.asked] == ["session_request", "stop_request"]


async def test_a_wish_that_cannot_be_fulfilled_is_answered_too(app: RawApp, local_apps: Running) -> None:
    app.status, app.connects = 500, False
    await registered(local_apps, app)
    async with connect(local_apps.ws("/glasses-ws"), additional_headers=local_apps.headers()) as phone:
        await phone.recv()
        for package in (PACKAGE, "org.example.nobody", "no package at all"):
            assert (await wished(phone, "start_app", package))["activeAppSessions"] == []
        assert (await wished(phone, "stop_app", "org.example.nobody"))["loadingApps"] == []
        await phone.send('{"type":"start_app","packageName":7}')
        assert (await wished(phone, "stop_app"))["activeAppSessions"] == []


async def test_a_phone_that_wishes_without_end_is_heard_in_bounds(app: RawApp, local_apps: Running) -> None:
    app.connects = False
    await registered(local_apps, app)
    async with connect(local_apps.ws("/glasses-ws"), additional_headers=local_apps.headers()) as phone:
        await phone.recv()
        for _ in range(3 * AT_ONCE):
            await phone.send(json.dumps({"type": "start_app", "packageName": PACKAGE}))
        async with local_apps.client() as client:
            assert (await client.post(f"/api/apps/{PACKAGE}/stop")).status_code == 200
        told = 0
        with contextlib.suppress(TimeoutError):
            while True:
                await asyncio.wait_for(phone.recv(), 0.5)
                told += 1
    assert 1 <= told <= AT_ONCE
