"""WebRTC over HTTP: who watches a stream by WHEP (draft-ietf-wish-whep, the other way round than RFC 9725).

    POST   /live/TOKEN/STREAM/whep       an offer; 201 with the answer, and where the session is
    PATCH  /live/TOKEN/STREAM/whep/ID    more candidates: taken note of, for none is needed (see `offer`)
    DELETE /live/TOKEN/STREAM/whep/ID    the end of it

A session ends as well when its token expires, when the stream does, and when its peer is not heard of any more. What
it takes of libraries is loaded when the first one may come (`prepare`): a cloud without such viewers does without.
"""

import asyncio
import secrets
from typing import TYPE_CHECKING, Protocol

import structlog

from trifocal_cloud.live.io.rtmp_server import RtmpDoor
from trifocal_cloud.live.requests import Request
from trifocal_cloud.live.stream import LiveStream
from trifocal_cloud.live.viewing import BAD, FORBIDDEN, NOT_FOUND, Answer
from trifocal_shared import reasons
from trifocal_shared.clock import Clock
from trifocal_shared.message import ProtocolError

if TYPE_CHECKING:
    from aiortc import RTCCertificate

    from trifocal_cloud.live.io.viewer import Viewer

MOST_VIEWERS = 256
"""Of all streams together."""
MOST_OF_STREAM = 64
SDP, TRICKLE = "application/sdp", "application/trickle-ice-sdpfrag"
WHEP = "whep"

UNKNOWN_TYPE = Answer(415, body=(b"an offer is application/sdp\n",))
FULL = Answer(503, body=(b"too many are watching\n",))
NO_RESTART = Answer(422, body=(b"begin again with another offer\n",))

log = structlog.get_logger("trifocal.webrtc")


class Streams(Protocol):
    """What is asked of the owner of all streams."""

    clock: Clock
    door: RtmpDoor

    def play(self, name: str, key: str) -> LiveStream | str:
        """The stream that may be watched with this key, or the reason why none."""

    def watched_until(self, name: str, key: str) -> int:
        """When (epoch ms) it ceases to be."""


class WebRtc:
    """All sessions."""

    def __init__(self, streams: Streams) -> None:
        self.viewers: dict[str, Viewer] = {}
        self.streams = streams
        self._certificate: asyncio.Task[RTCCertificate] | None = None
        self._ending: set[asyncio.Task[None]] = set()

    def prepare(self) -> asyncio.Task["RTCCertificate"]:
        """Somebody may want to watch soon: load what is needed, which takes a third of a second."""
        if self._certificate is None:
            self._certificate = asyncio.create_task(asyncio.to_thread(_prepared))
        return self._certificate

    async def answer(self, request: Request) -> Answer:
        """What such a request is answered with."""
        _, _, token, name, what, *rest = [*request.target.partition("?")[0].split("/"), "", "", ""][:6]
        session = rest[0]
        if what != WHEP:
            return NOT_FOUND
        stream = self.streams.play(name, token)
        if isinstance(stream, str):
            return FORBIDDEN if stream == reasons.AUTH_REJECTED else NOT_FOUND
        if request.method == "POST" and not session:
            return await self._watch(stream, token, request)
        viewer = self.viewers.get(session)
        if viewer is None or viewer.stream is not stream:
            return NOT_FOUND
        if request.method == "DELETE":
            self.end(viewer)
            return Answer(200)
        return self._trickled(viewer, request)

    def send(self, stream: LiveStream) -> None:
        """Something came: pass it on."""
        for viewer in self.viewers.values():
            if viewer.stream is stream:
                viewer.pass_on()

    def release(self, stream: LiveStream) -> None:
        """The stream is over."""
        for viewer in list(self.viewers.values()):
            if viewer.stream is stream:
                self.end(viewer)

    def sweep(self, now: int, epoch_ms: int) -> None:
        """Time has passed."""
        for viewer in list(self.viewers.values()):
            viewer.timeout(now)
            if viewer.over or epoch_ms >= viewer.until:
                self.end(viewer)

    def end(self, viewer: "Viewer") -> None:
        """Hang up."""
        if self.viewers.pop(viewer.session, None) is not None:
            viewer.leave()
            task = asyncio.create_task(viewer.closed())
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)
            log.info("a viewer is gone", stream=viewer.stream.name)

    async def close(self) -> None:
        """The cloud ends."""
        for viewer in list(self.viewers.values()):
            self.end(viewer)
        if self._ending:
            await asyncio.wait(self._ending)

    async def _watch(self, stream: LiveStream, token: str, request: Request) -> Answer:
        if request.kind != SDP:
            return UNKNOWN_TYPE
        if len(self.viewers) >= MOST_VIEWERS or len(self._of(stream)) >= MOST_OF_STREAM:
            return FULL
        certificate = await self.prepare()
        from trifocal_cloud.live.io.viewer import Viewer

        until = self.streams.watched_until(stream.name, token)
        viewer = Viewer(secrets.token_urlsafe(16), stream, until, self.streams.clock)
        self.viewers[viewer.session] = viewer
        try:
            answered = await viewer.answer(certificate, request.body.decode("utf-8", "replace"))
        except ProtocolError as error:
            self.end(viewer)
            log.info("an offer is not taken", stream=stream.name, detail=str(error))
            return Answer(BAD.status, body=(f"{error}\n".encode(),))
        viewer.connected = lambda: self._connected(viewer)
        place = f"{request.target.partition('?')[0]}/{viewer.session}"
        return Answer(201, SDP, body=(answered.encode(),), place=place)

    def _connected(self, viewer: "Viewer") -> None:
        log.info("a viewer is there", stream=viewer.stream.name)
        self.streams.door.hurry(viewer.stream)

    def _of(self, stream: LiveStream) -> list["Viewer"]:
        return [viewer for viewer in self.viewers.values() if viewer.stream is stream]

    def _trickled(self, viewer: "Viewer", request: Request) -> Answer:
        if request.method != "PATCH":
            return Answer(405)
        if request.kind != TRICKLE:
            return UNKNOWN_TYPE
        lines = request.body.decode("utf-8", "replace").splitlines()
        users = {line.removeprefix("a=ice-ufrag:") for line in lines if line.startswith("a=ice-ufrag:")}
        return Answer(204) if users <= {viewer.user} else NO_RESTART


def _prepared() -> "RTCCertificate":
    """The libraries loaded, and our certificate."""
    from aiortc import RTCCertificate

    import trifocal_cloud.live.io.viewer  # noqa: F401

    return RTCCertificate.generateCertificate()
