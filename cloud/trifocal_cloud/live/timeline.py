"""Timeline: the stamps of publishers, one after another, on one axis of ms since the stream's first frame.

A pause lasts on it as long as it was. Stamps of 32 bits wrap; a publisher's clock that leaps further than JUMP_MS,
either way, goes on where it was.
"""

JUMP_MS = 10_000
FRAME_MS = 33


class Timeline:
    """The axis of one stream; `last` is the latest place on it."""

    def __init__(self, now: int) -> None:
        self.last = 0
        self._zero = now
        self._publishers = 0
        self._shift: int | None = None
        self._last_stamp = 0

    def begin(self, now: int) -> int:
        """A publisher begins; by how many ms the axis begins later than it was thought, since this is the first."""
        late = 0
        if self._publishers == 0:
            late = now - self._zero
            self._zero = now
        self._publishers += 1
        self._shift = None
        return late

    def place(self, stamp: int, now: int) -> int:
        """Where this publisher's timestamp lies."""
        if self._shift is None:
            self._shift = max(now - self._zero, self.last + FRAME_MS if self._publishers > 1 else 0) - stamp
        else:
            step = (stamp - self._last_stamp + 0x80000000 & 0xFFFFFFFF) - 0x80000000
            if abs(step) > JUMP_MS:
                self._shift = self.last + FRAME_MS - stamp
            else:
                # Unwrapped: the shift takes up what 32 bits cannot hold.
                self._shift += step - (stamp - self._last_stamp)
        self._last_stamp = stamp
        at = max(0, stamp + self._shift)
        self.last = max(self.last, at)
        return at

    def lasts(self, now: int) -> int:
        """Ms since the first publisher began; 0 before."""
        return now - self._zero if self._publishers else 0
