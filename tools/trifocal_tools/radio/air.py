"""What the air does to packets: how long each one takes, when it may begin, and how often it is lost (FIRMWARE §2).

A packet with n bytes takes preamble + 4 + 2 + n + 3 bytes at the rate of the PHY, a gap, the empty answer, a gap. The
air is one for both directions. What comes to silent air waits for the next anchor, one each interval; while there is
something to send it goes on without a pause, so an event is not cut at the anchor that follows it.
"""

from collections.abc import Callable

GAP_US = 150
"""Between two packets (Core specification, Vol 6 Part B §4.1)."""

PACKET_BYTES = 251
"""The most that one packet carries with data length extension."""

HEAD_BYTES = 7
"""What L2CAP and ATT put in front of a notification."""

_BYTE_US = {1: 8, 2: 4}


class Air:
    """Times in microseconds. `chance` gives numbers from 0 up to 1; `loss` is the share of packets sent in vain."""

    def __init__(self, chance: Callable[[], float], phy: int = 2, interval_us: int = 15_000, loss: float = 0.0) -> None:
        """ValueError for a PHY other than 1 or 2, no interval, or a loss that lets nothing through."""
        if phy not in _BYTE_US or interval_us <= 0 or not 0 <= loss < 1:
            raise ValueError("the air has PHY 1 or 2, an interval, and a loss of at least 0 and below 1")
        self.phy = phy
        """Of the packets from now on: 1 or 2 Mb/s. `ask` changes it."""
        self._best_phy = phy
        self.interval_us = interval_us
        self.loss = loss
        self.used_us = 0
        """How long packets were on the air in all, those sent in vain too."""
        self.sent = 0
        self.lost = 0
        self._chance = chance
        self._free_at = 0

    def ask(self, phy: int) -> int:
        """A peer asks for this PHY; the one that is used from now on."""
        self.phy = min(phy, self._best_phy)
        return self.phy

    def take(self, size: int, now: int) -> int:
        """Send a packet of `size` bytes; when it has arrived and the air is free again."""
        start = self._free_at if now <= self._free_at else -(-now // self.interval_us) * self.interval_us
        tries = 1
        while self._chance() < self.loss:
            tries += 1
        self.sent += 1
        self.lost += tries - 1
        took = tries * self.packet_us(size)
        self.used_us += took
        self._free_at = start + took
        return self._free_at

    def packet_us(self, size: int) -> int:
        """A packet with `size` bytes, both gaps and the empty answer."""
        return self._on_air_us(size) + self._on_air_us(0) + 2 * GAP_US

    def most_per_second(self, payload: int) -> float:
        """Bytes a second that notifications of `payload` bytes can carry at best, with this loss."""
        full, rest = divmod(payload + HEAD_BYTES, PACKET_BYTES)
        took = full * self.packet_us(PACKET_BYTES) + (self.packet_us(rest) if rest else 0)
        return payload * 1_000_000 / took * (1 - self.loss)

    def _on_air_us(self, size: int) -> int:
        return (self.phy + 4 + 2 + size + 3) * _BYTE_US[self.phy]
