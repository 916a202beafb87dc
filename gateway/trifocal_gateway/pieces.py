"""The pieces of one file as they come: in order, too early, again.

A piece that follows what is there goes to the disk, and so does what came early and follows it. Early pieces are kept
up to `room` bytes beyond the first missing one; the first gap is known, so that only what is missing is asked for.
"""

TAKEN, EARLY, REPEATED, MISSHAPEN = "taken", "early", "repeated", "misshapen"


class Pieces:
    """A file of `size` bytes of which the first `have` are there."""

    def __init__(self, size: int, have: int, room: int) -> None:
        self.have = have
        self.size = size
        self._room = room
        self._early: dict[int, bytes] = {}
        self._ready: list[tuple[int, bytes]] = []

    def add(self, offset: int, data: bytes) -> str:
        """A piece came: TAKEN, EARLY, REPEATED or MISSHAPEN."""
        end = offset + len(data)
        if not 0 <= offset < end <= self.size:
            return MISSHAPEN
        if end <= self.have or offset in self._early:
            return REPEATED
        if offset > self.have:
            if offset < self.have + self._room:
                self._early[offset] = data
            return EARLY
        self._take(data[self.have - offset :])
        while (following := self._next_early()) is not None:
            self._take(following)
        return TAKEN

    def ready(self) -> list[tuple[int, bytes]]:
        """Drain what is to be written: offsets and bytes, in order and without a gap."""
        ready, self._ready = self._ready, []
        return ready

    @property
    def gap(self) -> int:
        """Bytes that are missing before the first early piece; 0 when there is none."""
        return min(self._early) - self.have if self._early else 0

    @property
    def whole(self) -> bool:
        """Whether every byte is there."""
        return self.have == self.size

    def _take(self, data: bytes) -> None:
        self._ready.append((self.have, data))
        self.have += len(data)

    def _next_early(self) -> bytes | None:
        """What came early and is due: pieces may overlap, for a peer that was asked again cuts where it likes."""
        while self._early and (first := min(self._early)) <= self.have:
            data = self._early.pop(first)[self.have - first :]
            if data:
                return data
        return None
