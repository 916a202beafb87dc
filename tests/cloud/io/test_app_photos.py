"""Photos for apps: what is brought to their servers, and why there is none."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from trifocal_cloud.apps import App, key_hash
from trifocal_cloud.deliveries import Parcel
from trifocal_cloud.io.app_photos import BUDGET_MS, BURST
from trifocal_cloud.io.refusals import RefusedError
from trifocal_cloud.io.testing import RawApp, raw_app
from trifocal_cloud.testing import ANN, House, eventually, housed, picture, uploaded
from trifocal_shared import app_words, reasons
from trifocal_shared.app_messages import AppPhotoRequest
from trifocal_shared.cloud_messages import GlassesConnectionState
from trifocal_shared.messages import PhotoStatus

CAMERA = ({"type": "CAMERA", "description": ""},)


class Gateway:
    """The gateway's line: notes what it is sent."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)

    def close(self, code: int, reason: str = "") -> None: ...


@pytest.fixture
async def house(tmp_path: Any) -> AsyncIterator[House]:
    async with housed(tmp_path / "cloud", app_networks="loopback") as found:
        yield found


@pytest.fixture
async def server() -> AsyncIterator[RawApp]:
    async with raw_app() as found:
        yield found


def registered(server: RawApp, *permissions: dict[str, str]) -> App:
    return App(server.package, ANN, "Cam", key_hash(server.key), server.url, permissions=permissions)


async def linked(house: House, status: str = "CONNECTED") -> Gateway:
    line: Any = Gateway()
    epoch = house.cloud.gateways.opened(ANN, 2**40, line)
    await house.cloud.gateways.received(ANN, epoch, GlassesConnectionState(status=status, model_name="Sim"))
    return line  # type: ignore[no-any-return]


async def asked(house: House, app: App, request_id: str = "r1", **more: Any) -> str:
    if house.cloud.registry.app(app.package) is None:
        await house.cloud.registry.put(app)
    return await house.cloud.app_photos.request(app, ANN, AppPhotoRequest(request_id=request_id, **more))


def error(server: RawApp, number: int = -1) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(server.photos[number][1])
    return found


async def test_the_cameras_bytes_come_as_the_real_client_takes_them(
    house: House, client: httpx.AsyncClient, server: RawApp
) -> None:
    line = await linked(house)
    assert await asked(house, registered(server, *CAMERA), size="large", compress="heavy", save_to_gallery=True) == ""
    request = line.sent[-1]
    assert (request["type"], request["requestId"], request["appId"]) == ("photo_request", "r1", server.package)
    assert (request["size"], request["compress"], request["saveToGallery"]) == ("large", "heavy", True)
    await uploaded(client, "r1", picture(7))
    await server.until(lambda server: server.photos)
    headers, body = server.photos[0]
    assert headers["Content-Type"].startswith("multipart/form-data; boundary=")
    assert b'name="photo"; filename="r1.jpg"\r\nContent-Type: image/jpeg\r\n\r\n' + picture(7) + b"\r\n" in body
    assert b'name="requestId"\r\n\r\nr1\r\n' in body
    gallery = (await client.get("/api/gallery")).json()["photos"]
    assert [(photo["requestId"], photo["appId"]) for photo in gallery] == [("r1", server.package)]
    await eventually(lambda: _steps(house)[-1] == "delivered")
    assert _steps(house) == ["requested", "stored", "delivered"]


def _steps(house: House) -> list[str]:
    trail = house.cloud.feed.trails(ANN).of_request("r1")
    return [step.step for step in trail.steps] if trail else []


async def test_not_for_the_gallery_is_not_in_the_gallery(
    house: House, client: httpx.AsyncClient, server: RawApp
) -> None:
    await linked(house)
    await asked(house, registered(server, *CAMERA))
    await uploaded(client, "r1", picture(7))
    await server.until(lambda server: server.photos)
    assert (await client.get("/api/gallery")).json()["photos"] == []


