"""What a Bluetooth link at 2M PHY with data length extension carries, as a machine: air time, intervals, packet loss.

Two ends put notifications and writes on it; each arrives whole and in order, as the link layer sees to, when the radio
has brought it over. The radio goes by exchanges: a packet of the central or an empty one, 150 us, one of the
peripheral, 150 us (FIRMWARE §2: bytes cost 4 us each, a packet 11 of them besides its payload). While either end has
something left the exchanges go on; then it sleeps until the next anchor, one every `interval_ms`. A packet is lost
with `loss` percent: its time passes, and it comes again. With 495 bytes a notification the limit is 177.8 kB/s.

What it leaves out: slots taken by others, and that an event must end before the next anchor.
"""

from collections import deque
from dataclasses import dataclass
from random import Random

from trifocal_tools.radio.air import GAP_US, HEAD_BYTES, PACKET_BYTES

BYTE_US = 4
PACKET_HEAD = 11

NOTIFICATION = 495
"""The payload that fills two packets exactly."""


def exchange_us(one: int, other: int) -> int:
    """How long two packets with so many bytes of payload and their gaps take."""
    return (one + other + 2 * PACKET_HEAD) * BYTE_US + 2 * GAP_US


LIMIT = NOTIFICATION * 1_000_000 / (2 * exchange_us(PACKET_BYTES, 0))
"""Bytes a second, in one direction, that the air carries without loss: 177.8 kB/s."""


@dataclass(frozen=True)
class Arrived:
    """An item has come over; `to_central` says which way."""

    to_central: bool
    item: object


class Air:
    """See the top of the file. Times in ms; within a millisecond it counts in microseconds."""

    def __init__(self, interval_ms: int, loss: int = 0, seed: int = 1) -> None:
        self.interval_ms = interval_ms
        self.sent_bytes = 0
        self.up = True
        self._loss = loss
        self._chance = Random(seed)  # noqa: S311 - the same in every run
        self._queues: tuple[deque[tuple[int, object]], ...] = (deque(), deque())  # to the peripheral, to the central
        self._awake = False
        self._at_us = 0  # until when the air's story has been told
        self._events: list[Arrived] = []

    def send(self, to_central: bool, size: int, item: object, now: int) -> None:
        """Put an item of so many bytes on its way; while the link is down it is lost."""
        self._tell(now)
        if not self.up:
            return
        self.sent_bytes += size
        queue = self._queues[to_central]
        left = size + HEAD_BYTES
        while left > 0:
            packet, left = min(left, PACKET_BYTES), left - PACKET_BYTES
            queue.append((packet, item if left <= 0 else None))
        if not self._awake:
            self._awake = True
            interval_us = self.interval_ms * 1_000
            self._at_us = -(-max(self._at_us, now * 1_000) // interval_us) * interval_us

    def cut(self) -> None:
        """Out of range: what was on its way is lost."""
        self.up = self._awake = False
        for queue in self._queues:
            queue.clear()

    def restore(self) -> None:
        """In range again."""
        self.up = True

    def deadline(self) -> int | None:
        """When the next packet has come over."""
        return -(-(self._at_us + self._next_us()) // 1_000) if self._awake else None

    def timeout(self, now: int) -> None:
        """Let arrive what has come over by now."""
        self._tell(now)

    def events(self) -> list[Arrived]:
        """Drain what arrived, in order."""
        events, self._events = self._events, []
        return events

    def _next_us(self) -> int:
        down, up = (queue[0][0] if queue else 0 for queue in self._queues)
        return exchange_us(down, up)

    def _tell(self, now: int) -> None:
        while self._awake and self._at_us + (took := self._next_us()) <= now * 1_000:
            self._at_us += took
            for to_central, queue in enumerate(self._queues):
                if queue and self._chance.random() * 100 >= self._loss:
                    item = queue.popleft()[1]
                    if item is not None:
                        self._events.append(Arrived(bool(to_central), item))
            self._awake = any(self._queues)
