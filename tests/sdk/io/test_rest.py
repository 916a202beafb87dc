"""Requests over HTTP: a JSON object, or a CloudError that says what happened."""

import json
from typing import Any

import httpx
import pytest

from trifocal_sdk import CloudError, CloudTimeoutError
from trifocal_sdk.io.rest import Rest, http_of


async def test_who_asks_and_what_is_on_the_wire(asked: Any) -> None:
    rest = asked.rest()
    assert await rest.ask("POST", "/x", body={"a": 1}, query={"wait": "3"}) == {"success": True}
    (request,) = asked.requests
    assert str(request.url) == "https://cloud.example/x?wait=3"
    assert request.headers["Authorization"] == "Bearer com.example.cam:key"
    assert json.loads(request.content) == {"a": 1}
    await rest.close()


async def test_a_refusal_has_the_clouds_words(asked: Any) -> None:
    asked.answers = [httpx.Response(409, json={"error": "app_not_running", "message": "it does not run"})]
    with pytest.raises(CloudError, match=r"it does not run \(app_not_running\)") as caught:
        await asked.rest().ask("GET", "/x")
    assert (caught.value.status, caught.value.code) == (409, "app_not_running")


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"\xff", b'{"error":7}', b"[" * 100_000])
async def test_a_refusal_may_say_nothing(asked: Any, body: bytes) -> None:
    asked.answers = [httpx.Response(502, content=body)]
    with pytest.raises(CloudError, match="HTTP 502") as caught:
        await asked.rest().ask("GET", "/x")
    assert caught.value.status == 502


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"7"])
async def test_an_answer_that_is_no_object_is_an_error(asked: Any, body: bytes) -> None:
    asked.answers = [httpx.Response(200, content=body)]
    with pytest.raises(CloudError, match="HTTP 200"):
        await asked.rest().ask("GET", "/x")


async def test_a_redirect_is_not_followed(asked: Any) -> None:
    asked.answers = [httpx.Response(302, headers={"Location": "https://evil.example/"})]
    with pytest.raises(CloudError, match="HTTP 302"):
        await asked.rest().ask("GET", "/x")
    assert len(asked.requests) == 1


async def test_a_cloud_that_is_silent_or_away_is_told_apart(asked: Any) -> None:
    asked.answers = [httpx.ReadTimeout("slow"), httpx.ConnectError("nobody")]
    with pytest.raises(CloudTimeoutError):
        await asked.rest().ask("GET", "/x")
    with pytest.raises(CloudError, match="cannot be reached") as caught:
        await asked.rest().ask("GET", "/x")
    assert (caught.value.status, caught.value.code) == (0, "UNREACHABLE")


async def test_a_download_does_not_tell_who_asks(asked: Any) -> None:
    asked.answers = [httpx.Response(200, content=b"picture"), httpx.Response(410)]
    assert await asked.rest().download("https://elsewhere.example/p?sig=1") == b"picture"
    assert "Authorization" not in asked.requests[0].headers
    with pytest.raises(CloudError, match="HTTP 410"):
        await asked.rest().download("https://elsewhere.example/p?sig=1")


async def test_closing_without_having_asked_is_fine() -> None:
    await Rest("https://cloud.example", "").close()


def test_the_web_address_follows_from_the_sockets() -> None:
    assert http_of("wss://cloud.example/app-ws") == "https://cloud.example"
    assert http_of("ws://127.0.0.1:8000/app-ws") == "http://127.0.0.1:8000"
    assert http_of("ws://[::1]:8000/app-ws") == "http://[::1]:8000"
