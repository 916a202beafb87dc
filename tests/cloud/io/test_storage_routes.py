"""Simple storage over HTTP: what the official SDK sends and reads, and what it must not get away with."""

import json
import uuid
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from trifocal_cloud.apps import App, key_hash
from trifocal_cloud.io.app_storage import BURST
from trifocal_cloud.io.storage_routes import BODY_LIMIT_BYTES, PREFIX
from trifocal_cloud.testing import ANN, House, Running

CAM = App("com.example.cam", ANN, "Camera", key_hash("sk-1"), "http://localhost:7010")
OTHER = App("com.example.other", ANN, "Other", key_hash("sk-2"), "http://localhost:7011")
ANNS = f"{PREFIX}/ann%40example.com"


def speaking(house: House, credentials: str) -> httpx.AsyncClient:
    """Requests of an app."""
    client = house.client(None)
    client.headers["Authorization"] = f"Bearer {credentials}"
    return client


@pytest.fixture
async def app(house: House) -> AsyncIterator[httpx.AsyncClient]:
    await house.cloud.registry.put(CAM)
    await house.cloud.registry.put(OTHER)
    async with speaking(house, "com.example.cam:sk-1") as found:
        yield found


async def kept(app: httpx.AsyncClient, path: str = ANNS) -> Any:
    answer = await app.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.json()["success"] is True
    return answer.json()["data"]


async def test_what_is_put_is_there_besides_what_was(app: httpx.AsyncClient) -> None:
    assert await kept(app) == {}
    for data in ({"a": "1", "b": "2"}, {"b": "ä😀\u0000", "": ""}, {}):
        answer = await app.put(ANNS, json={"data": data})
        assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert await kept(app) == {"a": "1", "b": "ä😀\u0000", "": ""}


async def test_one_text_is_read_written_and_forgotten_by_its_key(app: httpx.AsyncClient) -> None:
    assert (await app.put(f"{ANNS}/k", json={"value": "v"})).json() == {"success": True}
    assert await kept(app, f"{ANNS}/k") == "v"
    for _ in range(2):
        assert (await app.delete(f"{ANNS}/k")).json() == {"success": True}
    answer = await app.get(f"{ANNS}/k")
    assert (answer.status_code, answer.json()["success"], answer.json()["error"]) == (404, False, "not_found")


@pytest.mark.parametrize("key", ["a/b", "/", "...", "a?b", "a#b", "a%2Fb", "ключ", "", "a b", "data"])
async def test_a_key_is_what_it_is_encoded_or_not(app: httpx.AsyncClient, key: str) -> None:
    path = f"{ANNS}/{quote(key, safe='')}"
    await app.put(ANNS, json={"data": {key: "v", "stays": "here"}})
    assert await kept(app, path) == "v"
    assert (await app.delete(path)).status_code == 200
    assert await kept(app) == {"stays": "here"}


async def test_a_key_that_browsers_resolve_away_takes_nothing_else_with_it(app: httpx.AsyncClient) -> None:
    await app.put(ANNS, json={"data": {".": "1", "stays": "here"}})
    await app.delete(f"{ANNS}/")  # what JavaScript asks for to forget the key "."
    assert (await app.delete(f"{PREFIX}/")).status_code == 404  # and the key ".."
    assert await kept(app) == {".": "1", "stays": "here"}


async def test_everything_of_a_user_is_forgotten_at_once(app: httpx.AsyncClient) -> None:
    await app.put(ANNS, json={"data": {"a": "1", "b": "2"}})
    await app.put(f"{PREFIX}/bob", json={"data": {"a": "bob's"}})
    assert (await app.delete(ANNS)).json() == {"success": True}
    assert await kept(app) == {}
    assert await kept(app, f"{PREFIX}/bob") == {"a": "bob's"}


async def test_a_slash_in_a_users_name_does_not_reach_into_anothers_keys(app: httpx.AsyncClient) -> None:
    await app.put(f"{PREFIX}/ann", json={"data": {"x": "ann's"}})
    assert (await app.delete(f"{PREFIX}/ann%2Fx")).status_code == 200
    assert await kept(app, f"{PREFIX}/ann") == {"x": "ann's"}


async def test_an_app_reaches_its_own_only(house: House, app: httpx.AsyncClient) -> None:
    await app.put(ANNS, json={"data": {"k": "mine"}})
    async with speaking(house, "com.example.other:sk-2") as other:
        assert await kept(other) == {}
        await other.delete(ANNS)
    assert await kept(app) == {"k": "mine"}


