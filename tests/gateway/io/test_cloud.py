"""The WebSocket, against a server on loopback."""

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from http import HTTPStatus

import pytest
from websockets.asyncio.server import Request, Response, Server, ServerConnection, serve

from trifocal_gateway.errors import LinkDown, TokenRejected
from trifocal_gateway.io.cloud import MOST_BYTES, MOST_UNSENT, CloudLink, Displaced
from trifocal_shared.cloud_messages import ConnectionAck, GlassesBatteryUpdate, PhotoRequest
from trifocal_shared.message import Message
from trifocal_shared.messages import PhotoStatus

DEADLINE_S = 5
TOKEN = "a-very-secret-token"
ACK = {"type": "connection_ack", "sessionId": "s", "userSession": {}}
REQUEST = {"type": "photo_request", "requestId": "r-1", "appId": "app"}

Script = Callable[[ServerConnection], Awaitable[None]]


class Cloud:
    """A server that follows a script; `answer` refuses the upgrade with this status."""

    def __init__(self) -> None:
        self.script: Script = self.listen
        self.answer: HTTPStatus | None = None
        self.speak = asyncio.Event()
        self.speak.set()
        self.requests: list[Request] = []
        self.heard: asyncio.Queue[str | bytes] = asyncio.Queue()
        self.url = ""

    async def listen(self, connection: ServerConnection) -> None:
        async for text in connection:
            self.heard.put_nowait(text)

    async def admit(self, connection: ServerConnection, request: Request) -> Response | None:
        self.requests.append(request)
        await self.speak.wait()
        return connection.respond(self.answer, "no") if self.answer else None


@pytest.fixture
async def cloud() -> AsyncIterator[Cloud]:
    found = Cloud()

    async def follow(connection: ServerConnection) -> None:
        await found.script(connection)

    async with serve(follow, "127.0.0.1", 0, process_request=found.admit) as server:
        found.url = f"http://127.0.0.1:{port(server)}"
        async with asyncio.timeout(DEADLINE_S):
            yield found


def port(server: Server) -> int:
    return int(next(iter(server.sockets)).getsockname()[1])


def saying(*messages: object, code: int = 1000) -> Script:
    """A script that says these and closes."""

    async def script(connection: ServerConnection) -> None:
        for message in messages:
            await connection.send(message if isinstance(message, (str, bytes)) else json.dumps(message))
        await connection.close(code)

    return script


async def heard(cloud: Cloud) -> tuple[CloudLink, list[Message], Exception]:
    """Connect and listen to the end: the link, what was said, and how it ended."""
    link = await CloudLink.open(cloud.url, TOKEN)
    said: list[Message] = []
    with pytest.raises((LinkDown, TokenRejected)) as end:
        await link.run(said.append)
    return link, said, end.value


async def test_who_speaks_is_said_in_the_header(cloud: Cloud) -> None:
    link = await CloudLink.open(cloud.url, TOKEN)
    await link.close()
    assert cloud.requests[0].path == "/glasses-ws"
    assert cloud.requests[0].headers["Authorization"] == "Bearer " + TOKEN


async def test_messages_pass_both_ways_in_order(cloud: Cloud) -> None:
    said: asyncio.Queue[Message] = asyncio.Queue()

    async def script(connection: ServerConnection) -> None:
        await connection.send(json.dumps(ACK))
        await connection.send(json.dumps(REQUEST))
        await cloud.listen(connection)

    cloud.script = script
    link = await CloudLink.open(cloud.url, TOKEN)
    link.send(GlassesBatteryUpdate(level=1))
    running = asyncio.create_task(link.run(said.put_nowait))
    assert isinstance(await said.get(), ConnectionAck)
    assert await said.get() == PhotoRequest(request_id="r-1", app_id="app")
    link.send(PhotoStatus(request_id="r-1", status="captured"))
    assert [json.loads(await cloud.heard.get())["type"] for _ in range(2)] == [
        "glasses_battery_update",
        "photo_status",
    ]
    await link.close()
    await running
    link.send(GlassesBatteryUpdate(level=2))
    assert cloud.heard.empty()


async def test_what_is_not_understood_is_counted_and_harms_nobody(cloud: Cloud) -> None:
    cloud.script = saying(
        "{",
        "[]",
        '"x"',
        "{}",
        '{"type":7}',
        '{"type":"photo_request"}',
        '{"type":"photo_request","requestId":7,"appId":"a"}',
        "[" * 1_000 + "]" * 1_000,
        '{"type":"display_event"}',
        b"\x00\x01",
        REQUEST,
    )
    link, said, _ = await heard(cloud)
    assert said == [PhotoRequest(request_id="r-1", app_id="app")]
    assert link.counts == {"malformed": 8, "unknown": 1, "binary": 1}


