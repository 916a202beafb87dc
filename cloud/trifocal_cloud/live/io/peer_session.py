"""PeerSession: what every session of WebRTC is, whichever way its media goes."""

from typing import TYPE_CHECKING

from trifocal_cloud.live.stream import LiveStream
from trifocal_shared.clock import Clock

if TYPE_CHECKING:
    from trifocal_cloud.live.io.peer import Peer


class PeerSession:
    """One of them; `until` is when its token expires (epoch ms)."""

    def __init__(self, session: str, stream: LiveStream, until: int, clock: Clock) -> None:
        self.session = session
        self.stream = stream
        self.until = until
        self.user = ""
        """What its offer calls it."""
        self.over = False
        """Whether it is to be let go at the next look."""
        self.there = False
        """Whether it is connected."""
        self._clock = clock
        self._peer: Peer | None = None

    async def closed(self) -> None:
        """Wait until all of it is closed."""
        if self._peer is not None:
            await self._peer.closed()

    def _gone(self, _: bytes) -> None:
        self.over = True
