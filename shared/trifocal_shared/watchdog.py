"""Notices silence.

STOPPED: no deadline, never expired. RUNNING: expired once `period_ms` went by since it was started or last fed. It
stays expired until it is fed, started or stopped; what to do about it is its owner's business.
"""


class Watchdog:
    """Expires `period_ms` after it was last fed."""

    def __init__(self, period_ms: int) -> None:
        self.period_ms = period_ms
        self._deadline: int | None = None

    def start(self, now: int) -> None:
        """Begin to watch, or begin anew."""
        self._deadline = now + self.period_ms

    def feed(self, now: int) -> None:
        """A sign of life. Does nothing while stopped."""
        if self._deadline is not None:
            self._deadline = now + self.period_ms

    def stop(self) -> None:
        """Watch no longer."""
        self._deadline = None

    def expired(self, now: int) -> bool:
        """Whether the silence has lasted too long."""
        return self._deadline is not None and now >= self._deadline

    def deadline(self) -> "int | None":
        """When it will have expired, or None while stopped."""
        return self._deadline
