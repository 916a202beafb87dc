"""A UART as the link: bytes both ways, and a guess whether anybody is at the other end.

A wire has no connection. Whoever speaks is there; after `SILENCE_MS` without a byte (a gateway pings every 30 s) nobody
is. What is written waits in a bounded queue, so that the caller never does; words that do not fit are dropped and
counted, pieces of photos are asked for when there is room.
"""

import asyncio

SILENCE_MS = 75_000
"""Two and a half of the gateway's pings."""

MOST_QUEUED = 32_768
"""Bytes of words; what does not fit is lost."""

MOST_PACKS = 4_096
"""Bytes at which pieces of photos wait for room instead: at 460800 baud, the next 90 ms of the wire."""

PIECE = 256
BUSY_SECONDS = 0.002
IDLE_SECONDS = 0.02


class UartLink:
    """Drives `firmware`'s link inputs from a `machine.UART` (its `any`, `read` and `write`)."""

    def __init__(self, uart, clock, firmware) -> None:  # type: ignore[no-untyped-def]
        self.dropped = 0
        self._uart = uart
        self._clock = clock
        self._firmware = firmware
        self._queue: list[bytes] = []
        self._queued = 0
        self._full = False
        self._open = False
        self._heard_at = 0

    def write(self, data: bytes) -> None:
        """Queue bytes; dropped when nobody is there or the queue is full."""
        if not self._open or self._queued + len(data) > MOST_QUEUED:
            self.dropped += len(data)
            return
        self._queue.append(data)
        self._queued += len(data)

    def write_pack(self, frame: memoryview) -> bool:
        """Queue a piece of a photo, if there is room; else `firmware.link_room` is called when there is."""
        self._full = self._open and self._queued + len(frame) > MOST_PACKS
        if not self._full:
            self.write(bytes(frame))
        return not self._full

    async def run(self) -> None:
        """Carry bytes until cancelled."""
        while True:
            busy = self.step()
            await asyncio.sleep(BUSY_SECONDS if busy else IDLE_SECONDS)

    def step(self) -> bool:
        """One look at the wire; whether anything moved."""
        now = self._clock.now()
        data = self._uart.read(self._uart.any()) if self._uart.any() else None
        if data:
            self._heard_at = now
            if not self._open:
                self._open = True
                self._firmware.link_opened()
            self._firmware.link_received(data)
        elif self._open and now - self._heard_at >= SILENCE_MS:
            self._open = False
            self._queue = []
            self._queued = 0
            self._full = False
            self._firmware.link_closed()
        wrote = self._write_piece()
        if self._full and self._queued <= MOST_PACKS // 2:
            self._full = False
            self._firmware.link_room()
        return wrote or bool(data)

    def _write_piece(self) -> bool:
        if not self._queue:
            return False
        first = self._queue[0]
        written = self._uart.write(first[:PIECE]) or 0  # None: the buffer of the hardware is full
        self._queued -= written
        if written < len(first):
            self._queue[0] = first[written:]
        else:
            self._queue.pop(0)
        return True
