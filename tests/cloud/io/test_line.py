"""A line: everything in order, bounded both ways, closed in one place."""

import asyncio
import json
from typing import Any

import pytest
from starlette.websockets import WebSocket

from trifocal_cloud.io.line import BURST, PER_SECOND, QUEUE_LIMIT, Line
from trifocal_shared.clock import Clock


class Peer:
    """The other end, as ASGI sees it; `stuck` no longer reads."""

    def __init__(self) -> None:
        self.said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.heard: list[dict[str, Any]] = []
        self.stuck = asyncio.Event()
        self.stuck.set()

    async def receive(self) -> dict[str, Any]:
        return await self.said.get()

    async def send(self, message: dict[str, Any]) -> None:
        await self.stuck.wait()
        self.heard.append(message)
        if message["type"] == "websocket.close":
            self.said.put_nowait({"type": "websocket.disconnect", "code": message["code"]})


async def lined(peer: Peer) -> Line:
    peer.said.put_nowait({"type": "websocket.connect"})
    socket = WebSocket({"type": "websocket", "headers": [], "path": "/"}, peer.receive, peer.send)  # type: ignore[arg-type]
    await socket.accept()
    return Line(socket, Clock())


async def nothing(text: str) -> None:
    pass


async def test_what_is_said_is_heard_in_order_and_audio_is_not() -> None:
    peer, texts = Peer(), list[str]()
    line = await lined(peer)
    for text in ("a", "b"):
        peer.said.put_nowait({"type": "websocket.receive", "text": text})
        peer.said.put_nowait({"type": "websocket.receive", "bytes": b"audio"})
    peer.said.put_nowait({"type": "websocket.disconnect", "code": 1000})

    async def note(text: str) -> None:
        texts.append(text)

    await line.serve(note)
    assert texts == ["a", "b"]


async def test_a_server_that_has_closed_already_ends_the_line_quietly() -> None:
    class Closed(Peer):
        async def send(self, message: dict[str, Any]) -> None:
            if message["type"] != "websocket.accept":
                raise RuntimeError("Unexpected ASGI message 'websocket.send', after sending 'websocket.close'.")

    line = await lined(Closed())
    line.send({"type": "ack"})
    await line.serve(nothing)


async def test_everything_queued_is_sent_before_the_close() -> None:
    peer = Peer()
    line = await lined(peer)
    line.send({"n": 1})
    line.send({"n": 2})
    line.close(4001, "replaced")
    line.send({"n": 3})
    await line.serve(nothing)
    sent = [json.loads(message["text"])["n"] for message in peer.heard if message["type"] == "websocket.send"]
    assert sent == [1, 2]
    assert (peer.heard[-1]["code"], peer.heard[-1]["reason"]) == (4001, "replaced")


async def test_a_peer_that_does_not_read_is_let_go() -> None:
    peer = Peer()
    line = await lined(peer)
    peer.stuck.clear()
    serving = asyncio.create_task(line.serve(nothing))
    await asyncio.sleep(0)
    for number in range(QUEUE_LIMIT + 2):
        line.send({"n": number})
    async with asyncio.timeout(5):
        await serving
    assert len(peer.heard) == 1


async def test_a_full_line_can_be_closed() -> None:
    peer = Peer()
    line = await lined(peer)
    peer.stuck.clear()
    serving = asyncio.create_task(line.serve(nothing))
    await asyncio.sleep(0)
    for number in range(QUEUE_LIMIT):
        line.send({"n": number})
    line.close(4001)
    line.close(4001)
    async with asyncio.timeout(5):
        await serving


async def test_whoever_talks_too_fast_is_listened_to_more_slowly() -> None:
    peer, count = Peer(), 0
    line = await lined(peer)
    loop = asyncio.get_running_loop()
    extra = 5
    for _ in range(BURST + extra):
        peer.said.put_nowait({"type": "websocket.receive", "text": "x"})
    peer.said.put_nowait({"type": "websocket.disconnect", "code": 1000})

    async def note(text: str) -> None:
        nonlocal count
        count += 1

    began = loop.time()
    await line.serve(note)
    assert count == BURST + extra
    assert loop.time() - began >= (extra - 1) / PER_SECOND


async def test_a_bug_in_whoever_listens_surfaces() -> None:
    peer = Peer()
    line = await lined(peer)
    peer.said.put_nowait({"type": "websocket.receive", "text": "x"})

    async def bug(text: str) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await line.serve(bug)
