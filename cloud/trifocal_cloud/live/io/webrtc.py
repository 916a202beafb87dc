"""WebRTC over HTTP: who watches a stream by WHEP (draft-ietf-wish-whep), and who publishes one by WHIP (RFC 9725).

    POST   /live/TOKEN/STREAM/whep       an offer; 201 with the answer, and where the session is
    PATCH  /live/TOKEN/STREAM/whep/ID    more candidates: taken note of, for none is needed (see `offer`)
    DELETE /live/TOKEN/STREAM/whep/ID    the end of it
    …      /live/KEY/STREAM/whip…        the same for publishing

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
from trifocal_cloud.tokens import PUBLISH, WATCH
from trifocal_shared import reasons
from trifocal_shared.clock import Clock
from trifocal_shared.message import ProtocolError

if TYPE_CHECKING:
    from aiortc import RTCCertificate

    from trifocal_cloud.live.io.caster import Caster
    from trifocal_cloud.live.io.viewer import Viewer

    Session = Viewer | Caster

MOST_SESSIONS = 256
"""Of all streams together."""
MOST_OF_STREAM = 64
SDP, TRICKLE = "application/sdp", "application/trickle-ice-sdpfrag"
WHEP, WHIP = "whep", "whip"

UNKNOWN_TYPE = Answer(415, body=(b"an offer is application/sdp\n",))
FULL = Answer(503, body=(b"too many are here\n",))
NO_RESTART = Answer(422, body=(b"begin again with another offer\n",))

log = structlog.get_logger("trifocal.webrtc")


class Streams(Protocol):
    """What is asked of the owner of all streams."""

    clock: Clock
    door: RtmpDoor

    def play(self, name: str, key: str) -> LiveStream | str:
        """The stream that may be watched with this key, or the reason why none."""

    def publish(self, name: str, key: str) -> LiveStream | str:
        """The same for publishing."""

    def until(self, audience: str, name: str, key: str) -> int:
        """When (epoch ms) it ceases to be."""

    def moved(self, stream: LiveStream) -> None:
        """Something came or changed."""

    def media(self, stream: LiveStream, publisher: object, messages: list[tuple[int, int, bytes]], now: int) -> None:
        """A publisher sent this. Raises ProtocolError for what cannot be passed on, by which it has to end."""


class WebRtc:
    """All sessions."""

    def __init__(self, streams: Streams) -> None:
        self.sessions: dict[str, Session] = {}
        self.streams = streams
        self._certificate: asyncio.Task[RTCCertificate] | None = None
        self._ending: set[asyncio.Task[None]] = set()

    def prepare(self) -> asyncio.Task["RTCCertificate"]:
        """Somebody may come soon: load what is needed, which takes a third of a second."""
        if self._certificate is None:
            self._certificate = asyncio.create_task(asyncio.to_thread(_prepared))
        return self._certificate

    async def answer(self, request: Request) -> Answer:
        """What such a request is answered with."""
        _, _, token, name, what, *rest = [*request.target.partition("?")[0].split("/"), "", "", ""][:6]
        opened = {WHEP: self.streams.play, WHIP: self.streams.publish}.get(what)
        if opened is None:
            return NOT_FOUND
        stream = opened(name, token)
        if isinstance(stream, str):
            return FORBIDDEN if stream == reasons.AUTH_REJECTED else NOT_FOUND
        if request.method == "POST" and not rest[0]:
            return await self._begin(stream, what, token, request)
        session = self.sessions.get(rest[0])
        if session is None or session.stream is not stream:
            return NOT_FOUND
        if request.method == "DELETE":
            self.end(session)
            return Answer(200)
        return _trickled(session, request)

    def send(self, stream: LiveStream) -> None:
        """Something came: pass it on to those who watch."""
        for session in self._of(stream):
            session.pass_on()

    def release(self, stream: LiveStream) -> None:
        """The stream is over."""
        for session in self._of(stream):
            self.end(session)

    def sweep(self, now: int, epoch_ms: int) -> None:
        """Time has passed."""
        for session in list(self.sessions.values()):
            session.timeout(now)
            if session.over or epoch_ms >= session.until:
                self.end(session)

    def end(self, session: "Session") -> None:
        """Hang up."""
        if self.sessions.pop(session.session, None) is not None:
            session.leave()
            task = asyncio.create_task(session.closed())
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)
            log.info("a session is over", stream=session.stream.name)

    async def close(self) -> None:
        """The cloud ends."""
        for session in list(self.sessions.values()):
            self.end(session)
        if self._ending:
            await asyncio.wait(self._ending)

    async def _begin(self, stream: LiveStream, what: str, token: str, request: Request) -> Answer:
        if request.kind != SDP:
            return UNKNOWN_TYPE
        certificate = await self.prepare()
        if len(self.sessions) >= MOST_SESSIONS or len(self._of(stream)) >= MOST_OF_STREAM:
            return FULL
        session = self._session(stream, what, token)
        self.sessions[session.session] = session
        try:
            answered = await session.answer(certificate, request.body.decode("utf-8", "replace"))
        except ProtocolError as error:
            self.end(session)
            log.info("an offer is not taken", stream=stream.name, detail=str(error))
            return Answer(BAD.status, body=(f"{error}\n".encode(),))
        log.info("a session begins", stream=stream.name, how=what)
        place = f"{request.target.partition('?')[0]}/{session.session}"
        return Answer(201, SDP, body=(answered.encode(),), place=place)

    def _session(self, stream: LiveStream, what: str, token: str) -> "Session":
        from trifocal_cloud.live.io.caster import Caster
        from trifocal_cloud.live.io.viewer import Viewer

        until = self.streams.until(WATCH if what == WHEP else PUBLISH, stream.name, token)
        return (Viewer if what == WHEP else Caster)(secrets.token_urlsafe(16), stream, until, self.streams)

    def _of(self, stream: LiveStream) -> list["Session"]:
        return [session for session in self.sessions.values() if session.stream is stream]


def _trickled(session: "Session", request: Request) -> Answer:
    if request.method != "PATCH":
        return Answer(405)
    if request.kind != TRICKLE:
        return UNKNOWN_TYPE
    lines = request.body.decode("utf-8", "replace").splitlines()
    users = {line.removeprefix("a=ice-ufrag:") for line in lines if line.startswith("a=ice-ufrag:")}
    return Answer(204) if users <= {session.user} else NO_RESTART


def _prepared() -> "RTCCertificate":
    """The libraries loaded, and our certificate."""
    from aiortc import RTCCertificate

    import trifocal_cloud.live.io.caster
    import trifocal_cloud.live.io.viewer  # noqa: F401

    return RTCCertificate.generateCertificate()
