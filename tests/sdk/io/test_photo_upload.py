"""Pictures and failures find who waits for them; everything else is refused, and settles nothing."""

import asyncio
from typing import Any

import httpx
import pytest

from trifocal_sdk import Photo, PhotoError, PhotoPermissionError

JPEG = b"\xff\xd8\xff\xe0 picture \xff\xd9"


class Wanted:
    """A photo that an app waits for, and the way to its server."""

    def __init__(self, pair: Any, request_id: str, photo: asyncio.Task[Photo]) -> None:
        self.pair = pair
        self.request_id = request_id
        self.photo = photo

    async def post(self, files: dict[str, Any] | None = None, **data: str) -> httpx.Response:
        fields = {"requestId": self.request_id} | data
        http: httpx.AsyncClient = self.pair.cloud.http
        # A form without files is multipart as well.
        parts = files or {"nothing": (None, "")}
        return await http.post(self.pair.app.url + "/photo-upload", data=fields, files=parts)


@pytest.fixture
async def wanted(pair: Any) -> Wanted:
    """A photo that was asked for."""
    photo = asyncio.create_task(pair.here.camera.request_photo(timeout_s=5))
    request = await pair.there.expect("photo_request")
    return Wanted(pair, request["requestId"], photo)


def file(content: bytes = JPEG, kind: str = "image/jpeg", name: str = "IMG_1.jpg") -> dict[str, Any]:
    """A picture as a part of a form."""
    return {"photo": (name, content, kind)}


async def test_a_picture_arrives_byte_for_byte(wanted: Wanted) -> None:
    answer = await wanted.post(file(), type="photo_upload", success="true", source="ble_transfer")
    assert (answer.status_code, answer.json()["requestId"]) == (200, wanted.request_id)
    photo = await wanted.photo
    assert (photo.content, photo.mime_type, photo.filename) == (JPEG, "image/jpeg", "IMG_1.jpg")
    assert (photo.request_id, photo.size) == (wanted.request_id, len(JPEG))


async def test_the_text_false_is_no_failure_where_a_picture_comes(wanted: Wanted) -> None:
    assert (await wanted.post(file(), success="false")).status_code == 200
    assert (await wanted.photo).content == JPEG


async def test_the_largest_picture_arrives(wanted: Wanted) -> None:
    content = bytes(10 * 1024 * 1024)
    assert (await wanted.post(file(content))).status_code == 200
    assert (await wanted.photo).size == len(content)


async def test_a_failure_comes_as_a_form_or_as_json(wanted: Wanted) -> None:
    answer = await wanted.post(type="photo_error", errorCode="CAMERA_BUSY", errorMessage="in use")
    assert answer.status_code == 200
    with pytest.raises(PhotoError, match=r"in use \(CAMERA_BUSY\)") as caught:
        await wanted.photo
    assert caught.value.request_id == wanted.request_id


@pytest.mark.parametrize("body", [{"type": "photo_error"}, {"success": False}])
async def test_a_failure_may_say_nothing_of_why(wanted: Wanted, body: dict[str, Any]) -> None:
    url = wanted.pair.app.url + "/photo-upload"
    answer = await wanted.pair.cloud.http.post(url, json=body | {"requestId": wanted.request_id})
    assert answer.status_code == 200
    with pytest.raises(PhotoError, match="UNKNOWN_ERROR"):
        await wanted.photo


async def test_a_missing_permission_has_its_own_error(wanted: Wanted) -> None:
    assert await wanted.pair.there.fail_photo(wanted.request_id, "PERMISSION_DENIED", "declare CAMERA") == 200
    with pytest.raises(PhotoPermissionError, match="declare CAMERA"):
        await wanted.photo


async def test_an_upload_without_a_picture_fails_the_photo(wanted: Wanted) -> None:
    assert (await wanted.post()).status_code == 400
    with pytest.raises(PhotoError, match="without a picture"):
        await wanted.photo


@pytest.mark.parametrize(
    ("files", "status"),
    [
        ({"picture": ("a.jpg", JPEG, "image/jpeg")}, 400),
        (file(kind="text/html"), 400),
        (file(bytes(10 * 1024 * 1024 + 1)), 413),
        (file(bytes(11 * 1024 * 1024)), 413),
    ],
)
async def test_a_wrong_upload_is_refused_and_can_be_repeated(
    wanted: Wanted, files: dict[str, Any], status: int
) -> None:
    assert (await wanted.post(files)).status_code == status
    assert not wanted.photo.done()
    assert (await wanted.post(file())).status_code == 200
    assert (await wanted.photo).content == JPEG


async def test_two_pictures_at_once_are_refused(wanted: Wanted) -> None:
    http: httpx.AsyncClient = wanted.pair.cloud.http
    files = [("photo", ("a.jpg", JPEG, "image/jpeg")), ("photo", ("b.jpg", JPEG, "image/jpeg"))]
    url = wanted.pair.app.url + "/photo-upload"
    assert (await http.post(url, data={"requestId": wanted.request_id}, files=files)).status_code == 400
    wanted.photo.cancel()


async def test_a_picture_that_nobody_waits_for_is_refused(wanted: Wanted) -> None:
    assert (await wanted.post(file(), requestId="photo_req_other")).status_code == 404
    assert (await wanted.post(file(), requestId="")).status_code == 400
    assert (await wanted.post(file())).status_code == 200
    await wanted.photo
    assert (await wanted.post(file())).status_code == 404


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=x"])
async def test_a_form_that_cannot_be_read_is_refused(wanted: Wanted, kind: str) -> None:
    url = wanted.pair.app.url + "/photo-upload"
    answer = await wanted.pair.cloud.http.post(url, content=b"--x\r\nrubbish", headers={"Content-Type": kind})
    assert answer.status_code == 400
    wanted.photo.cancel()


async def test_a_photo_outlives_the_socket(wanted: Wanted) -> None:
    await wanted.pair.there.drop()
    assert (await wanted.post(file())).status_code == 200
    assert (await wanted.photo).content == JPEG
    await wanted.pair.there.back()


async def test_a_photo_ends_with_its_session(wanted: Wanted) -> None:
    await wanted.pair.there.stop()
    with pytest.raises(PhotoError, match="SESSION_ENDED"):
        await wanted.photo
