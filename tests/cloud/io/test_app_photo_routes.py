"""Photos for apps over HTTP: asked for, waited for, shown by a link that dies, and nobody else's."""

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from trifocal_cloud.io.app_results import WAIT_LIMIT
from trifocal_cloud.testing import ANN, BOB, eventually, housed, picture, uploaded
from trifocal_shared.messages import PhotoStatus

PATH = "/api/app/photos/request"
OTHER = "com.example.other"


async def ask(app_side: Any, client: httpx.AsyncClient, **wanted: Any) -> str:
    answer = await client.post(PATH, json=wanted)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["requestId"])


async def test_a_photo_is_asked_for_and_shown(app_side: Any) -> None:
    line = await app_side.link()
    async with app_side.client() as client, app_side.house.client() as ann:
        answer = await client.post(PATH, json={"quality": "high", "compress": "heavy", "saveToGallery": True})
        asked = answer.json()
        assert asked == {"requestId": asked["requestId"], "userId": ANN, "status": "requested"}
        sent = line.sent[-1]
        assert (sent["requestId"], sent["appId"]) == (asked["requestId"], "com.example.cam")
        assert (sent["size"], sent["compress"], sent["saveToGallery"]) == ("large", "heavy", True)
        path = f"/api/app/photos/{asked['requestId']}"
        found = (await client.get(path)).json()
        assert (found["status"], found["final"], found["url"], found["expiresAt"]) == ("requested", False, "", 0)
        waiting = asyncio.create_task(client.get(path, params={"wait": 30}))
        await eventually(lambda: app_side.cloud.feed.listeners(ANN) == 1)
        await uploaded(ann, asked["requestId"], picture(7))
        found = (await waiting).json()
        assert (found["status"], found["final"], found["reason"], found["message"]) == ("stored", True, "", "")
        assert (found["mimeType"], found["size"]) == ("image/jpeg", len(picture(7)))
        assert found["userId"] == ANN
        async with app_side.house.client(None) as anybody:
            shown = await anybody.get(urlsplit(found["url"]).path)
            assert shown.content == picture(7)
            assert found["expiresAt"] == app_side.house.clock.epoch_ms() + 900_000
            app_side.house.clock.advance(900_000)
            assert (await anybody.get(urlsplit(found["url"]).path)).status_code == 410
        assert (await client.get(path)).json()["url"] != found["url"]


async def test_a_failure_has_its_word(app_side: Any) -> None:
    await app_side.link()
    async with app_side.client() as client:
        request_id = await ask(app_side, client)
        report = PhotoStatus(request_id=request_id, status="failed", error_code="camera_busy")
        await app_side.cloud.desk.report(ANN, report)
        found = (await client.get(f"/api/app/photos/{request_id}", params={"wait": 10})).json()
    assert (found["status"], found["final"], found["reason"]) == ("failed", True, "camera_busy")
    assert found["message"] == "the camera is in use"


