"""Time, chance and bad links for tests: nothing here sleeps, and every run is the same. Never flashed."""


class VirtualClock:
    """A clock that moves only when told; has the face of `clock.Clock`."""

    def __init__(self, now: int = 0, epoch_ms: int = 0) -> None:
        self._now = now
        self._epoch_at_zero: int | None = epoch_ms - now if epoch_ms > 0 else None

    def now(self) -> int:
        """Milliseconds."""
        return self._now

    def advance(self, ms: int) -> int:
        """Let `ms` pass; the new now."""
        self._now += ms
        return self._now

    def epoch_ms(self) -> int:
        """Milliseconds since 1970, or 0 while unknown."""
        return 0 if self._epoch_at_zero is None else self._epoch_at_zero + self._now

    def set_epoch(self, epoch_ms: int) -> None:
        """It is `epoch_ms` now; 0 makes it unknown."""
        self._epoch_at_zero = epoch_ms - self._now if epoch_ms > 0 else None


class Chance:
    """Numbers that look random and are the same on every interpreter (a 32-bit linear congruential generator)."""

    def __init__(self, seed: int = 1) -> None:
        self._state = seed & 0xFFFFFFFF

    def below(self, limit: int) -> int:
        """A whole number in [0, limit)."""
        self._state = (self._state * 1_664_525 + 1_013_904_223) & 0xFFFFFFFF
        return (self._state >> 8) % limit

    def fraction(self) -> float:
        """A number in [0, 1)."""
        return self.below(10_000) / 10_000


class LossyLink:
    """One direction of a bad link, as a machine: what is sent arrives later, out of order, twice or never.

    `delay_ms` is each item's way, up to `jitter_ms` more is added to it; `loss` and `duplicate` are percent.
    """

    def __init__(self, delay_ms: int = 0, loss: int = 0, duplicate: int = 0, jitter_ms: int = 0, seed: int = 1) -> None:
        self.delay_ms = delay_ms
        self.loss = loss
        self.duplicate = duplicate
        self.jitter_ms = jitter_ms
        self.up = True
        self.sent = 0
        self.lost = 0
        self._chance = Chance(seed)
        self._flying: list[tuple[int, int, object]] = []
        self._arrived: list[object] = []

    def send(self, item: object, now: int) -> None:
        """Put something on its way. While the link is down it is lost."""
        self.sent += 1
        if not self.up or self._chance.below(100) < self.loss:
            self.lost += 1
            return
        copies = 2 if self._chance.below(100) < self.duplicate else 1
        for copy in range(copies):
            due = now + self.delay_ms + (self._chance.below(self.jitter_ms + 1) if self.jitter_ms else 0)
            self._flying.append((due, self.sent * 2 + copy, item))

    def cut(self) -> None:
        """The link goes down; what was on its way is lost."""
        self.up = False
        self.lost += len(self._flying)
        self._flying = []

    def restore(self) -> None:
        """The link is up again."""
        self.up = True

    def deadline(self) -> "int | None":
        """When the next item arrives, or None."""
        return min([due for due, _, _ in self._flying]) if self._flying else None

    def timeout(self, now: int) -> None:
        """Let arrive what is due."""
        self._arrived += [item for _, _, item in sorted([f for f in self._flying if f[0] <= now], key=_order)]
        self._flying = [f for f in self._flying if f[0] > now]

    def events(self) -> "list[object]":
        """Drain what arrived, in the order of arrival."""
        arrived, self._arrived = self._arrived, []
        return arrived


def _order(flying: "tuple[int, int, object]") -> "tuple[int, int]":
    return flying[0], flying[1]


def run_until(machines, clock, pump, done=None, limit_ms: int = 60_000) -> bool:  # type: ignore[no-untyped-def]
    """Let virtual time jump from deadline to deadline of the `machines` until `done()`; True when it came.

    `pump` carries events between the machines; it is called at the start and after every timeout. Without `done`,
    runs until no machine wants to be woken, or `limit_ms` have passed. A machine that stays overdue after a hundred
    timeouts at one instant raises AssertionError.
    """
    end = clock.now() + limit_ms
    pump()
    stuck = 0
    while done is None or not done():
        deadlines = [d for d in [machine.deadline() for machine in machines] if d is not None]
        if not deadlines or min(deadlines) > end:
            clock.advance(end - clock.now() if deadlines or done is not None else 0)
            return done is None and not deadlines
        step = max(0, min(deadlines) - clock.now())
        stuck = 0 if step else stuck + 1
        assert stuck < 100, "a machine stays overdue"
        now = clock.advance(step)
        for machine in machines:
            machine.timeout(now)
        pump()
    return True
