"""How fast somebody may speak.

Bucket never refuses, it says how long to wait, so nothing is lost. Allowance refuses, for those who can ask again.
"""

from collections.abc import Hashable


class Bucket:
    """Lets `burst` through at once and `per_second` after that."""

    def __init__(self, per_second: int, burst: int) -> None:
        self._cost_ms = 1000 // per_second
        self._depth_ms = self._cost_ms * burst
        self._full_at = 0

    def taken(self, now: int) -> int:
        """One more thing was said; how many ms to wait before listening to the next one."""
        full_at = self._full_at
        # Without `max`, whose calls cost more than all the rest: every message passes here.
        self._full_at = full_at = (full_at if full_at > now else now) + self._cost_ms  # noqa: FURB136
        wait_ms = full_at - now - self._depth_ms
        return wait_ms if wait_ms > 0 else 0  # noqa: FURB136


class Allowance:
    """Grants everybody `burst` at once and `per_second` after that. A refusal costs nothing."""

    def __init__(self, per_second: int, burst: int) -> None:
        self._cost_ms = 1000 // per_second
        self._depth_ms = self._cost_ms * burst
        self._full_at: dict[Hashable, int] = {}
        """Until when each has used up what was granted; in the order of the last grants."""

    def granted(self, key: Hashable, now: int) -> bool:
        """Whether this one may do it once more."""
        full_at = max(self._full_at.pop(key, 0), now)
        granted = full_at + self._cost_ms <= now + self._depth_ms
        self._full_at[key] = full_at + self._cost_ms * granted
        self._forget(now)
        return granted

    def __len__(self) -> int:
        return len(self._full_at)

    def _forget(self, now: int) -> None:
        """Those who have everything to hope for again need not be remembered."""
        while self._full_at:
            oldest = next(iter(self._full_at))
            if self._full_at[oldest] > now:
                return
            del self._full_at[oldest]
