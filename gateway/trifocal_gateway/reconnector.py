"""Keeps a connection alive for ever: when to try, and how long to wait in between.

    DOWN ── start ──▶ CONNECTING ── connected ──▶ UP
                       ▲      │ failed             │ lost
                       │      ▼                    │
                       └── WAITING ◀───────────────┘

`Connect` is said once for each try, which must end with `connected`, `failed`, `displaced` or `refused_token` (io's
own time limit sees to that). The waits grow from `base_ms` to `cap_ms` and are shortened by chance. Only a connection
that lasted `STEADY_MS`, or whose peer has shown what it is (`steady`), makes the next wait a short one again, so that
one which accepts and closes is not hammered.
A refused token waits at a slow pace for another one, or for the cloud to change its mind; a connection that a newer
one displaced waits as long, lest two gateways take the line from one another in turns. `hurry` (the network is back)
ends a wait, at most once a second. It never gives up.
"""

from dataclasses import dataclass

from trifocal_shared.backoff import Backoff

STEADY_MS = 10_000
HURRY_MS = 1_000
SLOW_MS = 60_000

DOWN, CONNECTING, UP, WAITING = "down", "connecting", "up", "waiting"

CLOUD_BASE_MS, CLOUD_CAP_MS = 1_000, 30_000
GLASSES_BASE_MS, GLASSES_CAP_MS = 100, 2_000
"""Out of range is the usual life of glasses: a try costs one scan, and they are wanted back within 250 ms."""


@dataclass(frozen=True)
class Connect:
    """Try to connect now."""


class Reconnector:
    """One connection."""

    def __init__(self, base_ms: int, cap_ms: int) -> None:
        self.state = DOWN
        self._backoff = Backoff(base_ms, cap_ms=cap_ms)
        self._up_at = 0
        self._retry_at = 0
        self._hurried_at = -HURRY_MS
        self._wants_token = False
        self._events: list[Connect] = []

    @property
    def wants_token(self) -> bool:
        """Whether the last try ended with a refused token."""
        return self._wants_token

    def start(self, now: int) -> None:
        """Be connected from now on."""
        if self.state == DOWN:
            self._connect()

    def connected(self, now: int) -> None:
        """The try has worked."""
        if self.state == CONNECTING:
            self.state = UP
            self._up_at = now
            self._wants_token = False

    def steady(self) -> None:
        """The other end is what it should be: when it is lost, it is sought at once."""
        if self.state == UP:
            self._backoff.reset()

    def failed(self, random: float, now: int) -> None:
        """The try has not worked. `random` in [0, 1)."""
        if self.state == CONNECTING:
            self._wants_token = False
            self._wait(self._backoff.next(random), now)

    def lost(self, random: float, now: int) -> None:
        """The connection has ended. `random` in [0, 1)."""
        if self.state == UP:
            if now - self._up_at >= STEADY_MS:
                self._backoff.reset()
            self._wait(self._backoff.next(random), now)

    def displaced(self, now: int) -> None:
        """A newer connection took over."""
        if self.state in (CONNECTING, UP):
            self._wait(SLOW_MS, now)

    def refused_token(self, now: int) -> None:
        """The other end does not take our token, or takes it no longer."""
        if self.state in (CONNECTING, UP):
            self._wants_token = True
            self._wait(SLOW_MS, now)

    def token_changed(self, now: int) -> None:
        """There is another token."""
        if self.state == WAITING and self._wants_token:
            self._backoff.reset()
            self._connect()

    def hurry(self, now: int) -> None:
        """There is reason to believe that it would work now."""
        if self.state == WAITING and not self._wants_token and now - self._hurried_at >= HURRY_MS:
            self._hurried_at = now
            self._backoff.reset()
            self._connect()

    def deadline(self) -> int | None:
        """When to try again."""
        return self._retry_at if self.state == WAITING else None

    def timeout(self, now: int) -> None:
        """Try again."""
        if self.state == WAITING and now >= self._retry_at:
            self._connect()

    def events(self) -> list[Connect]:
        """Drain the tries to be made."""
        events, self._events = self._events, []
        return events

    def _connect(self) -> None:
        self.state = CONNECTING
        self._events.append(Connect())

    def _wait(self, wait_ms: int, now: int) -> None:
        self.state = WAITING
        self._retry_at = now + wait_ms
