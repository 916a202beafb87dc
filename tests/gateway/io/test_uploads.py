import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from trifocal_gateway.io.answers import LONGEST_ANSWER
from trifocal_gateway.io.uploads import Uploads, http_client
from trifocal_gateway.queue_entry import Outcome, QueuedPhoto

DATA = b"\xff\xd8" + bytes(200_000)
PHOTO = QueuedPhoto("local_1", hashlib.sha256(DATA).hexdigest(), len(DATA), "photo", "boot-1", 1_700_000_000_000)
ACCEPTED = {"success": True, "requestId": "local_1", "photoId": "p", "sha256": PHOTO.sha256}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "photo"
    found.write_bytes(DATA)
    return found


async def upload(path: Path, answer: Callable[[httpx.Request], httpx.Response], photo: QueuedPhoto = PHOTO) -> Outcome:
    async def handle(request: httpx.Request) -> httpx.Response:
        await request.aread()
        return answer(request)

    async with httpx.AsyncClient(base_url="http://cloud", transport=httpx.MockTransport(handle)) as client:
        return await Uploads(client, "pi").upload(photo, path, "t0ken")


async def test_photo_and_metadata_are_sent_as_the_cloud_wants_them(path: Path) -> None:
    seen: list[httpx.Request] = []
    outcome = await upload(path, lambda request: seen.append(request) or httpx.Response(200, json=ACCEPTED))
    assert outcome == Outcome("uploaded")
    (request,) = seen
    assert (request.method, request.url.path) == ("POST", "/api/photos/upload")
    assert request.headers["authorization"] == "Bearer t0ken"
    assert request.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert DATA in request.content
    begin = request.content.index(b'{"requestId"')
    metadata = json.loads(request.content[begin : request.content.index(b"}", begin) + 1])
    assert metadata == {
        "requestId": "local_1",
        "deviceId": "pi",
        "timestamp": 1_700_000_000_000,
        "mediaType": "photo",
        "pressId": "boot-1",
        "sha256": PHOTO.sha256,
    }


REFUSALS = [
    (401, {}, "token_rejected", "token_rejected"),
    (403, {"error": "token_rejected"}, "token_rejected", "token_rejected"),
    (403, {"error": "foreign_request"}, "refused", "foreign_request"),
    (403, {}, "refused", "cloud_error"),
    (404, {}, "refused", "cloud_error"),
    (409, {"error": "conflict"}, "refused", "conflict"),
    (413, {"error": "too_large"}, "refused", "too_large"),
    (415, {"error": "not_an_image"}, "refused", "not_an_image"),
    (422, {"error": "corrupt"}, "refused", "corrupt"),
    (408, {"error": "timed_out"}, "unavailable", "timed_out"),
    (425, {}, "unavailable", "cloud_error"),
    (429, {}, "unavailable", "cloud_error"),
    (500, {}, "server_failed", "cloud_error"),
    (502, {}, "server_failed", "cloud_error"),
    (507, {"error": "storage_full"}, "server_failed", "storage_full"),
    (302, {}, "server_failed", "cloud_error"),
    (400, {"error": "<script>"}, "refused", "cloud_error"),
    (400, {"error": ["x"]}, "refused", "cloud_error"),
]


@pytest.mark.parametrize(("status", "body", "kind", "reason"), REFUSALS)
async def test_each_answer_means_one_thing(path: Path, status: int, body: Any, kind: str, reason: str) -> None:
    assert await upload(path, lambda _: httpx.Response(status, json=body)) == Outcome(kind, reason)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"success": false, "requestId": "local_1"}',
        json.dumps({**ACCEPTED, "requestId": "local_2"}).encode(),
        json.dumps({**ACCEPTED, "sha256": "f" * 64}).encode(),
        json.dumps({**ACCEPTED, "filler": "x" * LONGEST_ANSWER}).encode(),
    ],
)
async def test_only_the_clouds_own_word_lets_a_photo_go(path: Path, body: bytes) -> None:
    outcome = await upload(path, lambda _: httpx.Response(200, content=body))
    assert outcome.kind == "server_failed"


FAILURES = [
    (httpx.ConnectError("refused"), "unavailable"),
    (httpx.ConnectTimeout("late"), "unavailable"),
    (httpx.ReadTimeout("late"), "server_failed"),
    (httpx.WriteError("reset"), "server_failed"),
    (httpx.RemoteProtocolError("gone"), "server_failed"),
]


@pytest.mark.parametrize(("error", "kind"), FAILURES)
async def test_a_broken_connection_is_an_outcome(path: Path, error: httpx.HTTPError, kind: str) -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise error

    assert await upload(path, fail) == Outcome(kind, "cloud_unreachable")


async def test_a_photo_whose_bytes_are_gone_is_refused(tmp_path: Path) -> None:
    outcome = await upload(tmp_path / "nothing", lambda _: httpx.Response(200, json=ACCEPTED))
    assert outcome == Outcome("refused", "corrupt")


async def test_bytes_that_cannot_be_read_now_are_tried_again(tmp_path: Path) -> None:
    outcome = await upload(tmp_path, lambda _: httpx.Response(200, json=ACCEPTED))
    assert outcome.kind == "server_failed"


@pytest.mark.parametrize("status", [429, 503])
async def test_the_patience_that_the_server_wants_is_told(path: Path, status: int) -> None:
    outcome = await upload(path, lambda _: httpx.Response(status, headers={"Retry-After": "7"}))
    assert outcome == Outcome("unavailable", "cloud_error", 7_000)


@pytest.mark.parametrize("token", ["", "two words", "line\nbreak", "ümlaut"])
async def test_what_is_no_token_is_not_sent(path: Path, token: str) -> None:
    async with http_client("http://127.0.0.1:9") as client:
        assert await Uploads(client, "pi").upload(PHOTO, path, token) == Outcome("token_rejected", "no_token")


async def test_nobody_there_is_an_outcome(path: Path) -> None:
    async with http_client("http://127.0.0.1:9/below") as client:
        assert (await Uploads(client, "pi").upload(PHOTO, path, "t0ken")).kind == "unavailable"
