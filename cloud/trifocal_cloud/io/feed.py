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


class UserFeed:
    """What happened to one user, and who waits for more; the same object as long as the cloud runs."""

    def __init__(self, first_id: int) -> None:
        self.ring = EventRing(first_id)
        self.trails = Trails(self.ring)
        self.bells: set[asyncio.Event] = set()

    def wake(self) -> None:
        """Tell everybody who waits that something happened."""
        for bell in self.bells:
            bell.set()


class Feed:
    """The event ring and the trails of each user, and bells that ring when either changes."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._users: dict[str, UserFeed] = {}
        self.closed = False

    def of(self, user: str) -> UserFeed:
        """What happened to this user. Events' numbers begin at the present instant, so that they rise over restarts."""
        found = self._users.get(user)
        if found is None:
            found = self._users[user] = UserFeed(self._clock.epoch_ms())
        return found

    def ring(self, user: str) -> EventRing:
        """This user's events."""
        return self.of(user).ring

    def trails(self, user: str) -> Trails:
        """Where this user's requests stand."""
        return self.of(user).trails

    def publish(self, user: str, kind: str, at: int | None = None, **fields: object) -> Event:
        """Tell everybody who listens; `at` is epoch ms, now if not given."""
        feed = self.of(user)
        event = feed.ring.add(kind, self._clock.epoch_ms() if at is None else at, fields)
        feed.wake()
        return event

    @contextmanager
    def listening(self, user: str) -> Iterator[asyncio.Event]:
        """A bell that is set whenever something was published. Raises RefusedError when too many listen already."""
        bells = self.of(user).bells
        if len(bells) >= LISTENER_LIMIT:
            raise RefusedError(429, reasons.TOO_MANY)
        bell = asyncio.Event()
        bells.add(bell)
        try:
            yield bell
        finally:
            bells.discard(bell)

    def listeners(self, user: str) -> int:
        """How many listen to this user's events."""
        return len(self.of(user).bells)

    def hearers(self) -> list[str]:
        """The users to whose events somebody listens."""
        return [user for user, feed in self._users.items() if feed.bells]

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
        for feed in self._users.values():
            feed.wake()
