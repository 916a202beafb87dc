"""Viewer: somebody who watches a stream by WebRTC: a connection, and what goes through it."""

import secrets
from typing import TYPE_CHECKING, Protocol

from trifocal_cloud.live import offer
from trifocal_cloud.live.feed import Feed
from trifocal_cloud.live.io.peer import Peer
from trifocal_cloud.live.io.peer_session import PeerSession
from trifocal_cloud.live.io.rtmp_server import RtmpDoor
from trifocal_cloud.live.stream import LiveStream
from trifocal_cloud.live.watcher import NAME, Track, Watcher
from trifocal_shared.clock import Clock

if TYPE_CHECKING:
    from aiortc import RTCCertificate

_DIRECTION = "sendonly"


class Streams(Protocol):
    """What is asked of the owner of all streams."""

    clock: Clock
    door: RtmpDoor


class Viewer(PeerSession):
    """One of them."""

    def __init__(self, session: str, stream: LiveStream, until: int, streams: Streams) -> None:
        super().__init__(session, stream, until, streams.clock)
        self._door = streams.door
        self._watcher: Watcher | None = None

    async def answer(self, certificate: "RTCCertificate", text: str) -> str:
        """The answer to its offer. Raises ProtocolError."""
        picture = self.stream.packager.picture
        profile = picture.config[1:2].hex() if picture else "42"
        wanted = offer.read(text, _DIRECTION, profile)
        self.user = wanted.user
        tracks = {}
        for kind in (offer.VIDEO, offer.AUDIO):
            section = wanted.taken(kind)
            if section is not None and section.format is not None:
                number, stamp = secrets.randbits(15), secrets.randbits(31)
                tracks[kind] = Track(secrets.randbits(32), section.format, offer.CLOCKS[kind], number, stamp)
                tracks[kind].hurry = section.hurry
        watcher = Watcher(tracks.get(offer.VIDEO), tracks.get(offer.AUDIO), self._clock.now())
        self._watcher = watcher
        self._peer = Peer(certificate, lambda _: None, self._reported, self._begin, self._gone)
        local = await self._peer.local({kind: track.source for kind, track in tracks.items()}, NAME)
        self._peer.open(wanted)
        return offer.answer(wanted, local, _DIRECTION)

    def pass_on(self) -> None:
        """Send what there is."""
        if self._peer is not None and self._watcher is not None:
            self._peer.send(self._watcher.packets_to_send(), self._watcher.reports_to_send())

    def timeout(self, now: int) -> None:
        """Time has passed."""
        if self._watcher is not None and now >= self._watcher.deadline():
            self._watcher.timeout(now)
            self.over |= self._watcher.over
            self.pass_on()

    def leave(self) -> None:
        """Hang up."""
        feed = self.stream.feed
        if self._watcher is not None:
            if feed is not None:
                feed.watchers.discard(self._watcher)
                if not feed.watchers:
                    self.stream.feed = None
            self._watcher.close()
            self.pass_on()
        if self._peer is not None:
            self._peer.close()

    def _begin(self) -> None:
        now = self._clock.now()
        if self.stream.feed is None:
            self.stream.follow(Feed(), now)
        assert self.stream.feed is not None
        assert self._watcher is not None
        self.there = True
        self.stream.feed.join(self._watcher, now)
        self.pass_on()
        self._door.hurry(self.stream)

    def _reported(self, data: bytes) -> None:
        assert self._watcher is not None
        now = self._clock.now()
        self._watcher.reported(data, now)
        if self._watcher.wants_key and self.stream.feed is not None:
            self.stream.feed.join(self._watcher, now)
        self.pass_on()
