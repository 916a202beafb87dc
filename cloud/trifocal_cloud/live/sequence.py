"""Sequence: RTP packets of one source in their order, however they came: what is missing is asked for, not for ever."""

AGAIN_MS = 40
"""Between two requests for the same packet."""
GIVE_UP_MS = 250
"""After so long without it the packets behind a gap are used."""
MOST_WAITING = 512
MOST_ASKED = 64


class Sequence:
    """Packets in, packets in order out; `lost` counts those that never came."""

    def __init__(self) -> None:
        self.lost = 0
        self.highest = 0
        """The highest number so far, counted on when numbers begin anew."""
        self._next: int | None = None
        self._waiting: dict[int, bytes] = {}
        self._gap_since = 0
        self._asked_at = 0

    def receive(self, number: int, packet: bytes, now: int) -> list[tuple[bytes, bool]]:
        """A packet with its number (16 bits). Those whose turn it is now, and whether some before them are lost."""
        if self._next is None:
            self._next = self.highest = number
        whole = self._next + ((number - self._next + 0x8000 & 0xFFFF) - 0x8000)
        self.highest = max(self.highest, whole)
        if whole < self._next or whole in self._waiting:
            return []
        if not self._waiting:
            self._gap_since, self._asked_at = now, now - AGAIN_MS
        self._waiting[whole] = packet
        found = self._in_turn(False)
        if len(self._waiting) > MOST_WAITING:
            found += self._skip(now)
        return found

    def missing(self, now: int) -> list[int]:
        """The numbers that are to be asked for again now."""
        if not self._waiting or self._next is None or now - self._asked_at < AGAIN_MS:
            return []
        self._asked_at = now
        gaps = [number for number in range(self._next, max(self._waiting)) if number not in self._waiting]
        return [number & 0xFFFF for number in gaps[:MOST_ASKED]]

    def timeout(self, now: int) -> list[tuple[bytes, bool]]:
        """Time has passed: what a gap has kept for too long comes without it."""
        return self._skip(now) if self._waiting and now - self._gap_since >= GIVE_UP_MS else []

    def _skip(self, now: int) -> list[tuple[bytes, bool]]:
        assert self._next is not None
        first = min(self._waiting)
        self.lost += first - self._next
        self._next = first
        self._gap_since = now
        return self._in_turn(True)

    def _in_turn(self, lost: bool) -> list[tuple[bytes, bool]]:
        found = []
        assert self._next is not None
        while (packet := self._waiting.pop(self._next, None)) is not None:
            found.append((packet, lost))
            lost = False
            self._next += 1
        return found
