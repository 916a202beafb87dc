"""Large uploads against a scripted cloud that breaks off, forgets and lies. Against the real one: the journeys."""

import asyncio
import hashlib
import inspect
from base64 import b64decode
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from trifocal_gateway.io.continued import PIECE_BYTES, ContinuedUploads
from trifocal_gateway.queue_entry import Outcome, QueuedPhoto
from trifocal_shared.cloud_messages import UploadMetadata

DATA = Random(3).randbytes(10 * PIECE_BYTES + 17)
FILM = QueuedPhoto("local_1", hashlib.sha256(DATA).hexdigest(), len(DATA), "video", "boot-1", 1_700_000_000_000)
METADATA = UploadMetadata(request_id="local_1", media_type="video", timestamp=1_700_000_000_000, sha256=FILM.sha256)
PLACE = "/api/uploads/aa"


class Cloud:
    """Keeps what came; `breaks` are the bytes after which the connections end, one after the other."""

    def __init__(self, *breaks: int) -> None:
        self.kept = bytearray()
        self.breaks = list(breaks)
        self.asked: list[str] = []
        self.came = 0
        self.metadata: dict[str, str] = {}
        self.answers: dict[str, httpx.Response] = {}
        self.received = asyncio.Event()
        self.headers: list[httpx.Headers] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.method)
        self.headers.append(request.headers)
        if request.method in self.answers:
            return self.answers[request.method]
        if request.method == "POST":
            pairs = (pair.split(" ") for pair in request.headers["upload-metadata"].split(","))
            self.metadata = {key: b64decode(value).decode() for key, value in pairs}
            return httpx.Response(201, headers={"Location": PLACE, "Upload-Offset": str(len(self.kept))})
        if request.method == "GET":
            done = bytes(self.kept) == DATA
            answer = {"success": done, "requestId": "local_1", "sha256": hashlib.sha256(self.kept).hexdigest()}
            return httpx.Response(200, json=answer)
        return await self._patch(request)

    async def _patch(self, request: httpx.Request) -> httpx.Response:
        assert request.url.path == PLACE
        if int(request.headers["upload-offset"]) != len(self.kept):
            return httpx.Response(409)
        room = self.breaks.pop(0) if self.breaks else len(DATA) + 1
        assert isinstance(request.stream, httpx.AsyncByteStream)
        async for piece in request.stream:
            taken = piece[:room]
            self.kept += taken
            self.came += len(taken)
            room -= len(taken)
            self.received.set()
            await asyncio.sleep(0)
            if not room:
                raise httpx.WriteError("reset")
        return httpx.Response(204, headers={"Upload-Offset": str(len(self.kept))})


class Transport(httpx.AsyncBaseTransport):
    """Hands requests over before their bodies are read."""

    def __init__(self, cloud: Any) -> None:
        self._cloud = cloud

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._cloud(request)
        found: httpx.Response = await answer if inspect.isawaitable(answer) else answer
        return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "film"
    found.write_bytes(DATA)
    return found


async def upload(cloud: Any, path: Path) -> Outcome | None:
    async with httpx.AsyncClient(base_url="http://cloud", transport=Transport(cloud)) as client:
        return await ContinuedUploads(client).upload(FILM, METADATA, path, "t0ken")


async def test_an_upload_in_one_go(path: Path) -> None:
    cloud = Cloud()
    assert await upload(cloud, path) == Outcome("uploaded")
    assert cloud.asked == ["POST", "PATCH", "GET"]
    assert cloud.metadata == {
        "requestId": "local_1",
        "mediaType": "video",
        "timestamp": "1700000000000",
        "sha256": FILM.sha256,
    }
    assert {headers["authorization"] for headers in cloud.headers} == {"Bearer t0ken"}
    assert cloud.headers[1]["content-length"] == str(len(DATA))


async def test_it_goes_on_where_it_broke_off_and_sends_nothing_twice(path: Path) -> None:
    cloud = Cloud(100_000, 1, 300_000)
    assert await upload(cloud, path) == Outcome("uploaded")
    assert cloud.asked == ["POST", "PATCH"] * 4 + ["GET"]
    assert (bytes(cloud.kept), cloud.came) == (DATA, len(DATA))


async def test_another_attempt_goes_on_too(path: Path) -> None:
    cloud = Cloud(200_000)
    cloud.kept += DATA[:150_000]
    assert await upload(cloud, path) == Outcome("uploaded")
    assert cloud.came == len(DATA) - 150_000


