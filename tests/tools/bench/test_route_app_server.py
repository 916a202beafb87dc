import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import pytest

from trifocal_tools.bench.route_app_server import AppServer

Seen = list[tuple[str, str, str]]


@pytest.fixture
def seen() -> Seen:
    return []


@pytest.fixture
async def client(seen: Seen) -> AsyncIterator[httpx.AsyncClient]:
    async def started(user: str, session_id: str, url: str) -> None:
        if user == "nobody":
            raise TimeoutError
        seen.append((user, session_id, url))

    async with AppServer(started) as url, httpx.AsyncClient(base_url=url, trust_env=False) as found:
        yield found


def request(kind: str, user: str) -> dict[str, str]:
    return {"type": kind, "userId": user, "sessionId": f"{user}-s", "mentraOSWebsocketUrl": "ws://c/app-ws"}


async def test_every_start_is_told_and_answered(client: httpx.AsyncClient, seen: Seen) -> None:
    for user in ("ann", "bob"):
        assert (await client.post("/webhook", json=request("session_request", user))).status_code == 200
    assert seen == [("ann", "ann-s", "ws://c/app-ws"), ("bob", "bob-s", "ws://c/app-ws")]


async def test_a_stop_is_answered(client: httpx.AsyncClient, seen: Seen) -> None:
    assert (await client.post("/webhook", json=request("stop_request", "ann"))).json() == {}
    assert seen == []


async def test_a_start_that_fails_is_said(client: httpx.AsyncClient) -> None:
    assert (await client.post("/webhook", json=request("session_request", "nobody"))).status_code == 500
    assert (await client.post("/webhook", json={"type": "session_request"})).status_code == 500


async def test_who_sends_rubbish_is_hung_up_on(client: httpx.AsyncClient, seen: Seen) -> None:
    reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
    body = b"no JSON"
    writer.write(b"POST /webhook HTTP/1.1\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
    assert await reader.read() == b""
    writer.close()
    assert (await client.post("/webhook", content=json.dumps(request("session_request", "ann")))).status_code == 200
    assert len(seen) == 1