async def test_an_address_and_a_token_of_the_apps_own(house: House, client: httpx.AsyncClient, server: RawApp) -> None:
    await linked(house)
    async with raw_app() as hook:
        more = {"custom_webhook_url": f"{hook.url}/hook?a=b", "auth_token": "tok-1"}
        await asked(house, registered(server, *CAMERA), **more)
        await uploaded(client, "r1", picture(7))
        await hook.until(lambda hook: hook.photos)
        headers, body = hook.photos[0]
    assert headers["Authorization"] == "Bearer tok-1"
    assert picture(7) in body
    assert server.photos == []


@pytest.mark.parametrize(
    ("status", "permissions", "request_id", "reason"),
    [
        ("CONNECTED", (), "r1", app_words.PERMISSION_DENIED),
        ("DISCONNECTED", CAMERA, "r1", reasons.GLASSES_OFFLINE),
        ("CONNECTED", CAMERA, "local_1", reasons.MALFORMED),
        ("CONNECTED", CAMERA, "", reasons.MALFORMED),
        ("CONNECTED", CAMERA, "../x", reasons.MALFORMED),
        ("CONNECTED", CAMERA, "x" * 129, reasons.MALFORMED),
    ],
)
async def test_what_cannot_be_is_said_at_once(  # noqa: PLR0917 - a table of cases
    status: str, permissions: Any, request_id: str, reason: str, house: House, server: RawApp
) -> None:
    line = await linked(house, status)
    sent = len(line.sent)
    assert await asked(house, registered(server, *permissions), request_id) == reason
    await server.until(lambda server: server.photos)
    said = error(server)
    assert (said["requestId"], said["type"], said["success"], said["errorCode"]) == (
        request_id,
        "photo_error",
        False,
        app_words.error_code(reason),
    )
    assert reasons.SENTENCES[reason] in said["errorMessage"]
    assert len(line.sent) == sent


async def test_without_a_gateway_it_is_said_at_once(house: House, server: RawApp) -> None:
    assert await asked(house, registered(server, *CAMERA)) == reasons.GATEWAY_OFFLINE
    await server.until(lambda server: server.photos)
    assert error(server)["errorCode"] == "PHONE_GLASSES_NOT_CONNECTED"


@pytest.mark.parametrize(
    "more",
    [
        {"custom_webhook_url": "file:///etc/passwd"},
        {"custom_webhook_url": "http://u:p@host/"},
        {"auth_token": "a\r\nX-Evil: 1"},
    ],
)
async def test_an_address_that_is_none_is_said_to_the_apps_own_server(
    more: dict[str, str], house: House, server: RawApp
) -> None:
    await linked(house)
    assert await asked(house, registered(server, *CAMERA), **more)
    await server.until(lambda server: server.photos)
    headers, _ = server.photos[0]
    assert "Authorization" not in headers
    assert error(server)["success"] is False


async def test_an_address_where_the_cloud_may_not_go_is_not_gone_to(
    house: House, client: httpx.AsyncClient, server: RawApp
) -> None:
    await linked(house)
    await asked(house, registered(server, *CAMERA), custom_webhook_url="http://192.0.2.1/hook")
    await uploaded(client, "r1", picture(7))
    await eventually(lambda: _faults(house, server) == [app_words.DELIVERY_FAILED])


def _faults(house: House, server: RawApp) -> list[str]:
    view = house.cloud.apps.view(ANN, server.package)
    return [fault.reason for fault in view.errors] if view else []


async def test_a_failure_of_the_glasses_has_its_code(house: House, server: RawApp) -> None:
    await linked(house)
    await asked(house, registered(server, *CAMERA))
    report = PhotoStatus(request_id="r1", status="failed", error_code="camera_busy", error_message="in a stream")
    await house.cloud.desk.report(ANN, report)
    await server.until(lambda server: server.photos)
    assert error(server)["errorCode"] == "CAMERA_BUSY"
    assert error(server)["errorMessage"].endswith("in a stream")


