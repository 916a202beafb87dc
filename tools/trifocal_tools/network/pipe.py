"""One direction of a line: packets wait for the sender, travel, and some of them get lost.

    pushed -> queue (drop-tail) -> sender at its rate -> the air (loss) -> travel (delay) -> due

A line that is down takes nothing, and what was on it is gone. Packets never overtake one another. Times are integer
microseconds: at 20 Mbit/s a packet takes 600 of them.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

SECOND_US = 1_000_000
DELAY_MOST_US = 60 * SECOND_US


@dataclass(frozen=True)
class Shape:
    """How a line is, in one direction. ValueError for a line that cannot be."""

    delay_us: int = 0
    """How long a packet travels."""
    loss: float = 0.0
    """The share of packets that get lost, 0 to 1, each for itself."""
    bytes_per_s: int = 0
    """What the sender gets out; 0 is any number."""
    queue_bytes: int = 250_000
    """What may wait for the sender, the packet that is being sent included; the rest is dropped."""

    def __post_init__(self) -> None:
        if not 0 <= self.delay_us <= DELAY_MOST_US:
            raise ValueError(f"a delay is between 0 and {DELAY_MOST_US} µs")
        if not 0 <= self.loss <= 1:
            raise ValueError("a loss is between 0 and 1")
        if self.bytes_per_s < 0 or self.queue_bytes < 0:
            raise ValueError("neither rate nor queue can be negative")


class Pipe:
    """Give it packets by `push`, wake it at its `deadline`, take from `events` those that have arrived.

    `counts`: packets that were `passed`, `lost` on the way, `dropped` because the queue was full, `cut` because the
    line was down. Every packet pushed ends as exactly one of them.
    """

    def __init__(self, shape: Shape, chance: Callable[[], float]) -> None:
        """`chance` gives a number from 0 up to 1 for every packet, as `random.random` does."""
        self.counts = {"passed": 0, "lost": 0, "dropped": 0, "cut": 0}
        self._shape = shape
        self._chance = chance
        self._down = False
        self._free_at = 0
        self._travelling: deque[tuple[int, bytes]] = deque()
        self._arrived: list[bytes] = []

    def push(self, packet: bytes, now: int) -> None:
        """A packet wants to go over the line."""
        if self._down:
            self.counts["cut"] += 1
            return
        if self._waiting(now) + len(packet) > self._shape.queue_bytes and self._shape.bytes_per_s:
            self.counts["dropped"] += 1
            return
        self._free_at = max(self._free_at, now) + self._sending_us(len(packet))
        if self._chance() < self._shape.loss:
            self.counts["lost"] += 1  # it took its time on the sender all the same
            return
        due = self._free_at + self._shape.delay_us
        if self._travelling:
            due = max(due, self._travelling[-1][0])
        self._travelling.append((due, packet))

    def reshape(self, shape: Shape) -> None:
        """The line is another one from now on; what is on it arrives as it would have."""
        self._shape = shape

    def set_down(self, down: bool, now: int) -> None:
        """The line goes down, or comes up again and is empty."""
        self._down = down
        if down:
            self.counts["cut"] += len(self._travelling)
            self._travelling.clear()
            self._free_at = now

    def deadline(self) -> int | None:
        """When the next packet arrives, or None."""
        return self._travelling[0][0] if self._travelling else None

    def timeout(self, now: int) -> None:
        """What has arrived by now has arrived."""
        while self._travelling and self._travelling[0][0] <= now:
            self._arrived.append(self._travelling.popleft()[1])
            self.counts["passed"] += 1

    def events(self) -> list[bytes]:
        """The packets that have arrived since the last time, in the order in which they were pushed."""
        arrived, self._arrived = self._arrived, []
        return arrived

    def _waiting(self, now: int) -> int:
        return max(0, self._free_at - now) * self._shape.bytes_per_s // SECOND_US

    def _sending_us(self, size: int) -> int:
        rate = self._shape.bytes_per_s
        return -(-size * SECOND_US // rate) if rate else 0
