"""Output: one place elsewhere that a stream is sent on to, by RTMP, again and again while that makes sense.

    waiting      for the next try
    connecting   the driver opens the connection, then the server is asked
    active       media goes out, from the next key frame on
    error        given up: the server refuses, or nothing worked for two minutes
    stopped      its owner ended it

Whatever happens to it, the stream and its other readers do not notice: an output that is too slow loses pictures, one
that hangs is let go and tried anew.
"""

from dataclasses import dataclass

from trifocal_shared import app_words, reasons
from trifocal_shared.backoff import Backoff
from trifocal_shared.rtmp.chunks import AUDIO, VIDEO
from trifocal_shared.rtmp.push import Closed, Push
from trifocal_shared.rtmp.target import Target

FIRST_WAIT_MS = 1_000
GROWTH_PERCENT = 150
LONGEST_WAIT_MS = 30_000
GIVE_UP_MS = 120_000
"""Without success for so long."""
FINAL = (reasons.AUTH_REJECTED, app_words.ADDRESS_FORBIDDEN)
"""Reasons for which trying again is of no use."""


@dataclass(frozen=True)
class OutputChanged:
    """It is in another state now."""

    state: str
    reason: str
    """A word, where something went wrong."""


class Output:
    """Media in, bytes for the server out; `chance` in [0, 1) spreads the tries."""

    def __init__(self, url: str, now: int) -> None:
        """Raises ProtocolError(`bad_url`)."""
        self.target = Target(url)
        self.state = "waiting"
        self.reason = ""
        self.push: Push | None = None
        self._backoff = Backoff(FIRST_WAIT_MS, GROWTH_PERCENT, LONGEST_WAIT_MS)
        self._due = now
        self._failing_since = now
        self._heads: dict[int, bytes] = {}
        self._events: list[OutputChanged] = []

    def due(self, now: int) -> bool:
        """Whether the driver is to open a connection now; true once for each try."""
        if self.state != "waiting" or now < self._due:
            return False
        self.push = Push(self.target, now)
        for kind, body in self._heads.items():
            self.push.configure(kind, body, now)
        self._turn("connecting", self.reason)
        return True

    def connected(self, now: int) -> None:
        """The connection stands."""
        if self.push:
            self.push.connected(now)

    def refused(self, reason: str, now: int, chance: float) -> None:
        """No connection could be made, or none may be."""
        if self.state in ("connecting", "active"):
            self._failed(reason, now, chance)

    def receive(self, data: bytes, now: int, chance: float) -> None:
        """The server says something."""
        if self.push:
            self.push.receive(data, now)
            self._look(now, chance)

    def lost(self, now: int, chance: float) -> None:
        """The connection is gone."""
        if self.push:
            self.push.lost(now)
            self._look(now, chance)

    def unsent(self, count: int, now: int) -> None:
        """So many bytes have not reached the network yet."""
        if self.push:
            self.push.unsent(count, now)

    def configure(self, kind: int, body: bytes, now: int) -> None:
        """How to decode what follows."""
        if kind in (VIDEO, AUDIO):
            self._heads[kind] = body
            if self.push:
                self.push.configure(kind, body, now)

    def media(self, kind: int, at: int, body: bytes, key: bool, now: int) -> None:
        """A picture or a sound."""
        if self.state != "active" or self.push is None:
            return
        if kind == VIDEO:
            self.push.video(body, at, key, now)
        else:
            self.push.audio(body, at, now)

    def stop(self, now: int) -> None:
        """It is not wanted any more."""
        if self.state not in ("stopped", "error"):
            if self.push:
                self.push.stop(now)
                self.push.events()
            self._turn("stopped", "")

    def timeout(self, now: int, chance: float) -> None:
        """Time has passed; harmless when nothing is due."""
        if self.push:
            self.push.timeout(now)
            self._look(now, chance)

    def data_to_send(self) -> bytes:
        """Bytes for the server, once."""
        return self.push.data_to_send() if self.push else b""

    def events(self) -> list[OutputChanged]:
        """What happened, once."""
        found = self._events
        self._events = []
        return found

    def _look(self, now: int, chance: float) -> None:
        assert self.push is not None
        for event in self.push.events():
            if isinstance(event, Closed):
                self._failed(event.reason, now, chance)
                return
            self._backoff.reset()
            self._turn("active", "")

    def _failed(self, reason: str, now: int, chance: float) -> None:
        if self.state == "active":
            self._failing_since = now
        self.push = None
        if reason in FINAL or now - self._failing_since >= GIVE_UP_MS:
            self._turn("error", reason)
        elif self.state != "stopped":
            self._due = now + self._backoff.next(chance)
            self._turn("waiting", reason)

    def _turn(self, state: str, reason: str) -> None:
        if (state, reason) != (self.state, self.reason):
            self.state, self.reason = state, reason
            self._events.append(OutputChanged(state, reason))
