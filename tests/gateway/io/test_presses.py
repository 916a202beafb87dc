"""Posting presses, against a scripted HTTP server on loopback."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator

import pytest

from trifocal_gateway.io.presses import MOST_BYTES, PressPoster
from trifocal_shared import reasons
from trifocal_shared.cloud_messages import ButtonPressAnswer, ButtonPressReport

DEADLINE_S = 5
TOKEN = "a-very-secret-token"
REPORT = ButtonPressReport(button_id="photo", press_type="short", device_id="dev", press_id="p-1")
NAMELESS = ButtonPressReport(button_id="photo", press_type="short")
TAKE = {"success": True, "action": "take_photo", "requestId": "r-1", "saveToGallery": True}
HANG_UP, HANG = "hang up", "hang"


def answer(body: object, status: str = "200 OK") -> bytes:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(text)}\r\n\r\n".encode() + text


class Cut(bytes):
    """An answer that breaks off here."""


class Cloud:
    """Does with each request what the script says next; the last line stands for all that follow."""

    def __init__(self) -> None:
        self.script: list[bytes | str] = [answer(TAKE)]
        self.requests: list[tuple[str, dict[str, object]]] = []
        self.connections = 0
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = int(head.lower().split("content-length: ")[1].split("\r\n")[0])
                self.requests.append((head, json.loads(await reader.readexactly(length))))
                step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
                if isinstance(step, str):
                    if step == HANG:
                        await reader.read()
                    return
                writer.write(step)
                if isinstance(step, Cut):
                    return
        except asyncio.IncompleteReadError:
            return
        finally:
            writer.close()


@pytest.fixture
async def cloud() -> AsyncIterator[Cloud]:
    found = Cloud()
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with asyncio.timeout(DEADLINE_S):
        yield found
    server.close()
    await server.wait_closed()


@pytest.fixture
async def poster(cloud: Cloud) -> AsyncIterator[PressPoster]:
    made = PressPoster(cloud.url)
    yield made
    await made.close()


async def test_a_press_is_posted_in_full_and_the_answer_understood(cloud: Cloud, poster: PressPoster) -> None:
    assert await poster.post(REPORT, TOKEN) == ButtonPressAnswer(success=True, action="take_photo", request_id="r-1")
    head, body = cloud.requests[0]
    assert head.startswith("POST /api/hardware/button-press HTTP/1.1\r\n")
    assert f"Authorization: Bearer {TOKEN}\r\n" in head
    assert body == {
        "buttonId": "photo",
        "pressType": "short",
        "deviceId": "dev",
        "pressId": "p-1",
        "timestamp": 0,
        "recording": False,
    }


async def test_one_connection_serves_many_presses(cloud: Cloud, poster: PressPoster) -> None:
    for _ in range(3):
        await poster.post(REPORT, TOKEN)
    assert cloud.connections == 1


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("401 Unauthorized", reasons.TOKEN_REJECTED),
        ("400 Bad Request", reasons.CLOUD_ERROR),
        ("403 Forbidden", reasons.CLOUD_ERROR),
        ("404 Not Found", reasons.CLOUD_ERROR),
        ("429 Too Many Requests", reasons.CLOUD_ERROR),
        ("500 Internal Server Error", reasons.CLOUD_ERROR),
        ("503 Service Unavailable", reasons.CLOUD_ERROR),
        ("302 Found", reasons.CLOUD_ERROR),
    ],
)
async def test_a_refusal_is_a_reason_and_is_not_tried_again(
    cloud: Cloud, poster: PressPoster, status: str, reason: str
) -> None:
    cloud.script = [answer(TAKE, status)]
    assert await poster.post(REPORT, TOKEN) == reason
    assert len(cloud.requests) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"{}",
        b'{"success": "yes"}',
        b'{"success": true, "action": 7}',
        b'{"success": true, "requestId": "\\ud800"}',
        b"\xff\xfe",
        b"[" * 10_000,
        b" " * (MOST_BYTES + 1),
    ],
)
async def test_an_answer_that_makes_no_sense_is_an_error_of_the_cloud(
    cloud: Cloud, poster: PressPoster, body: bytes
) -> None:
    cloud.script = [answer(body)]
    assert await poster.post(REPORT, TOKEN) == reasons.CLOUD_ERROR


async def test_an_answer_without_an_end_is_not_read_to_its_end(cloud: Cloud, poster: PressPoster) -> None:
    cloud.script = [b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n" + b"x" * (MOST_BYTES + 1), HANG]
    assert await poster.post(REPORT, TOKEN) == reasons.CLOUD_ERROR


async def test_a_lost_answer_is_asked_for_once_more_under_the_same_id(cloud: Cloud, poster: PressPoster) -> None:
    cloud.script = [HANG_UP, answer(TAKE)]
    assert isinstance(await poster.post(REPORT, TOKEN), ButtonPressAnswer)
    assert [body["pressId"] for _, body in cloud.requests] == ["p-1", "p-1"]


async def test_a_cloud_that_always_hangs_up_is_unreachable(cloud: Cloud, poster: PressPoster) -> None:
    cloud.script = [HANG_UP]
    assert await poster.post(REPORT, TOKEN) == reasons.CLOUD_UNREACHABLE
    assert len(cloud.requests) == 2


async def test_half_an_answer_is_asked_for_once_more(cloud: Cloud, poster: PressPoster) -> None:
    cloud.script = [Cut(answer(TAKE)[:-5]), answer(TAKE)]
    assert isinstance(await poster.post(REPORT, TOKEN), ButtonPressAnswer)


async def test_a_press_without_an_id_is_never_said_twice(cloud: Cloud, poster: PressPoster) -> None:
    cloud.script = [HANG_UP]
    assert await poster.post(NAMELESS, TOKEN) == reasons.CLOUD_UNREACHABLE
    assert len(cloud.requests) == 1


async def test_a_cloud_that_does_not_answer_is_not_waited_for_beyond_the_budget(cloud: Cloud) -> None:
    cloud.script = [HANG]
    poster = PressPoster(cloud.url, budget_s=0.05)
    assert await poster.post(REPORT, TOKEN) == reasons.CLOUD_UNREACHABLE
    assert len(cloud.requests) == 1
    await poster.close()


async def test_nobody_there_is_unreachable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        poster = PressPoster(f"http://127.0.0.1:{taken.getsockname()[1]}")
        assert await poster.post(REPORT, TOKEN) == reasons.CLOUD_UNREACHABLE
        await poster.close()


@pytest.mark.parametrize(
    ("token", "reason"),
    [("", reasons.NO_TOKEN), ("two words", reasons.TOKEN_REJECTED), ("a\r\nX: y", reasons.TOKEN_REJECTED)],
)
async def test_what_is_no_token_is_never_sent(cloud: Cloud, poster: PressPoster, token: str, reason: str) -> None:
    assert await poster.post(REPORT, token) == reason
    assert cloud.requests == []


async def test_no_proxy_stands_before_this_machine(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    poster = PressPoster(cloud.url)
    assert isinstance(await poster.post(REPORT, TOKEN), ButtonPressAnswer)
    await poster.close()


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(ValueError, match="the cloud's address"):
        PressPoster("cloud")
