"""The one place that knows what time it is: unbounded milliseconds from `ticks_ms` or `monotonic`."""

import time

_ON_DEVICE = hasattr(time, "ticks_ms")


class Clock:
    """Monotonic milliseconds from near 0, and the wall clock. On MicroPython ask `now` at least every six days."""

    def __init__(self) -> None:
        self._elapsed = 0
        self._last = time.ticks_ms() if _ON_DEVICE else time.monotonic_ns() // 1_000_000  # type: ignore[attr-defined]
        self._epoch_at_zero: int | None = None

    def now(self) -> int:
        """Milliseconds since this clock was made; never goes back."""
        if not _ON_DEVICE:
            return time.monotonic_ns() // 1_000_000 - self._last
        ticks = time.ticks_ms()  # type: ignore[attr-defined]
        self._elapsed += time.ticks_diff(ticks, self._last)  # type: ignore[attr-defined]
        self._last = ticks
        return self._elapsed

    def epoch_ms(self) -> int:
        """Milliseconds since 1970 in UTC, or 0 while unknown: a device knows only what `set_epoch` told it."""
        if self._epoch_at_zero is not None:
            return self._epoch_at_zero + self.now()
        return 0 if _ON_DEVICE else time.time_ns() // 1_000_000

    def set_epoch(self, epoch_ms: int) -> None:
        """It is `epoch_ms` now; from here on the wall clock is counted from that word. 0 makes it unknown again."""
        self._epoch_at_zero = epoch_ms - self.now() if epoch_ms > 0 else None
