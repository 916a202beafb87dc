"""What the air does to packets, as a machine: how long each one takes, when it may begin, how often it is lost.

A packet with n bytes takes preamble + 4 + 2 + n + 3 bytes at the rate of the PHY (FIRMWARE §2). The radio goes by
exchanges: a packet of the central or an empty one, 150 us, one of the peripheral or an empty one, 150 us. While either
end has something left, the exchanges go on; then it sleeps until the next anchor, one every interval. So a sender that
lets it run dry loses the rest of the interval. A packet that is lost comes again in the next exchange; what arrives
does so whole and in order. With 495 bytes a notification the limit is 177.8 kB/s at 2M.

What it leaves out: slots taken by others, that an event must end before the next anchor, and that a lost packet of the
central ends the event.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

GAP_US = 150
"""Between two packets (Core specification, Vol 6 Part B §4.1)."""

PACKET_BYTES = 251
"""The most that one packet carries with data length extension."""

HEAD_BYTES = 7
"""What L2CAP and ATT put in front of a notification."""

NOTIFICATION = 495
"""The payload that fills two packets exactly."""

_BYTE_US = {1: 8, 2: 4}


@dataclass(frozen=True)
class Arrived:
    """An item has come over; `to_central` says which way."""

    to_central: bool
    item: object


class Air:
    """Times in microseconds. `chance` gives numbers from 0 up to 1; `loss` is the share of packets sent in vain."""

    def __init__(self, chance: Callable[[], float], phy: int = 2, interval_us: int = 15_000, loss: float = 0.0) -> None:
        """ValueError for a PHY other than 1 or 2, no interval, or a loss that lets nothing through."""
        if phy not in _BYTE_US or interval_us <= 0 or not 0 <= loss < 1:
            raise ValueError("the air has PHY 1 or 2, an interval, and a loss of at least 0 and below 1")
        self.phy = phy
        """Of the exchanges from now on: 1 or 2 Mb/s. `ask` changes it."""
        self._best_phy = phy
        self.interval_us = interval_us
        self.loss = loss
        self.sent = 0
        self.lost = 0
        """Packets that came over, and that were sent in vain."""
        self.slept_us = 0
        """How long it waited for an anchor with something to send."""
        self._chance = chance
        self._queues: tuple[deque[tuple[int, object]], ...] = (deque(), deque())  # to the peripheral, to the central
        self._exchange: tuple[bool, ...] | None = None  # which ends send in the one under way
        self._ends_us = 0
        self._events: list[Arrived] = []

    def ask(self, phy: int) -> int:
        """A peer asks for this PHY; the one that is used from now on."""
        self.phy = min(phy, self._best_phy)
        return self.phy

    def send(self, to_central: bool, size: int, item: object, now: int) -> None:
        """Put a packet of `size` bytes on its way; `item` is what arrives."""
        self.timeout(now)
        self._queues[to_central].append((size, item))
        if self._exchange is None:
            since = max(self._ends_us, now)
            anchor = -(-since // self.interval_us) * self.interval_us
            self.slept_us += anchor - since
            self._begin(anchor)

    def notify(self, to_central: bool, size: int, item: object, now: int) -> None:
        """Put a notification or a write of `size` bytes on its way, in as many packets as it takes."""
        left = size + HEAD_BYTES
        while left > PACKET_BYTES:
            self.send(to_central, PACKET_BYTES, None, now)
            left -= PACKET_BYTES
        self.send(to_central, left, item, now)

    def cut(self) -> None:
        """The connection is gone: what was on its way is lost."""
        self._exchange = None
        for queue in self._queues:
            queue.clear()

    def deadline(self) -> int | None:
        """When the exchange under way is over."""
        return None if self._exchange is None else self._ends_us

    def timeout(self, now: int) -> None:
        """Let arrive what has come over by now."""
        while self._exchange is not None and self._ends_us <= now:
            for to_central, sends in enumerate(self._exchange):
                if sends:
                    self._come_over(bool(to_central))
            self._exchange = None
            if any(self._queues):
                self._begin(self._ends_us)

    def events(self) -> list[Arrived]:
        """Drain what arrived, in order."""
        events, self._events = self._events, []
        return events

    def exchange_us(self, down: int, up: int) -> int:
        """How long packets with so many bytes of payload, 0 an empty one, and both gaps take."""
        return self._on_air_us(down) + self._on_air_us(up) + 2 * GAP_US

    def most_per_second(self, payload: int = NOTIFICATION) -> float:
        """Bytes a second that notifications of `payload` bytes can carry at best, with this loss."""
        full, rest = divmod(payload + HEAD_BYTES, PACKET_BYTES)
        took = full * self.exchange_us(0, PACKET_BYTES) + (self.exchange_us(0, rest) if rest else 0)
        return payload * 1_000_000 / took * (1 - self.loss)

    def _begin(self, at: int) -> None:
        self._exchange = tuple(bool(queue) for queue in self._queues)
        self._ends_us = at + self.exchange_us(*(queue[0][0] if queue else 0 for queue in self._queues))

    def _come_over(self, to_central: bool) -> None:
        if self._chance() < self.loss:
            self.lost += 1
            return
        self.sent += 1
        item = self._queues[to_central].popleft()[1]
        if item is not None:
            self._events.append(Arrived(to_central, item))

    def _on_air_us(self, size: int) -> int:
        return (self.phy + 4 + 2 + size + 3) * _BYTE_US[self.phy]