async def test_when_nothing_gets_through_it_waits(path: Path) -> None:
    async def deaf(request: httpx.Request) -> httpx.Response:
        if request.method == "PATCH":
            raise httpx.WriteTimeout("late")
        return httpx.Response(201, headers={"Location": PLACE, "Upload-Offset": "5"})

    assert await upload(deaf, path) == Outcome("server_failed", "cloud_unreachable")


async def test_what_is_whole_already_is_only_asked_for(path: Path) -> None:
    cloud = Cloud()
    cloud.kept += DATA
    assert await upload(cloud, path) == Outcome("uploaded")
    assert cloud.asked == ["POST", "GET"]


async def test_a_cloud_that_is_further_than_we_think_is_asked_again(path: Path) -> None:
    cloud = Cloud()

    async def jumping(request: httpx.Request) -> httpx.Response:
        if request.method == "PATCH" and not cloud.kept:
            cloud.kept += DATA[:1000]
        return await cloud(request)

    assert await upload(jumping, path) == Outcome("uploaded")
    assert cloud.asked == ["POST", "PATCH", "POST", "PATCH", "GET"]


@pytest.mark.parametrize("status", [404, 405, 501])
async def test_a_cloud_that_does_not_speak_it_is_told_from_one_that_refuses(path: Path, status: int) -> None:
    assert await upload(lambda _: httpx.Response(status), path) is None


@pytest.mark.parametrize(
    ("method", "status", "error", "kind"),
    [
        ("POST", 401, "token_rejected", "token_rejected"),
        ("POST", 403, "foreign_request", "refused"),
        ("POST", 409, "conflict", "refused"),
        ("POST", 429, "too_many", "unavailable"),
        ("POST", 507, "storage_full", "server_failed"),
        ("PATCH", 401, "token_rejected", "token_rejected"),
        ("PATCH", 413, "too_large", "refused"),
        ("PATCH", 415, "not_an_image", "refused"),
        ("PATCH", 422, "corrupt", "server_failed"),
        ("PATCH", 404, "not_found", "server_failed"),
        ("PATCH", 500, "cloud_error", "server_failed"),
        ("GET", 500, "cloud_error", "server_failed"),
        ("GET", 404, "not_found", "server_failed"),
    ],
)
async def test_each_refusal_means_one_thing(path: Path, method: str, status: int, error: str, kind: str) -> None:
    cloud = Cloud()
    cloud.answers[method] = httpx.Response(status, json={"error": error})
    outcome = await upload(cloud, path)
    assert outcome is not None
    assert (outcome.kind, outcome.reason) == (kind, error)


@pytest.mark.parametrize("offset", ["", "-1", "many", str(len(DATA) + 1), "9" * 30, "٣"])
async def test_an_offset_that_cannot_be_is_an_error_of_the_cloud(path: Path, offset: str) -> None:
    headers = [(b"Location", PLACE.encode()), (b"Upload-Offset", offset.encode())]
    outcome = await upload(lambda _: httpx.Response(201, headers=headers), path)
    assert outcome == Outcome("server_failed", "cloud_unreachable")


@pytest.mark.parametrize("place", ["http://elsewhere/api/uploads/aa", "//elsewhere:80/x", "https://cloud:8443/x"])
async def test_the_token_is_shown_to_nobody_else(path: Path, place: str) -> None:
    hosts = set()

    def lures(request: httpx.Request) -> httpx.Response:
        hosts.add(request.url.netloc)
        return httpx.Response(201, headers={"Location": place, "Upload-Offset": "0"})

    outcome = await upload(lures, path)
    assert outcome is not None
    assert outcome.kind == "server_failed"
    assert hosts == {b"cloud"}


async def test_it_gives_way_and_goes_on_later(path: Path) -> None:
    cloud = Cloud()
    async with httpx.AsyncClient(base_url="http://cloud", transport=Transport(cloud)) as client:
        uploads = ContinuedUploads(client)
        uploads.interrupt("local_1")  # not under way: nothing to interrupt
        under_way = asyncio.create_task(uploads.upload(FILM, METADATA, path, "t0ken"))
        await cloud.received.wait()
        uploads.interrupt("local_2")
        uploads.interrupt("local_1")
        assert await under_way == Outcome("gave_way")
        assert 0 < len(cloud.kept) < len(DATA)
        assert await uploads.upload(FILM, METADATA, path, "t0ken") == Outcome("uploaded")
    assert cloud.came == len(DATA)


async def test_a_file_that_is_gone_is_no_upload(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await upload(Cloud(), tmp_path / "nothing")