async def test_it_is_known_after_a_restart(app_side: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    await app_side.link()
    async with app_side.client() as client, app_side.house.client() as ann:
        request_id = await ask(app_side, client)
        await uploaded(ann, request_id, picture(7))
    async with housed(app_side.house.settings.data_dir) as house, house.client(None) as client:
        client.headers["Authorization"] = "Bearer com.example.cam:sk-1"
        found = (await client.get(f"/api/app/photos/{request_id}", params={"wait": 10})).json()
    assert (found["status"], found["final"], found["size"]) == ("stored", True, len(picture(7)))


async def test_a_picture_that_was_deleted_has_no_link(app_side: Any) -> None:
    await app_side.link()
    async with app_side.client() as client, app_side.house.client() as ann:
        request_id = await ask(app_side, client, saveToGallery=True)
        photo_id = await uploaded(ann, request_id)
        assert (await ann.delete(f"/api/gallery/{photo_id}")).status_code == 200
        found = (await client.get(f"/api/app/photos/{request_id}")).json()
    assert (found["status"], found["url"], found["expiresAt"]) == ("stored", "", 0)


async def test_other_apps_requests_do_not_exist(app_side: Any) -> None:
    await app_side.link()
    await app_side.register(OTHER)
    async with app_side.client() as client, app_side.client(OTHER) as other:
        path = f"/api/app/photos/{await ask(app_side, client)}"
        for params in ({}, {"userId": ANN}, {"userId": BOB}):
            assert (await other.get(path, params=params)).status_code == 404
        assert (await client.get(path, params={"userId": BOB})).status_code == 404
        assert (await client.get(path, params={"userId": ANN})).status_code == 200
        assert (await client.get("/api/app/photos/unknown")).status_code == 404
        assert (await client.get("/api/app/photos/a%20b")).status_code == 422


async def test_of_several_users_one_has_to_be_named(app_side: Any) -> None:
    await app_side.link()
    await app_side.link(BOB)
    app_side.run(BOB)
    async with app_side.client() as client:
        refused = await client.post(PATH)
        assert (refused.status_code, refused.json()["error"]) == (422, "malformed")
        assert "userId" in refused.json()["message"]
        assert (await client.post(PATH, json={"userId": BOB})).json()["userId"] == BOB


@pytest.mark.parametrize("state", ["", "starting", "restarting", "lost", "stopping"])
async def test_an_app_that_does_not_run_for_a_user_has_no_photo_of_them(app_side: Any, state: str) -> None:
    line = await app_side.link()
    app_side.run(state=state)
    async with app_side.client() as client:
        refused = await client.post(PATH, json={"userId": ANN})
        assert (refused.status_code, refused.json()["error"]) == (409, "app_not_running")
        app_side.run(state="")
        refused = await client.post(PATH)
        assert (refused.status_code, refused.json()["error"]) == (409, "app_not_running")
    assert [sent["type"] for sent in line.sent if sent["type"] == "photo_request"] == []


@pytest.mark.parametrize(
    ("status", "permissions", "code", "reason"),
    [
        ("CONNECTED", ("MICROPHONE",), 403, "permission_denied"),
        ("DISCONNECTED", ("CAMERA",), 409, "glasses_offline"),
        ("", ("CAMERA",), 409, "gateway_offline"),
    ],
)
async def test_why_there_is_no_photo_is_said_at_once(
    app_side: Any, status: str, permissions: tuple[str, ...], code: int, reason: str
) -> None:
    if status:
        await app_side.link(status=status)
    await app_side.register("com.example.cam", "http://127.0.0.1:1", *permissions)
    async with app_side.client() as client:
        refused = await client.post(PATH)
    assert (refused.status_code, refused.json()["error"]) == (code, reason)


async def test_too_many_are_refused(app_side: Any) -> None:
    await app_side.link()
    async with app_side.client() as client:
        codes = [(await client.post(PATH)).status_code for _ in range(11)]
        assert codes == [200] * 10 + [429]
        app_side.house.clock.advance(1_000)
        assert (await client.post(PATH)).status_code == 200


@pytest.mark.parametrize(
    "wanted",
    [
        {"size": "huge"},
        {"quality": "best"},
        {"compress": 3},
        {"saveToGallery": "yes"},
        {"userId": "a" * 255},
        {"authToken": "a\r\nb"},
        {"customWebhookUrl": "ftp://hook.example"},
        {"customWebhookUrl": "http://ann:pw@hook.example"},
        {"customWebhookUrl": "http://hook.example/" + "a" * 2048},
        [],
        "x",
    ],
)
async def test_what_cannot_be_understood(app_side: Any, wanted: Any) -> None:
    await app_side.link()
    async with app_side.client() as client:
        assert (await client.post(PATH, json=wanted)).status_code == 422


async def test_only_apps_come_in(app_side: Any) -> None:
    async with app_side.house.client() as ann, app_side.client(key="wrong") as wrong:
        for client, reason in ((ann, "app_key_wrong"), (wrong, "app_key_wrong")):
            refused = await client.post(PATH)
            assert (refused.status_code, refused.json()["error"]) == (401, reason)
    async with app_side.house.client(None) as nobody:
        assert (await nobody.get("/api/app/photos/r1")).json()["error"] == "no_token"


async def test_a_webhook_gets_the_picture(app_side: Any, outside: Any) -> None:
    await app_side.link()
    async with app_side.client() as client, app_side.house.client() as ann:
        wanted = {"customWebhookUrl": f"{outside.url}/hook", "authToken": "tok-1"}
        request_id = await ask(app_side, client, **wanted)
        await uploaded(ann, request_id, picture(7))
        (got,) = await outside.heard()
        assert (await client.get(f"/api/app/photos/{request_id}")).json()["status"] == "stored"
    assert (got.path, got.headers["authorization"]) == ("/hook", "Bearer tok-1")
    assert picture(7) in got.body


async def test_a_webhook_hears_why_there_is_none(app_side: Any, outside: Any) -> None:
    await app_side.link()
    async with app_side.client() as client:
        request_id = await ask(app_side, client, customWebhookUrl=f"{outside.url}/hook")
        report = PhotoStatus(request_id=request_id, status="failed", error_code="camera_busy")
        await app_side.cloud.desk.report(ANN, report)
        (got,) = await outside.heard()
    said = json.loads(got.body)
    assert (said["type"], said["requestId"], said["errorCode"]) == ("photo_error", request_id, "CAMERA_BUSY")


async def test_an_app_does_not_wait_everybody_else_out(app_side: Any) -> None:
    await app_side.link()
    async with app_side.client() as client:
        path = f"/api/app/photos/{await ask(app_side, client)}"
        waiting = [asyncio.create_task(client.get(path, params={"wait": 30})) for _ in range(WAIT_LIMIT)]
        await eventually(lambda: app_side.cloud.feed.listeners(ANN) == WAIT_LIMIT)
        assert (await client.get(path, params={"wait": 1})).status_code == 429
        app_side.cloud.feed.close()
        assert {answer.status_code for answer in await asyncio.gather(*waiting)} == {200}
        assert (await client.get(path, params={"wait": 0.01})).status_code == 200
