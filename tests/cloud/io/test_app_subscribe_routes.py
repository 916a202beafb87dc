"""Hearing over HTTP: what is taken, what is denied, where it goes, and how it ends."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from trifocal_cloud.io.app_event_lines import LIMIT
from trifocal_cloud.io.callbacks import CALLBACK_LIMIT
from trifocal_cloud.testing import ANN, BOB, housed

PATH = "/api/app/subscribe"
OTHER = "com.example.other"


async def test_a_callback_is_told_its_secret_once(app_side: Any, outside: Any) -> None:
    async with app_side.client() as client:
        answer = await client.post(PATH, json={"streams": ["button_press"], "callbackUrl": f"{outside.url}/cb"})
        found = answer.json()
        assert answer.status_code == 200
        assert (found["userId"], found["streams"], found["denied"]) == (ANN, ["button_press"], [])
        assert len(found["secret"]) >= 32
        assert found["websocketUrl"] is None
        more = {"callbackUrl": outside.url, "secret": "my-own-secret-0123"}
        assert (await client.post(PATH, json={"streams": ["*"], **more})).json()["secret"] == "my-own-secret-0123"


async def test_a_socket_has_an_address(app_side: Any) -> None:
    async with app_side.client() as client:
        found = (await client.post(PATH, json={"streams": ["button_press", "photo_result"]})).json()
        url = urlsplit(found["websocketUrl"])
        assert (url.scheme, url.netloc, url.path) == ("ws", "testserver", "/app-events")
        assert len(parse_qs(url.query)["ticket"][0]) >= 32
        assert found["secret"] is None


async def test_the_address_is_as_the_world_sees_it(app_side: Any, tmp_path: Any) -> None:
    async with housed(tmp_path / "other", public_url="https://cloud.example/") as house:
        side = type(app_side)(house, app_side.runs)
        await side.register()
        async with side.client() as client:
            found = (await client.post(PATH, json={"streams": ["button_press"]})).json()
    assert found["websocketUrl"].startswith("wss://cloud.example/app-events?ticket=")


async def test_what_an_app_may_not_hear_is_said(app_side: Any) -> None:
    async with app_side.client() as client:
        found = (await client.post(PATH, json={"streams": ["audio_chunk", "button_press", "nonsense"]})).json()
        assert found["streams"] == ["button_press"]
        assert found["denied"] == [{"stream": "audio_chunk", "requiredPermission": "MICROPHONE"}]
        refused = await client.post(PATH, json={"streams": ["audio_chunk"]})
        assert (refused.status_code, refused.json()["error"]) == (403, "permission_denied")
        assert "MICROPHONE" in refused.json()["message"]
        refused = await client.post(PATH, json={"streams": ["nonsense"]})
        assert (refused.status_code, refused.json()["error"]) == (422, "malformed")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"streams": []},
        {"streams": "button_press"},
        {"streams": [1]},
        {"streams": ["a" * 513]},
        {"streams": ["button_press"] * 201},
        {"streams": ["button_press"], "callbackUrl": "ftp://app.example"},
        {"streams": ["button_press"], "callbackUrl": "http://ann:pw@app.example"},
        {"streams": ["button_press"], "callbackUrl": "http://" + "a" * 2048},
        {"streams": ["button_press"], "callbackUrl": "http://app.example", "secret": "short"},
        {"streams": ["button_press"], "callbackUrl": "http://app.example", "secret": "with a space in the middle"},
        [],
    ],
)
async def test_what_cannot_be_understood(app_side: Any, body: Any) -> None:
    async with app_side.client() as client:
        assert (await client.post(PATH, json=body)).status_code == 422


async def test_an_app_hears_only_those_it_runs_for(app_side: Any, outside: Any) -> None:
    async with app_side.client() as client:
        for more in ({}, {"callbackUrl": outside.url}):
            refused = await client.post(PATH, json={"userId": BOB, "streams": ["button_press"], **more})
            assert (refused.status_code, refused.json()["error"]) == (409, "app_not_running")
    async with app_side.client(key="wrong") as client:
        assert (await client.post(PATH, json={"streams": ["button_press"]})).status_code == 401
        assert (await client.delete(f"{PATH}/x")).status_code == 401


async def test_it_can_be_ended_by_whose_it_is(app_side: Any, outside: Any) -> None:
    await app_side.register(OTHER)
    async with app_side.client() as client, app_side.client(OTHER) as other:
        for more in ({}, {"callbackUrl": outside.url}):
            found = (await client.post(PATH, json={"streams": ["button_press"], **more})).json()
            path = f"{PATH}/{found['subscriptionId']}"
            assert (await other.delete(path)).status_code == 404
            assert (await client.delete(path)).json() == {"success": True}
            assert (await client.delete(path)).status_code == 404
    assert app_side.press() == 0


async def test_there_are_only_so_many(app_side: Any, outside: Any) -> None:
    async with app_side.client() as client:
        callback = {"streams": ["button_press"], "callbackUrl": outside.url}
        codes = [(await client.post(PATH, json=callback)).status_code for _ in range(CALLBACK_LIMIT + 1)]
        assert codes == [200] * CALLBACK_LIMIT + [429]
        socket = {"streams": ["button_press"]}
        codes = [(await client.post(PATH, json=socket)).status_code for _ in range(LIMIT + 1)]
        assert codes == [200] * LIMIT + [429]
        app_side.house.clock.advance(60_000)
        assert (await client.post(PATH, json=socket)).status_code == 200
