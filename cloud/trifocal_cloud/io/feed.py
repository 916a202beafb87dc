"""Feed: what happened to each user, told to whoever waits for it; nobody polls."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from trifocal_cloud.events import Event, EventRing
from trifocal_cloud.io.refusals import RefusedError
from trifocal_cloud.trails import Trails
from trifocal_shared import reasons
from trifocal_shared.clock import Clock

LISTENER_LIMIT = 64
"""How many long polls and consoles one user may have at a time."""


class Feed:
    """The event ring and the trails of each user, and a bell that rings when either changes."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rings: dict[str, EventRing] = {}
        self._trails: dict[str, Trails] = {}
        self._bells: dict[str, set[asyncio.Event]] = {}
        self.closed = False

    def ring(self, user: str) -> EventRing:
        """This user's events. Numbers begin at the present instant, so that they rise across restarts."""
        if user not in self._rings:
            self._rings[user] = EventRing(self._clock.epoch_ms())
        return self._rings[user]

    def trails(self, user: str) -> Trails:
        """Where this user's requests stand."""
        return self._trails.setdefault(user, Trails())

    def publish(self, user: str, kind: str, at: int | None = None, **fields: object) -> Event:
        """Tell everybody who listens; `at` is epoch ms, now if not given."""
        event = self.ring(user).add(kind, self._clock.epoch_ms() if at is None else at, fields)
        if user in self._bells:
            for bell in self._bells[user]:
                bell.set()
        return event

    @contextmanager
    def listening(self, user: str) -> Iterator[asyncio.Event]:
        """A bell that is set whenever something was published. Raises RefusedError when too many listen already."""
        bells = self._bells.setdefault(user, set())
        if len(bells) >= LISTENER_LIMIT:
            raise RefusedError(429, reasons.TOO_MANY)
        bell = asyncio.Event()
        bells.add(bell)
        try:
            yield bell
        finally:
            bells.discard(bell)
            if not bells:
                self._bells.pop(user, None)

    def listeners(self, user: str) -> int:
        """How many listen to this user's events."""
        return len(self._bells.get(user, ()))

    def hearers(self) -> list[str]:
        """The users to whose events somebody listens."""
        return list(self._bells)

    async def until(self, user: str, done: Callable[[], bool], timeout_s: float) -> None:
        """Return when `done()` says so, at the latest after `timeout_s`, or when the cloud closes."""
        with self.listening(user) as bell:
            try:
                async with asyncio.timeout(timeout_s):
                    while not done() and not self.closed:
                        await bell.wait()
                        bell.clear()
            except TimeoutError:
                return

    def close(self) -> None:
        """Let everybody go who waits."""
        self.closed = True
        for bells in self._bells.values():
            for bell in bells:
                bell.set()
