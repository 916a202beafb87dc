"""How many bits a second a stream is encoded with, from how much of it waits to be sent: less before it dies.

    waits ≥ HIGH_MS and grows   down, to four fifths of what the network took or by a third, once a second
    waits ≥ HIGH_MS and falls   wait until it is out
    waits ≤ LOW_MS              for two seconds: up by a quarter, to what was wished for at most; where that was too
                                much, twice as long the next time, up to sixteen seconds
    below 40 % of the wish      every other picture is left out, until there is 60 % again
    waits ≥ FULL_MS             nothing is encoded until less waits: a stream is late rather than old

What waits is counted in the time that it needs to get out. Heat lowers the most that it goes up to: 100, 60, 35 % by
the pace of `Guard`.
"""

HIGH_MS = 600
LOW_MS = 250
FULL_MS = 2_000
CUT_MS = 1_000
CALM_MS, MOST_CALM_MS = 2_000, 16_000
SOON_MS = 10_000
"""A cut so shortly after a rise: the rise was too much."""

PACES = (100, 60, 35)
FEWER_PERCENT, ALL_PERCENT = 40, 60

LEAST = 64_000
"""Bits a second of a picture that still shows something."""


class Bitrate:
    """Of one stream. `target` is in bits a second; `every` is 2 while every other picture is left out."""

    def __init__(self, wished: int, pace: int) -> None:
        self.every = 1
        self.full = False
        """So much waits that nothing is to be encoded."""
        self._wished = wished
        self.target = wished
        self._looked_at: int | None = None
        self._waited = 0  # bytes, when it was looked at
        self._rose_at: int | None = None
        self._calm_ms = CALM_MS
        self._calm_since: int | None = None
        self.eased(pace)

    def eased(self, pace: int) -> None:
        """From now on this pace."""
        self._most = self._wished * PACES[min(pace, len(PACES) - 1)] // 100
        self._set(self.target)

    @property
    def picture(self) -> int:
        """What the encoder, which counts on every picture, is to be told."""
        return self.target * self.every

    def measured(self, unsent: int, taken: int, now: int) -> None:
        """So many bytes wait, and the network takes so many a second (0: unknown)."""
        waits = unsent * 8_000 // max(self.target, taken * 8)
        self.full = waits >= FULL_MS
        if waits > LOW_MS:
            self._calm_since = None
        elif self._calm_since is None:
            self._calm_since = now
        elif now - self._calm_since >= self._calm_ms:
            self._calm_since = self._rose_at = now
            self._set(self.target * 5 // 4)
        if waits >= HIGH_MS and (self._looked_at is None or now - self._looked_at >= CUT_MS):
            if self._looked_at is None or unsent >= self._waited:
                self._cut(taken, now)
            self._looked_at, self._waited = now, unsent
        elif waits < HIGH_MS:
            self._looked_at = None

    def _cut(self, taken: int, now: int) -> None:
        if self._rose_at is not None and now - self._rose_at < SOON_MS:
            self._calm_ms = min(self._calm_ms * 2, MOST_CALM_MS)
        self._rose_at = None
        less = self.target * 2 // 3
        self._set(min(less, taken * 8 * 8 // 10) if taken else less)

    def _set(self, target: int) -> None:
        self.target = max(LEAST, min(target, self._most))
        if self.target * 100 < self._wished * FEWER_PERCENT:
            self.every = 2
        elif self.target * 100 >= self._wished * ALL_PERCENT:
            self.every = 1