async def test_an_answer_is_there_before_the_real_client_gives_up(house: House, server: RawApp) -> None:
    await linked(house)
    await asked(house, registered(server, *CAMERA))
    await house.cloud.desk.report(ANN, PhotoStatus(request_id="r1", status="capturing"))
    house.clock.advance(BUDGET_MS)
    house.cloud.desk.expire()
    await server.until(lambda server: server.photos)
    assert error(server)["errorCode"] == "CAMERA_TIMEOUT"
    assert BUDGET_MS < 30_000


async def test_too_many_are_refused_with_that_word(house: House, server: RawApp) -> None:
    await linked(house)
    app = registered(server, *CAMERA)
    said = [await asked(house, app, f"r{number}") for number in range(BURST + 2)]
    assert said == [""] * BURST + [app_words.RATE_LIMITED] * 2
    await server.until(lambda server: len(server.photos) == 2)
    assert error(server)["errorCode"] == "RATE_LIMITED"
    house.clock.advance(1_000)
    assert await asked(house, app, "later") == ""


async def test_the_same_request_twice_is_one_and_another_apps_id_is_taken(
    house: House, client: httpx.AsyncClient, server: RawApp
) -> None:
    line = await linked(house)
    app = registered(server, *CAMERA)
    async with raw_app("com.example.other") as other:
        assert await asked(house, app) == ""
        sent = len(line.sent)
        assert await asked(house, app) == ""
        assert await asked(house, registered(other, *CAMERA)) == reasons.CONFLICT
        await other.until(lambda other: other.photos)
        assert error(other)["errorCode"] == "CONFLICT"
        assert len(line.sent) == sent
    await uploaded(client, "r1", picture(7))
    await server.until(lambda server: server.photos)
    assert picture(7) in server.photos[0][1]
    assert len(server.photos) == 1


async def test_a_server_that_is_away_gets_it_when_it_is_back(
    house: House, client: httpx.AsyncClient, server: RawApp
) -> None:
    server.status = 503
    await linked(house)
    await asked(house, registered(server, *CAMERA))
    await uploaded(client, "r1", picture(7))
    await server.until(lambda server: server.photos)
    server.status = 200

    async def again() -> bool:
        house.clock.advance(500)
        house.cloud.courier.expire()
        await asyncio.sleep(0)
        return len(server.photos) == 2

    await eventually(again)
    assert server.photos[0][1].count(picture(7)) == server.photos[1][1].count(picture(7)) == 1


async def test_after_a_restart_what_was_stored_is_brought(tmp_path: Any, server: RawApp) -> None:
    server.status = 503
    async with housed(tmp_path / "cloud", app_networks="loopback") as house, house.client() as client:
        await linked(house)
        await asked(house, registered(server, *CAMERA))
        await uploaded(client, "r1", picture(7))
        await server.until(lambda server: server.photos)
    server.status = 200
    async with housed(tmp_path / "cloud", app_networks="loopback"):
        await server.until(lambda server: len(server.photos) >= 2)
    assert picture(7) in server.photos[-1][1]


async def test_after_a_restart_what_had_not_begun_is_said_to_have_failed(tmp_path: Any, server: RawApp) -> None:
    async with housed(tmp_path / "cloud", app_networks="loopback") as house:
        await house.cloud.registry.put(registered(server, *CAMERA))
        await house.cloud.courier.expect(Parcel(ANN, server.package, "r1"))
    async with housed(tmp_path / "cloud", app_networks="loopback"):
        await server.until(lambda server: server.photos)
    assert error(server)["errorCode"] == "CLOUD_ERROR"


async def test_over_rest_a_refusal_is_an_answer(house: House, server: RawApp) -> None:
    with pytest.raises(RefusedError) as refused:
        await house.cloud.app_photos.request_over_rest(registered(server), ANN, AppPhotoRequest(request_id="r1"))
    assert (refused.value.status, refused.value.reason) == (403, app_words.PERMISSION_DENIED)
    with pytest.raises(RefusedError) as refused:
        await house.cloud.app_photos.request_over_rest(
            registered(server, *CAMERA), ANN, AppPhotoRequest(request_id="r1")
        )
    assert (refused.value.status, refused.value.reason) == (409, reasons.GATEWAY_OFFLINE)
    assert server.photos == []
