"""Bucket: how fast somebody may speak. It never refuses, it says how long to wait, so nothing is lost."""


class Bucket:
    """Lets `burst` through at once and `per_second` after that."""

    def __init__(self, per_second: int, burst: int) -> None:
        self._cost_ms = 1000 // per_second
        self._depth_ms = self._cost_ms * burst
        self._full_at = 0

    def taken(self, now: int) -> int:
        """One more thing was said; how many ms to wait before listening to the next one."""
        self._full_at = max(self._full_at, now) + self._cost_ms
        return max(0, self._full_at - now - self._depth_ms)
