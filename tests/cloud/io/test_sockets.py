"""The refusal of a socket is plain HTTP, in MentraOS's words."""

import json
from typing import Any

import pytest

from trifocal_cloud.testing import EPOCH_MS, House


async def refused(house: House, headers: list[tuple[bytes, bytes]], path: str = "/glasses-ws") -> tuple[int, Any]:
    """Open a socket as an ASGI server does; status and body of the refusal."""
    sent: list[Any] = []
    scope = {
        "type": "websocket",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": headers,
        "extensions": {"websocket.http.response": {}},
    }

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await house.app(scope, receive, send)
    assert sent[0]["type"] == "websocket.http.response.start"
    return sent[0]["status"], json.loads(sent[1]["body"])


@pytest.mark.parametrize("path", ["/glasses-ws", "/sim-ws", "/console-ws"])
async def test_no_token(house: House, path: str) -> None:
    status, body = await refused(house, [], path)
    assert status == 401
    assert body == {
        "type": "connection_error",
        "error": "no_token",
        "message": "No core token provided",
        "timestamp": "2026-02-02T02:40:00+00:00",
    }


async def test_a_wrong_token(house: House) -> None:
    status, body = await refused(house, [(b"authorization", b"Bearer x")])
    assert (status, body["message"]) == (401, "Invalid core token")


async def test_an_expired_token(house: House) -> None:
    token = house.token(ttl_s=60)
    house.clock.advance(60_000)
    assert house.clock.epoch_ms() == EPOCH_MS + 60_000
    status, _ = await refused(house, [(b"authorization", f"Bearer {token}".encode())])
    assert status == 401
