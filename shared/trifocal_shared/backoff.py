"""How long to wait before the next try: longer each time up to a cap, and never in step with others."""


class Backoff:
    """Waits of `base_ms` times `factor_percent` for each try before, at most `cap_ms`, each shortened by chance."""

    def __init__(self, base_ms: int, factor_percent: int = 200, cap_ms: int = 300_000) -> None:
        self.base_ms = base_ms
        self.factor_percent = factor_percent
        self.cap_ms = cap_ms
        self.attempts = 0
        self._full_ms = min(base_ms, cap_ms)

    def next(self, random: float) -> int:
        """Count a failed try and say how many ms to wait: 50 to 100 % of the full wait by `random` in [0, 1)."""
        full_ms = self._full_ms
        self.attempts += 1
        self._full_ms = min(full_ms * self.factor_percent // 100, self.cap_ms)
        return full_ms // 2 + int((full_ms - full_ms // 2) * random)

    def reset(self) -> None:
        """It worked: the next wait is a short one again."""
        self.attempts = 0
        self._full_ms = min(self.base_ms, self.cap_ms)
