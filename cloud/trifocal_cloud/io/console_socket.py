"""`/console-ws`: events as they happen, the same objects that `GET /api/events` gives."""

import asyncio
import json

from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect

from trifocal_cloud.io.feed import Feed
from trifocal_cloud.io.line import GOING_AWAY, TRY_AGAIN_LATER
from trifocal_cloud.io.refusals import RefusedError
from trifocal_cloud.io.sockets import admitted

router = APIRouter()


@router.websocket("/console-ws")
async def console_socket(socket: WebSocket) -> None:
    """Begins with what happened after `?after=N` where that is given, else with the next event."""
    found = await admitted(socket)
    if found is None:
        return
    cloud, speaker = found
    teller = asyncio.create_task(_tell(socket, cloud.feed, speaker.user, _after(socket)))
    listener = asyncio.create_task(_listen(socket))
    try:
        await asyncio.wait((teller, listener), return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (teller, listener):
            task.cancel()
        results = await asyncio.gather(teller, listener, return_exceptions=True)
    for result in results:
        if isinstance(result, RefusedError):
            await socket.close(TRY_AGAIN_LATER, result.message)
        elif isinstance(result, Exception) and not isinstance(result, WebSocketDisconnect):
            raise result


async def _tell(socket: WebSocket, feed: Feed, user: str, after: int | None) -> None:
    """Reads from the ring at the page's own pace: a slow page misses the oldest events, and holds up nobody."""
    ring = feed.ring(user)
    seen = ring.last_id if after is None else after
    with feed.listening(user) as bell:
        while not feed.closed:
            for event in ring.after(seen):
                await socket.send_text(json.dumps(event, separators=(",", ":")))
                seen = int(str(event["id"]))
            if ring.last_id <= seen:
                bell.clear()
                await bell.wait()
    await socket.close(GOING_AWAY)


async def _listen(socket: WebSocket) -> None:
    """The page has nothing to say; this notices that it is gone."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


def _after(socket: WebSocket) -> int | None:
    text = socket.query_params.get("after", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 16 else None
