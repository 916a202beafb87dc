"""A port, from start to stop."""

import asyncio
from typing import Any

import httpx
import pytest

from trifocal_sdk.io import http_server
from trifocal_sdk.io.http_server import HttpServer


async def hello(scope: Any, receive: Any, send: Any) -> None:
    """Answers everything; never, where the path says so."""
    if scope["path"] == "/never":
        await asyncio.Event().wait()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
    await send({"type": "http.response.body", "body": b"hello"})


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "::1"])
async def test_it_answers_until_it_is_stopped(host: str) -> None:
    server = HttpServer(hello, host, 0)
    url = await server.start()
    async with httpx.AsyncClient(trust_env=False) as http:
        assert (await http.get(url)).text == "hello"
    await server.stop()
    await server.ended()
    async with httpx.AsyncClient(trust_env=False) as http:
        with pytest.raises(httpx.ConnectError):
            await http.get(url)


async def test_a_request_that_never_ends_does_not_keep_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_server, "GRACEFUL_S", 0.02)
    server = HttpServer(hello, "127.0.0.1", 0)
    url = await server.start()
    async with httpx.AsyncClient(trust_env=False) as http:
        assert (await http.get(url)).status_code == 200
        hanging = asyncio.create_task(http.get(url + "/never"))
        await asyncio.wait({hanging}, timeout=0.05)
        await asyncio.wait_for(server.stop(), 5)
        hanging.cancel()
        await asyncio.gather(hanging, return_exceptions=True)


async def test_a_port_that_is_taken_is_told() -> None:
    first = HttpServer(hello, "127.0.0.1", 0)
    port = int((await first.start()).rsplit(":", 1)[1])
    with pytest.raises(OSError, match="in use"):
        await HttpServer(hello, "127.0.0.1", port).start()
    await first.stop()


async def test_stopping_what_never_started_is_fine() -> None:
    server = HttpServer(hello, "127.0.0.1", 0)
    await server.ended()
    await server.stop()
