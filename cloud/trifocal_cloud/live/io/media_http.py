"""Media over HTTP: a protocol of its own, since a framework's cost for each request is many times that of the bytes.

Uvicorn's protocol reads each request's first bytes; one for `/live/` is handed here with its connection, and comes
back with the first request for anything else, for browsers use one connection for both. Whoever waits for something
that is not there yet costs a place in a list, no task.
"""

import asyncio
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Protocol, cast

from trifocal_cloud.live.io.stills import Stills
from trifocal_cloud.live.io.webrtc import WebRtc
from trifocal_cloud.live.requests import (
    FETCHING,
    MOST_BODY_BYTES,
    MOST_HEAD_BYTES,
    BadRequestError,
    Request,
    RequestReader,
)
from trifocal_cloud.live.viewing import FORBIDDEN, LATE, NOT_FOUND, PREFIX, WAIT_MS, Answer, Viewing
from trifocal_shared import reasons
from trifocal_shared.clock import Clock

MOST_PIPELINED_BYTES = MOST_HEAD_BYTES + MOST_BODY_BYTES
"""Of requests that wait for the answer to one before them, or for the viewer to fetch it."""
IDLE_MS = 30_000
"""After so long without a whole request, or without taking what it was answered, a viewer is let go."""
STILL = "/still.jpg"
MARK = b" " + PREFIX.encode()
"""What stands after the method in a request that belongs here."""

HandBack = Callable[[asyncio.Transport, bytes], None]
Lost = Callable[[Exception | None], None]


class Waiting:
    """Who waits for what, on which stream."""

    def __init__(self) -> None:
        self.connections: set[MediaHttp] = set()
        """All, whether they wait or not."""
        self._by_stream: dict[str, list[MediaHttp]] = {}

    def add(self, stream: str, viewer: "MediaHttp") -> None:
        """This connection waits for more of this stream."""
        self._by_stream.setdefault(stream, []).append(viewer)

    def tell(self, stream: str) -> None:
        """There is more of this stream, or it has ended."""
        for viewer in self._by_stream.pop(stream, ()):
            viewer.again()

    def sweep(self, now: int) -> None:
        """Time has passed: whoever has waited for too long is told so, and whoever says nothing is let go."""
        for viewer in list(self.connections):
            viewer.timeout(now)
        for stream, viewers in list(self._by_stream.items()):
            self._by_stream[stream] = [viewer for viewer in viewers if not viewer.overdue(now)]
            if not self._by_stream[stream]:
                del self._by_stream[stream]


class Media(Protocol):
    """What is fetched from."""

    viewing: Viewing
    waiting: Waiting
    webrtc: WebRtc
    stills: Stills
    clock: Clock


