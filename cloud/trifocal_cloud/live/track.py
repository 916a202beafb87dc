"""Track: the parts and segments of one track that are there to be fetched, oldest forgotten first.

A part is one fragment; a segment is its parts one after the other, so it has no bytes of its own. Numbers only grow.
A *run* is what one publisher sent without a break; a new one has an opening of its own and begins with a segment that
says that it does not continue the last.
"""

from collections import deque
from dataclasses import dataclass, field

KEPT_SEGMENTS = 6
KEPT_PARTS_OF = 2
"""Closed segments whose parts are still listed one by one."""


@dataclass(frozen=True)
class Part:
    """One fragment."""

    data: bytes
    ticks: int
    independent: bool
    """Whether decoding may begin here."""


@dataclass
class Segment:
    """Parts that belong together; `ticks` long, beginning at `start`."""

    number: int
    run: int
    start: int
    breaks: bool
    """Whether it does not continue the one before."""
    parts: list[Part] = field(default_factory=list)
    ticks: int = 0

    @property
    def data(self) -> list[bytes]:
        """Its bytes, in pieces."""
        return [part.data for part in self.parts]


class Track:
    """What there is of one track; `timescale` ticks are a second."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.codec = ""
        self.timescale = 1000
        self.run = -1
        self.openings: dict[int, bytes] = {}
        """By run."""
        self.closed: deque[Segment] = deque()
        self.current: Segment | None = None
        self.breaks = 0
        """How many segments that were forgotten broke with the one before."""
        self._next = 0

    def begin_run(self, opening: bytes, codec: str, timescale: int) -> None:
        """A publisher's track begins; what follows is decoded with this opening."""
        self.close_segment()
        self.run += 1
        self.openings[self.run] = opening
        self.codec = codec
        self.timescale = timescale

    def open_segment(self, start: int) -> None:
        """A new segment begins here; the one before is closed."""
        self.close_segment()
        last = self.closed[-1] if self.closed else None
        breaks = last is not None and last.run != self.run
        self.current = Segment(self._next, self.run, start, breaks)
        self._next += 1

    def add(self, part: Part) -> None:
        """A part is there."""
        assert self.current is not None
        self.current.parts.append(part)
        self.current.ticks += part.ticks

    def close_segment(self) -> None:
        """Nothing more belongs to the present segment; one that got nothing never was."""
        if self.current is None:
            return
        if self.current.parts:
            self.closed.append(self.current)
        else:
            self._next -= 1
        self.current = None
        while len(self.closed) > KEPT_SEGMENTS:
            self.breaks += self.closed.popleft().breaks
        oldest = self.closed[0].run if self.closed else self.run
        for run in [run for run in self.openings if run < oldest]:
            del self.openings[run]

    @property
    def began(self) -> bool:
        """Whether anything can be fetched."""
        return bool(self.closed) or (self.current is not None and bool(self.current.parts))

    @property
    def segments(self) -> list[Segment]:
        """All, the present one last."""
        return [*self.closed, self.current] if self.current else list(self.closed)

    def next_part(self) -> tuple[int, int]:
        """Number of the segment and place in it of the part that comes next."""
        return (self.current.number, len(self.current.parts)) if self.current else (self._next, 0)

    def segment(self, number: int) -> Segment | None:
        """The closed segment of this number, or the present one."""
        return next((one for one in self.segments if one.number == number), None)

    def has(self, number: int, part: int) -> bool:
        """Whether this part exists, or ever did; of a closed segment all its parts do, and past its end the next's."""
        found, place = self.next_part()
        return number < found or (number == found and part < place)
