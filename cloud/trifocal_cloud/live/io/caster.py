"""Caster: somebody who publishes a stream by WebRTC: a connection, and what comes through it."""

from typing import TYPE_CHECKING, Protocol

import structlog

from trifocal_cloud.live import offer
from trifocal_cloud.live.io.peer import Peer
from trifocal_cloud.live.io.peer_session import PeerSession
from trifocal_cloud.live.received import NAME, Received
from trifocal_cloud.live.stream import LiveStream, Publisher
from trifocal_shared import reasons
from trifocal_shared.clock import Clock
from trifocal_shared.message import ProtocolError

if TYPE_CHECKING:
    from aiortc import RTCCertificate

_DIRECTION = "recvonly"

log = structlog.get_logger("trifocal.webrtc")


class Streams(Protocol):
    """What is asked of the owner of all streams."""

    clock: Clock

    def moved(self, stream: LiveStream) -> None:
        """Something came or changed."""

    def media(self, stream: LiveStream, publisher: object, messages: list[tuple[int, int, bytes]], now: int) -> None:
        """A publisher sent this. Raises ProtocolError for what cannot be passed on, by which it has to end."""


class Caster(PeerSession):
    """One of them."""

    def __init__(self, session: str, stream: LiveStream, until: int, streams: Streams) -> None:
        super().__init__(session, stream, until, streams.clock)
        self._streams = streams
        self._received: Received | None = None

    async def answer(self, certificate: "RTCCertificate", text: str) -> str:
        """The answer to its offer. Raises ProtocolError."""
        offered = offer.read(text, _DIRECTION)
        self.user = offered.user
        video, audio = offered.taken(offer.VIDEO), offered.taken(offer.AUDIO)
        formats = video.format if video else None, audio.format if audio else None
        self._received = Received(*formats, self._clock.now())
        self._peer = Peer(certificate, self._packet, self._reported, self._begin, self._gone)
        local = await self._peer.local({}, NAME)
        self._peer.open(offered)
        return offer.answer(offered, local, _DIRECTION)

    def end(self, reason: str) -> None:
        """The stream wants it no more: it is let go at the next look."""
        self.over = True

    def pass_on(self) -> None:
        """Nothing is sent to a publisher but what `timeout` and its own packets lead to."""

    def timeout(self, now: int) -> None:
        """Time has passed."""
        if self._received is not None and self.there:
            self._received.timeout(now)
            self._take(now)

    def leave(self) -> None:
        """Hang up."""
        self.there = False
        self.stream.lost(self, self._clock.now())
        self._streams.moved(self.stream)
        if self._peer is not None:
            self._peer.close()

    def _begin(self) -> None:
        if self.stream.state == "gone":
            self.over = True
            return
        self.there = True
        displaced = self.stream.begin(self, self._clock.now())
        if isinstance(displaced, Publisher):
            displaced.end(reasons.DISPLACED)
        self._streams.moved(self.stream)

    def _packet(self, data: bytes) -> None:
        if self.there and self._received is not None:
            now = self._clock.now()
            self._received.packet(data, now)
            self._take(now)

    def _take(self, now: int) -> None:
        assert self._received is not None
        assert self._peer is not None
        self._peer.send([], self._received.reports_to_send())
        messages = self._received.messages()
        if not messages:
            return
        try:
            self._streams.media(self.stream, self, messages, now)
        except ProtocolError as error:
            log.info("a publisher is sent away", stream=self.stream.name, reason=error.code, detail=str(error))
            self.over = True

    def _reported(self, data: bytes) -> None:
        if self._received is not None:
            self._received.reported(data)
            self.over |= self._received.over
