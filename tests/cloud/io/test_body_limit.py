"""Bodies are bounded, announced or not."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope, Send

from trifocal_cloud.io.body_limit import BodyLimit
from trifocal_cloud.main import JSON_LIMIT_BYTES
from trifocal_cloud.testing import housed

JSON = {"Content-Type": "application/json"}
PRESS = b'{"buttonId":"photo","pressType":"short"'


def padded(size: int) -> bytes:
    return PRESS + b" " * (size - len(PRESS) - 1) + b"}"


async def in_pieces(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 10_000):
        yield content[start : start + 10_000]


@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_as_long_as_allowed_is_read(client: httpx.AsyncClient, announced: bool) -> None:
    content = padded(JSON_LIMIT_BYTES)
    sent = content if announced else in_pieces(content)
    answer = await client.post("/api/hardware/button-press", content=sent, headers=JSON)
    assert answer.status_code == 200


@pytest.mark.parametrize("announced", [True, False])
async def test_a_longer_one_is_refused(client: httpx.AsyncClient, announced: bool) -> None:
    content = padded(JSON_LIMIT_BYTES + 1)
    sent = content if announced else in_pieces(content)
    answer = await client.post("/api/hardware/button-press", content=sent, headers=JSON)
    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")


async def test_a_body_that_stops_coming_is_given_up(tmp_path: Path) -> None:
    async def stops() -> AsyncIterator[bytes]:
        yield PRESS
        await asyncio.Event().wait()

    async with housed(tmp_path, upload_stall_s=0.01) as house, house.client() as client:
        answer = await client.post("/api/hardware/button-press", content=stops(), headers=JSON)
        assert (answer.status_code, answer.json()["error"]) == (408, "timed_out")


async def test_who_is_nobody_is_told_so_first(nobody: httpx.AsyncClient) -> None:
    answer = await nobody.request("GET", "/api/gallery", content=padded(JSON_LIMIT_BYTES * 2))
    assert answer.status_code == 401


@pytest.mark.parametrize("announced", ["x", "-5", "9" * 30, "5"])
async def test_a_length_that_is_none_helps_nobody(client: httpx.AsyncClient, announced: str) -> None:
    headers = JSON | {"Content-Length": announced}
    content = padded(JSON_LIMIT_BYTES + 1)
    answer = await client.post("/api/hardware/button-press", content=content, headers=headers)
    assert answer.status_code == 413


@pytest.mark.parametrize(("path", "limit"), [("/big/x", 9), ("/big/", 9), ("/big", 3), ("/x/big/", 3), ("/", 3)])
async def test_a_folder_can_have_a_limit_of_its_own(path: str, limit: int) -> None:
    async def reads(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()

    bounded = BodyLimit(reads, limit=3, stall_s=1, spared=(), folders={"/big/": 9})

    async def read(size: int) -> None:
        async def receive() -> Message:
            return {"type": "http.request", "body": b"x" * size}

        async def send(message: Message) -> None: ...

        await bounded({"type": "http", "path": path, "headers": []}, receive, send)

    await read(limit)
    with pytest.raises(HTTPException):
        await read(limit + 1)
