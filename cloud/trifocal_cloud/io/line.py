"""One WebSocket connection: read at a bounded pace, written from a bounded queue, closed in one place."""

import asyncio
import json
from collections.abc import Awaitable, Callable

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from trifocal_cloud.limits import Bucket
from trifocal_shared.clock import Clock

QUEUE_LIMIT = 256
PER_SECOND, BURST = 50, 200

POLICY_VIOLATION = 1008
GOING_AWAY = 1001
TRY_AGAIN_LATER = 1013
REPLACED = 4001
"""Ours: a newer connection of the same user took over; there is no point in coming back at once."""


class Line:
    """What is said on it is queued; a peer that does not read until the queue is full is let go."""

    def __init__(self, socket: WebSocket, clock: Clock) -> None:
        self._socket = socket
        self._clock = clock
        self._bucket = Bucket(PER_SECOND, BURST)
        self._outgoing: asyncio.Queue[dict[str, object] | None] = asyncio.Queue(QUEUE_LIMIT)
        self._close = (1000, "")
        self._task: asyncio.Task[None] | None = None

    def send(self, message: dict[str, object]) -> None:
        """Queue a message."""
        try:
            self._outgoing.put_nowait(message)
        except asyncio.QueueFull:
            self.abort()

    def close(self, code: int, reason: str = "") -> None:
        """Close once everything queued is sent; reading stops now."""
        self._close = (code, reason)
        try:
            self._outgoing.put_nowait(None)
        except asyncio.QueueFull:
            self.abort()

    def abort(self) -> None:
        """Let go of the connection without a word."""
        if self._task is not None:
            self._task.cancel()

    async def serve(self, receive: Callable[[str], Awaitable[None]]) -> None:
        """Hand every text message to `receive`, in order, until the connection ends. Binary ones are audio: ignored."""
        writer = self._task = asyncio.create_task(self._write())
        reader = asyncio.create_task(self._read(receive))
        try:
            await asyncio.wait((writer, reader), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (writer, reader):
                task.cancel()
            results = await asyncio.gather(writer, reader, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception) and not isinstance(result, WebSocketDisconnect):
                raise result

    async def _read(self, receive: Callable[[str], Awaitable[None]]) -> None:
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text")
            if text is not None:
                await receive(text)
            # Whoever talks too fast is listened to more slowly: nothing is lost, and TCP tells them.
            wait_ms = self._bucket.taken(self._clock.now())
            if wait_ms:
                await asyncio.sleep(wait_ms / 1000)

    async def _write(self) -> None:
        while (message := await self._outgoing.get()) is not None:
            await self._put(self._socket.send_text(json.dumps(message, separators=(",", ":"))))
        if self._socket.application_state is WebSocketState.CONNECTED:
            await self._put(self._socket.close(*self._close))

    async def _put(self, sending: Awaitable[None]) -> None:
        """The server may have closed already, over what the peer did, before anybody was told: then nobody listens."""
        try:
            await sending
        except RuntimeError as error:
            raise WebSocketDisconnect(1006) from error