class MediaHttp(asyncio.Protocol):
    """One viewer's connection."""

    def __init__(self, media: Media, hand_back: HandBack, lost: Lost) -> None:
        """`lost` is told when the connection ends here, for its lender does not hear of it."""
        self._viewing = media.viewing
        self._waiting = media.waiting
        self._webrtc = media.webrtc
        self._stills = media.stills
        self._clock = media.clock
        self._hand_back = hand_back
        self._lost = lost
        self._transport: asyncio.Transport | None = None
        self._reader = RequestReader()
        self._request: Request | None = None
        self._asked_at = 0
        self._moved_at = self._clock.now()
        """When a request was last whole, or all of an answer taken."""
        self._paused = False
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is handed over."""
        self._transport = cast("asyncio.Transport", transport)
        self._waiting.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        self._transport = None
        self._request = None
        self._waiting.connections.discard(self)
        self._lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes of requests came."""
        try:
            self._reader.receive(data)
        except BadRequestError as error:
            self._refuse(error.status)
            return
        self._serve()
        if len(self._reader.rest) > MOST_PIPELINED_BYTES:
            self._refuse(400)

    def pause_writing(self) -> None:
        """What was answered is not fetched fast enough: nothing more is answered until it is."""
        self._paused = True

    def resume_writing(self) -> None:
        """It is."""
        self._paused = False
        self._moved_at = self._clock.now()
        self._serve()

    def timeout(self, now: int) -> None:
        """Time has passed."""
        if self._transport is not None and self._request is None and now - self._moved_at >= IDLE_MS:
            self._transport.abort()

    def again(self) -> None:
        """What this viewer waits for may be there now."""
        if self._request is not None and self._answer(self._request, late=False):
            self._serve()

    def overdue(self, now: int) -> bool:
        """Whether it waits no longer: for it was answered, is gone, or has waited too long and is told so."""
        if self._request is None:
            return True
        if now - self._asked_at < WAIT_MS:
            return False
        self._answer(self._request, late=True)
        self._serve()
        return True

    def _serve(self) -> None:
        """Answer what can be answered, in order."""
        try:
            while self._transport is not None and self._request is None and not self._paused:
                if self._foreign():
                    return
                request = self._reader.next()
                if request is None:
                    return
                self._asked_at = self._moved_at = self._clock.now()
                if request.method not in FETCHING or _slow(request):
                    self._request = request
                    self._task = asyncio.create_task(self._signal(request))
                elif not self._answer(request, late=False):
                    self._request = request
                    self._waiting.add(self._viewing.stream(request.target), self)
        except BadRequestError as error:
            self._refuse(error.status)

    def _foreign(self) -> bool:
        """Give the connection back when the next request is for somebody else."""
        rest = self._reader.rest
        if not rest or MARK in rest[:16] or len(rest) < 16:
            return False
        transport, self._transport = self._transport, None
        assert transport is not None
        self._waiting.connections.discard(self)
        self._hand_back(transport, rest)
        return True

    async def _signal(self, request: Request) -> None:
        """Answer a request that takes its time: about a session of WebRTC, or for a picture that has to be decoded."""
        fetching = request.method in FETCHING
        answer = await (self._still(request.target) if fetching else self._webrtc.answer(request))
        if self._request is request:
            self._say(request, answer)
            self._serve()

    async def _still(self, target: str) -> Answer:
        pieces = target.split("/")
        if len(pieces) != 5:
            return NOT_FOUND
        token, name = pieces[2:4]
        stream = self._webrtc.streams.play(name, token)
        if isinstance(stream, str):
            return FORBIDDEN if stream == reasons.AUTH_REJECTED else NOT_FOUND
        still = await self._stills.of(stream)
        return Answer(200, "image/jpeg", body=(still,)) if still else NOT_FOUND

    def _answer(self, request: Request, late: bool) -> bool:
        """Answer a request, if that can be done by now."""
        if self._transport is None:
            return True
        if request.method == "OPTIONS":
            found: Answer | None = Answer(204)
        else:
            found = self._viewing.answer(request.target, self._clock.epoch_ms(), late)
        if found is None:
            if not late:
                if request is self._request:
                    self._waiting.add(self._viewing.stream(request.target), self)
                return False
            found = LATE
        self._say(request, found)
        return True

    def _say(self, request: Request, answer: Answer) -> None:
        self._request = None
        self._moved_at = self._clock.now()
        transport = self._transport
        if transport is None:
            return
        body: Sequence[bytes] = () if request.method == "HEAD" else answer.body
        transport.writelines([_head(answer, request.keep), *body])
        if not request.keep:
            transport.close()
            self._transport = None

    def _refuse(self, status: int) -> None:
        if self._transport is not None:
            self._transport.write(_head(Answer(status), False))
            self._transport.close()
            self._transport = None


def _slow(request: Request) -> bool:
    return request.method != "OPTIONS" and request.target.endswith(STILL)


_PREFLIGHT = (
    "Access-Control-Allow-Methods: GET, HEAD, POST, PATCH, DELETE",
    "Access-Control-Allow-Headers: Content-Type, Authorization, Range",
    "Access-Control-Max-Age: 600",
    "Accept-Post: application/sdp",
)
"""Pages elsewhere may ask too."""
HTML = "text/html; charset=utf-8"
_PAGE = (
    "Content-Security-Policy: default-src 'none'; base-uri 'none'; connect-src 'self'; media-src 'self' blob:; "
    "script-src 'self'; style-src 'self'",
)
_HEADS: dict[tuple[int, str, str, bool], bytes] = {}


def _head(answer: Answer, keep: bool) -> bytes:
    known = (answer.status, answer.kind, answer.keep, keep)
    head = _HEADS.get(known)
    if head is None:
        lines = [
            f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}",
            f"Content-Type: {answer.kind}",
            f"Cache-Control: {answer.keep}",
            "Access-Control-Allow-Origin: *",
            "Cross-Origin-Resource-Policy: cross-origin",
            "X-Content-Type-Options: nosniff",
            "Referrer-Policy: no-referrer",
            f"Connection: {'keep-alive' if keep else 'close'}",
            *(_PAGE if answer.kind == HTML else ()),
            *(_PREFLIGHT if answer.status == HTTPStatus.NO_CONTENT else ()),
            "",
        ]
        head = _HEADS[known] = "\r\n".join(lines).encode()
    if answer.place:
        head += f"Location: {answer.place}\r\nAccess-Control-Expose-Headers: Location\r\n".encode()
    return head + b"Content-Length: %d\r\n\r\n" % sum(map(len, answer.body))