async def test_who_is_no_app_gets_nothing_and_is_told_so_first(
    house: House, app: httpx.AsyncClient, nobody: httpx.AsyncClient
) -> None:
    big = b'{"data": {"k": "' + b"x" * BODY_LIMIT_BYTES + b'"}}'
    for method in ("GET", "PUT", "DELETE"):
        for path in (ANNS, f"{ANNS}/k"):
            answer = await nobody.request(method, path, content=big)
            assert (answer.status_code, answer.json()["error"]) == (401, "no_token")
            async with speaking(house, "com.example.cam:sk-2") as stranger:
                answer = await stranger.request(method, path, content=big)
            assert (answer.status_code, answer.json()["error"]) == (401, "app_key_wrong")


BAD: list[tuple[str, bytes]] = [
    ("", b""),
    ("", b"{"),
    ("", b"[]"),
    ("", b"{}"),
    ("", b'{"data": []}'),
    ("", b'{"data": {"k": 1}}'),
    ("", b'{"data": {"k": null}}'),
    ("", b'{"data": {"k": {"deep": "x"}}}'),
    ("", b'{"data": {"good": "x", "k": true}}'),
    ("", b'{"data": {"k": "\\ud800"}}'),
    ("", b'{"data": {"k": "\xff"}}'),
    ("", b'{"data": ' + b"[" * 100_000),
    ("/k", b'{"value": 1}'),
    ("/k", b'{"data": {"k": "v"}}'),
]


async def test_what_are_no_texts_is_malformed_and_changes_nothing(
    app: httpx.AsyncClient, subtests: pytest.Subtests
) -> None:
    for below, content in BAD:
        with subtests.test(content=content[:40]):
            answer = await app.put(ANNS + below, content=content)
            assert (answer.status_code, answer.json()["success"]) == (400, False)
            assert answer.json()["error"] == "malformed"
    assert await kept(app) == {}


async def test_ten_full_values_fit_in_one_write_and_more_do_not(app: httpx.AsyncClient) -> None:
    data = {str(number): "\u0001" * 100_000 for number in range(5)}
    assert (await app.put(ANNS, json={"data": data})).status_code == 200, "escaped, this is 3 MB of JSON"
    data = {str(number): "x" * 100_000 for number in range(10)}
    assert (await app.put(ANNS, json={"data": data})).status_code == 200
    for more in ({"10": "x" * 100_000}, {"0": "x" * 100_001}):
        answer = await app.put(ANNS, json={"data": more})
        assert (answer.status_code, answer.json()["success"], answer.json()["error"]) == (413, False, "too_large")
    assert await kept(app) == data


async def test_a_body_beyond_all_bounds_is_not_read_to_its_end(app: httpx.AsyncClient) -> None:
    answer = await app.put(ANNS, content=b"x" * (BODY_LIMIT_BYTES + 1))
    assert (answer.status_code, answer.json()["success"], answer.json()["error"]) == (413, False, "too_large")


async def test_who_writes_too_often_is_told_so(app: httpx.AsyncClient) -> None:
    for _ in range(BURST):
        await app.get(ANNS)
    answer = await app.put(ANNS, json={"data": {"k": "v"}})
    assert (answer.status_code, answer.json()["success"], answer.json()["error"]) == (429, False, "rate_limited")


async def test_names_that_are_too_long_are_malformed(app: httpx.AsyncClient) -> None:
    for path in (f"{PREFIX}/{'x' * 255}", f"{ANNS}/{'x' * 257}"):
        assert (await app.get(path)).status_code == 422


async def test_a_text_outlives_a_change_of_the_app(house: House, app: httpx.AsyncClient) -> None:
    await app.put(ANNS, json={"data": {"k": "v"}})
    async with house.client() as owner:
        await owner.put("/api/apps/com.example.cam", content=json.dumps({"publicUrl": "http://elsewhere"}))
    assert await kept(app) == {"k": "v"}


async def test_a_real_server_tells_the_path_as_it_was_sent(server: Running) -> None:
    package = f"com.example.{uuid.uuid4().hex[:8]}"
    async with server.client() as owner, server.client(None) as app:
        await owner.put(f"/api/apps/{package}", json={"publicUrl": "http://localhost:7010", "apiKey": "sk-1"})
        app.headers["Authorization"] = f"Bearer {package}:sk-1"
        data = {"a/b": "v", "big": "x" * 100_000}
        assert (await app.put(f"{PREFIX}/ann%2Fx", json={"data": data})).status_code == 200
        assert await kept(app, f"{PREFIX}/ann%2Fx/a%2Fb") == "v"
        assert await kept(app, f"{PREFIX}/ann") == {}
