"""What comes to an app's port is checked, whoever sends it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from trifocal_sdk import AppServer

GOOD = {"type": "session_request", "sessionId": "s", "userId": "ann", "mentraOSWebsocketUrl": "ws://127.0.0.1:9/app-ws"}


@pytest.fixture
async def http(app: Any) -> AsyncIterator[httpx.AsyncClient]:
    """Requests to a started app."""
    await app.start()
    async with httpx.AsyncClient(base_url=app.url, trust_env=False) as client:
        yield client
    await app.stop()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"type": "hello"},
        GOOD | {"sessionId": ""},
        GOOD | {"sessionId": 7},
        GOOD | {"sessionId": "s" * 600},
        GOOD | {"userId": None},
        GOOD | {"mentraOSWebsocketUrl": "https://cloud.example/app-ws"},
        GOOD | {"mentraOSWebsocketUrl": ""},
        {"type": "stop_request", "userId": "ann"},
    ],
)
async def test_a_webhook_that_is_none_is_refused(http: httpx.AsyncClient, body: dict[str, Any]) -> None:
    answer = await http.post("/webhook", json=body)
    assert answer.status_code == 400
    assert answer.json()["status"] == "error"


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"[" * 50_000])
@pytest.mark.parametrize("path", ["/webhook", "/settings", "/tool", "/photo-upload"])
async def test_a_body_that_is_no_object_is_refused(http: httpx.AsyncClient, path: str, body: bytes) -> None:
    answer = await http.post(path, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400


async def test_a_body_that_is_too_large_is_refused(http: httpx.AsyncClient) -> None:
    assert (await http.post("/webhook", content=b" " * 200_000)).status_code == 413


async def test_a_cloud_that_cannot_be_reached_is_told(http: httpx.AsyncClient) -> None:
    answer = await http.post("/webhook", json=GOOD)
    assert answer.status_code == 500
    assert "cannot be reached" in answer.json()["message"]


async def test_the_older_name_of_the_address_counts_too(http: httpx.AsyncClient) -> None:
    body = {key: value for key, value in GOOD.items() if key != "mentraOSWebsocketUrl"}
    answer = await http.post("/webhook", json=body | {"augmentOSWebsocketUrl": "ws://127.0.0.1:9/app-ws"})
    assert answer.status_code == 500


async def test_a_stop_of_what_does_not_run_is_done(http: httpx.AsyncClient) -> None:
    answer = await http.post("/webhook", json={"type": "stop_request", "sessionId": "s", "userId": "ann"})
    assert (answer.status_code, answer.json()) == (200, {"status": "success"})


async def test_the_health_of_an_app_is_told(http: httpx.AsyncClient) -> None:
    answer = await http.get("/health")
    assert answer.json() == {"status": "healthy", "app": "com.example.cam", "activeSessions": 0}


async def test_posted_settings_reach_the_sessions_of_that_user(pair: Any) -> None:
    changes: list[Any] = []
    pair.here.settings.on_change(changes.append)
    items = [{"key": "quality", "value": "hd"}]
    for user, updated in (("ann@example.com", 1), ("bob@example.com", 0)):
        body = {"userIdForSettings": user, "settings": items}
        answer = await pair.cloud.http.post(pair.app.url + "/settings", json=body)
        assert answer.json() == {"status": "success", "sessionsUpdated": updated}
    assert [(change.key, change.value) for change in changes] == [("quality", "hd")]
    assert (await pair.cloud.http.post(pair.app.url + "/settings", json={"settings": items})).status_code == 400


async def test_a_tool_answers_or_says_that_it_failed() -> None:
    class Tools(AppServer):
        async def on_tool_call(self, tool_id: str, parameters: dict[str, Any], user_id: str) -> str | None:
            if tool_id == "broken":
                raise RuntimeError("secret")
            return f"{tool_id} {parameters['a']} {user_id}"

    app = Tools("com.example.cam", "key", port=0)
    await app.start()
    async with httpx.AsyncClient(base_url=app.url, trust_env=False) as http:
        call = {"toolId": "add", "toolParameters": {"a": 1}, "userId": "ann"}
        assert (await http.post("/tool", json=call)).json() == {"status": "success", "reply": "add 1 ann"}
        broken = await http.post("/tool", json=call | {"toolId": "broken"})
        assert (broken.status_code, "secret" in broken.text) == (500, False)
        assert (await http.get("/tool")).json() == {"status": "success", "reply": None}
    await app.stop()


async def test_a_flood_of_requests_is_answered(http: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(http.post("/webhook", json={"type": str(n)}) for n in range(50)))
    assert {answer.status_code for answer in answers} == {400}
