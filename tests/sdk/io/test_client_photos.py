"""Photos over HTTP."""

import json
from typing import Any

import httpx
import pytest

from trifocal_sdk import CloudError, PhotoError, PhotoPermissionError, PhotoTimeoutError
from trifocal_sdk.io.client_photos import ClientPhotos
from trifocal_shared.testing import VirtualClock

STORED = {
    "requestId": "r1",
    "status": "stored",
    "final": True,
    "url": "https://cloud.example/share/p1?sig=secret",
    "expiresAt": 1_770_000_000_000,
    "mimeType": "image/jpeg",
    "size": 7,
    "sha256": "ab",
}
UNDER_WAY = {"requestId": "r1", "status": "capturing", "final": False}


@pytest.fixture
def photos(asked: Any) -> ClientPhotos:
    """A client's photos, of one user."""
    return ClientPhotos(asked.rest(), "ann@example.com", VirtualClock())


async def test_a_photo_is_requested_with_all_that_was_said(photos: ClientPhotos, asked: Any) -> None:
    asked.answers = [httpx.Response(200, json={"requestId": "r1", "status": "requested"})]
    wanted = {"save_to_gallery": True, "quality": "high", "auth_token": "t", "compress": "heavy"}
    assert await photos.request_capture(custom_webhook_url="https://photos.example/in", **wanted) == "r1"
    (request,) = asked.requests
    assert (request.method, request.url.path) == ("POST", "/api/app/photos/request")
    assert json.loads(request.content) == {
        "saveToGallery": True,
        "size": "medium",
        "compress": "heavy",
        "quality": "high",
        "userId": "ann@example.com",
        "customWebhookUrl": "https://photos.example/in",
        "authToken": "t",
    }


async def test_what_was_not_said_is_not_sent(asked: Any) -> None:
    await ClientPhotos(asked.rest(), "", VirtualClock()).request_capture()
    assert json.loads(asked.requests[0].content) == {"saveToGallery": False, "size": "medium", "compress": "none"}


@pytest.mark.parametrize(
    ("word", "kind", "code"),
    [
        ("permission_denied", PhotoPermissionError, "PERMISSION_DENIED"),
        ("glasses_offline", PhotoError, "PHONE_GLASSES_NOT_CONNECTED"),
        ("app_not_running", CloudError, "app_not_running"),
        ("rate_limited", CloudError, "rate_limited"),
    ],
)
async def test_a_refusal_is_of_its_kind(
    photos: ClientPhotos, asked: Any, word: str, kind: type[Exception], code: str
) -> None:
    asked.answers = [httpx.Response(409, json={"error": word, "message": "no"})]
    with pytest.raises(kind) as caught:
        await photos.request_capture()
    assert getattr(caught.value, "code", "") == code


async def test_a_result_is_waited_for(photos: ClientPhotos, asked: Any) -> None:
    asked.answers = [httpx.Response(200, json=UNDER_WAY), httpx.Response(200, json=STORED)]
    photo = await photos.wait_for_result("r1", timeout_s=10)
    assert (photo.request_id, photo.size, photo.mime_type, photo.sha256) == ("r1", 7, "image/jpeg", "ab")
    assert "secret" not in repr(photo)
    query = asked.requests[0].url.params
    assert 0 < float(query["wait"]) <= 10
    assert query["userId"] == "ann@example.com"


async def test_a_failed_photo_is_an_error_with_the_codes_of_the_socket(photos: ClientPhotos, asked: Any) -> None:
    failed = {"final": True, "status": "failed", "reason": "camera_busy", "message": "the camera is in use"}
    asked.answers = [httpx.Response(200, json=failed)]
    with pytest.raises(PhotoError, match=r"the camera is in use \(CAMERA_BUSY\)") as caught:
        await photos.wait_for_result("r1")
    assert caught.value.request_id == "r1"


async def test_a_result_that_does_not_come_times_out(asked: Any) -> None:
    clock = VirtualClock()

    def later() -> httpx.Response:
        clock.advance(20_000)
        return httpx.Response(200, json=UNDER_WAY)

    asked.answers = [later, later]
    with pytest.raises(PhotoTimeoutError):
        await ClientPhotos(asked.rest(), "", clock).wait_for_result("r1", timeout_s=30)
    assert [request.url.params["wait"] for request in asked.requests] == ["25.000", "10.000"]


async def test_a_cloud_that_is_silent_times_out(photos: ClientPhotos, asked: Any) -> None:
    asked.answers = [httpx.ReadTimeout("slow")]
    with pytest.raises(PhotoTimeoutError):
        await photos.wait_for_result("r1")


async def test_anothers_photo_is_not_found(photos: ClientPhotos, asked: Any) -> None:
    asked.answers = [httpx.Response(404, json={"error": "not_found", "message": "there is no such thing here"})]
    with pytest.raises(CloudError, match="no such thing"):
        await photos.wait_for_result("r2")


async def test_a_picture_is_downloaded(photos: ClientPhotos, asked: Any) -> None:
    asked.answers = [httpx.Response(200, json=STORED), httpx.Response(200, content=b"picture")]
    photo = await photos.wait_for_result("r1")
    assert await photos.download(photo) == b"picture"
