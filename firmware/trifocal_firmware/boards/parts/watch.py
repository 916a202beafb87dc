"""A hardware watchdog that is fed by the loop, and only while every task of the board lives.

A loop that stands still (a driver that does not return) feeds nothing; nor does a board that has lost the task of its
link or its buttons to a fault, and would go on deaf. In both cases the chip restarts. The firmware's own task needs no
watching: when it ends, so does the loop.
"""

WATCHDOG_MS = 30_000
"""Longer than a capture may take (10 s), and than the slowest write to a worn flash."""


class Watch:
    """`watchdog` has `feed` (a `machine.WDT`: once made it cannot be stopped)."""

    def __init__(self, watchdog) -> None:  # type: ignore[no-untyped-def]
        self._watchdog = watchdog

    def feed(self, tasks) -> bool:  # type: ignore[no-untyped-def]
        """Feed if all tasks live; whether they do."""
        for task in tasks:
            if task.done():
                return False
        self._watchdog.feed()
        return True
