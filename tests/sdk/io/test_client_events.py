"""A script hears what happens, also after its socket broke."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from websockets.asyncio.server import ServerConnection, serve

from trifocal_sdk import CloudError
from trifocal_sdk.io import client_events
from trifocal_sdk.io.client_events import ClientEvents

STATUS = {"type": "data_stream", "streamType": "rtmp_stream_status", "data": {"status": "active"}}


class Sockets:
    """The sockets that a cloud has given, what each of them says, and how it ends."""

    def __init__(self) -> None:
        self.url = ""
        self.scripts: list[tuple[list[Any], int]] = []
        self.opened = 0

    def ticket(self) -> httpx.Response:
        """An answer that gives one."""
        return httpx.Response(200, json={"subscriptionId": "s1", "websocketUrl": self.url})

    async def handle(self, connection: ServerConnection) -> None:
        self.opened += 1
        says, code = self.scripts.pop(0) if self.scripts else ([], 0)
        for one in says:
            await connection.send(one if isinstance(one, str | bytes) else json.dumps(one))
        if code:
            await connection.close(code)
        else:
            await connection.wait_closed()


@pytest.fixture
async def sockets(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Sockets]:
    """A cloud's sockets; tries follow each other quickly."""
    monkeypatch.setattr(client_events, "BASE_MS", 1)
    made = Sockets()
    async with serve(made.handle, "127.0.0.1", 0) as server:
        made.url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/app-events?ticket=t"
        yield made


class Ears:
    """What was heard."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Any]] = []
        self.news = asyncio.Event()

    def __call__(self, stream: str, data: Any) -> None:
        self.heard.append((stream, dict(data)))
        self.news.set()

    async def count(self, number: int) -> None:
        """Wait until so much was heard."""
        async with asyncio.timeout(5):
            while len(self.heard) < number:
                self.news.clear()
                await self.news.wait()


async def test_what_happens_is_heard_until_it_is_ended(sockets: Sockets, asked: Any) -> None:
    asked.answers = [sockets.ticket()]
    sockets.scripts = [([STATUS, STATUS], 0)]
    events, ears = ClientEvents(asked.rest(), "ann@example.com"), Ears()
    stop = await events.subscribe(("rtmp_stream_status",), ears)
    await ears.count(2)
    assert ears.heard[0] == ("rtmp_stream_status", {"status": "active"})
    assert json.loads(asked.requests[0].content) == {
        "streams": ["rtmp_stream_status"],
        "userId": "ann@example.com",
    }
    stop()
    await events.close()


async def test_rubbish_is_passed_over(sockets: Sockets, asked: Any) -> None:
    asked.answers = [sockets.ticket()]
    sockets.scripts = [(["{", b"sound", "[]", "{}", '{"streamType":7}', {"streamType": "VAD", "data": 7}, STATUS], 0)]
    events, ears = ClientEvents(asked.rest(), ""), Ears()
    await events.subscribe(("rtmp_stream_status",), ears)
    await ears.count(2)
    assert ears.heard == [("VAD", {}), ("rtmp_stream_status", {"status": "active"})]
    await events.close()


async def test_a_socket_that_breaks_is_opened_anew_with_another_ticket(sockets: Sockets, asked: Any) -> None:
    asked.answers = [sockets.ticket(), httpx.Response(503), sockets.ticket(), sockets.ticket()]
    sockets.scripts = [([STATUS], 1012), ([STATUS], 1011), ([STATUS], 0)]
    events, ears = ClientEvents(asked.rest(), ""), Ears()
    await events.subscribe(("rtmp_stream_status",), ears)
    await ears.count(3)
    assert (len(asked.requests), sockets.opened) == (4, 3)
    await events.close()


@pytest.mark.parametrize("again", [httpx.Response(401, json={"error": "app_key_wrong"}), None])
async def test_it_ends_when_the_cloud_ends_it(sockets: Sockets, asked: Any, again: httpx.Response | None) -> None:
    asked.answers = [sockets.ticket(), *([again] if again else [])]
    sockets.scripts = [([], 1012 if again else 1000)]
    events = ClientEvents(asked.rest(), "")
    await events.subscribe(("rtmp_stream_status",), Ears())
    (task,) = events._tasks
    await asyncio.wait_for(task, 5)
    assert len(asked.requests) == (2 if again else 1)


async def test_a_refusal_at_the_beginning_is_raised(asked: Any) -> None:
    asked.answers = [httpx.Response(403, json={"error": "permission_denied", "message": "declare MICROPHONE"})]
    with pytest.raises(CloudError, match="declare MICROPHONE"):
        await ClientEvents(asked.rest(), "").subscribe(("VAD",), Ears())