async def test_a_message_that_is_too_large_ends_the_connection(cloud: Cloud) -> None:
    cloud.script = saying("x" * (MOST_BYTES + 1), REQUEST)
    _, said, end = await heard(cloud)
    assert said == []
    assert type(end) is LinkDown


@pytest.mark.parametrize("code", [1000, 1001, 1011, 1013])
async def test_a_cloud_that_closes_is_a_link_that_is_down(cloud: Cloud, code: int) -> None:
    cloud.script = saying(ACK, code=code)
    _, said, end = await heard(cloud)
    assert len(said) == 1
    assert type(end) is LinkDown
    assert str(code) in str(end)


async def test_a_connection_that_breaks_is_a_link_that_is_down(cloud: Cloud) -> None:
    async def script(connection: ServerConnection) -> None:
        connection.transport.abort()

    cloud.script = script
    _, _, end = await heard(cloud)
    assert type(end) is LinkDown


async def test_a_newer_connection_displaces_an_older_one(cloud: Cloud) -> None:
    cloud.script = saying(code=4001)
    _, _, end = await heard(cloud)
    assert isinstance(end, Displaced)


@pytest.mark.parametrize(("code", "kind"), [("INVALID_TOKEN", TokenRejected), ("SESSION_ERROR", LinkDown)])
async def test_a_token_can_expire_under_way(cloud: Cloud, code: str, kind: type[Exception]) -> None:
    cloud.script = saying({"type": "connection_error", "message": "no", "code": code}, code=1008)
    _, said, end = await heard(cloud)
    assert type(end) is kind
    assert len(said) == 1


@pytest.mark.parametrize(
    ("status", "kind"),
    [(HTTPStatus.UNAUTHORIZED, TokenRejected), (HTTPStatus.FORBIDDEN, LinkDown), (HTTPStatus.BAD_GATEWAY, LinkDown)],
)
async def test_a_refused_upgrade_says_what_is_wrong(cloud: Cloud, status: HTTPStatus, kind: type[Exception]) -> None:
    cloud.answer = status
    with pytest.raises(kind) as refusal:
        await CloudLink.open(cloud.url, TOKEN)
    assert TOKEN not in str(refusal.value)


@pytest.mark.parametrize("token", ["", "two words", "a\r\nX-Evil: b", "\u00fc"])
async def test_what_is_no_token_is_never_sent(cloud: Cloud, token: str) -> None:
    with pytest.raises(TokenRejected):
        await CloudLink.open(cloud.url, token)
    assert cloud.requests == []


async def test_a_cloud_that_does_not_answer_is_not_waited_for(cloud: Cloud) -> None:
    cloud.speak.clear()
    with pytest.raises(LinkDown, match="in time"):
        await CloudLink.open(cloud.url, TOKEN, timeout_s=0.05)
    cloud.speak.set()


async def test_nobody_there_is_a_link_that_is_down() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(LinkDown, match="cannot be reached"):
            await CloudLink.open(f"http://127.0.0.1:{taken.getsockname()[1]}", TOKEN)


async def test_a_peer_that_speaks_something_else_is_a_link_that_is_down() -> None:
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"\x00\xff##$$\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(babble, "127.0.0.1", 0) as server:
        with pytest.raises(LinkDown):
            await CloudLink.open(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", TOKEN)


async def test_a_cloud_that_reads_too_slowly_is_let_go(cloud: Cloud) -> None:
    link = await CloudLink.open(cloud.url, TOKEN)
    for level in range(MOST_UNSENT + 1):
        link.send(GlassesBatteryUpdate(level=level))
    with pytest.raises(LinkDown):
        await link.run(lambda message: None)


async def test_the_token_is_never_logged(cloud: Cloud, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "trifocal_gateway")
    caplog.set_level(logging.DEBUG, "websockets.client")
    cloud.script = saying(ACK)
    await heard(cloud)
    assert TOKEN not in caplog.text


async def test_no_proxy_stands_before_this_machine(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "ws_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    link = await CloudLink.open(cloud.url, TOKEN)
    await link.close()


async def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(ValueError, match="the cloud's address"):
        await CloudLink.open("cloud", TOKEN)
