"""`/app-events` on real sockets: an app hears presses and results by it for as long as it runs."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from trifocal_cloud.io.testing import RawApp, raw_app
from trifocal_cloud.testing import Running, picture, pressed, serving, uploaded

pytestmark = pytest.mark.journey

CONNECTED = {"type": "glasses_connection_state", "status": "CONNECTED", "modelName": "Trifocal Sim"}


@asynccontextmanager
async def running(data_dir: Path) -> AsyncIterator[tuple[Running, httpx.AsyncClient, httpx.AsyncClient, RawApp]]:
    """A cloud with glasses, its user, and an app that runs and listens for nothing by its session."""
    async with (
        raw_app() as app,
        serving(data_dir, app_networks="loopback") as server,
        server.client() as ann,
        server.client(None) as client,
        connect(server.ws("/glasses-ws"), additional_headers=server.headers()) as gateway,
    ):
        await gateway.recv()
        await gateway.send(json.dumps(CONNECTED))
        app.streams = []
        body = {"publicUrl": app.url, "apiKey": app.key, "permissions": ["CAMERA"]}
        assert (await ann.put(f"/api/apps/{app.package}", json=body)).status_code == 200
        assert (await ann.post(f"/api/apps/{app.package}/start", timeout=30)).status_code == 200
        client.headers["Authorization"] = f"Bearer {app.package}:{app.key}"
        yield server, ann, client, app


async def told(socket: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(await socket.recv())
    return found


async def subscribed(client: httpx.AsyncClient, *streams: str) -> dict[str, Any]:
    answer = await client.post("/api/app/subscribe", json={"streams": streams})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_presses_and_results_come_by_the_socket_while_the_app_runs(tmp_path: Path) -> None:
    async with running(tmp_path) as (_, ann, client, app):
        found = await subscribed(client, "button_press", "photo_result")
        async with connect(found["websocketUrl"]) as socket:
            await socket.send("what an app says here is ignored")
            assert "action" not in await pressed(ann, "b-1")
            event = await told(socket)
            assert (event["streamType"], event["data"]["pressId"]) == ("button_press", "b-1")
            request_id = (await client.post("/api/app/photos/request")).json()["requestId"]
            await uploaded(ann, request_id, picture(7))
            event = await told(socket)
            assert (event["streamType"], event["data"]["requestId"]) == ("photo_result", request_id)
            assert (await ann.get(event["data"]["url"], headers={"Authorization": ""})).content == picture(7)
            assert (await ann.post(f"/api/apps/{app.package}/stop", timeout=30)).status_code == 200
            assert (await pressed(ann, "b-2"))["action"] == "take_photo"
            refused = await client.post("/api/app/photos/request")
            assert (refused.status_code, refused.json()["error"]) == (409, "app_not_running")


async def test_a_ticket_is_for_one_socket(tmp_path: Path) -> None:
    async with running(tmp_path) as (server, _, client, _):
        found = await subscribed(client, "button_press")
        async with connect(found["websocketUrl"]) as socket:
            for url in (found["websocketUrl"], server.ws("/app-events"), server.ws("/app-events?ticket=x")):
                with pytest.raises(InvalidStatus) as refused:
                    await connect(url)
                assert refused.value.response.status_code == 401
            assert (await client.delete(f"/api/app/subscribe/{found['subscriptionId']}")).status_code == 200
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
        assert closed.value.rcvd is not None
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1000, "unsubscribed")
