"""The link to the gateway by wire: simulated glasses at a serial port, which is a pty of this machine.

The same face as `sim.link.GlassesLink`. A wire knows no connection: whoever speaks is there, until nothing has come
for so long as the firmware's own `UartLink` waits. It carries as many bytes a second to the gateway as a UART of its
speed would. Out of reach means unplugged: the port is gone, and comes back under the same name.
"""

import asyncio
import os
import tty
from collections import deque
from collections.abc import Callable
from pathlib import Path

from trifocal_firmware.boards.parts.uart import SILENCE_MS
from trifocal_tools.sim.firmware_host import FirmwareHost

READ_BYTES = 4_096
MOST_HEARD = 16
"""Pieces that may wait for a slow firmware before the wire is left unread."""

MOST_UNSENT = 65_536
"""Bytes that may wait for the wire: more than two windows of a photo."""

PACKS = 64
"""Packs that may be among those; their room comes back when they have been on the wire."""

PIECE = 256
BITS = 10
"""On the wire, for each byte: eight, a start and a stop."""

GRAIN_S = 0.004
"""So far a byte may be ahead of its time; a timer for each would cost more than the firmware."""


class PtyLink:
    """The port is there while it is open. `changed(linked)` is told when a gateway begins or ceases to be heard."""

    def __init__(self, firmware: FirmwareHost, changed: Callable[[bool], None], port_name: Path, baud: int) -> None:
        """`port_name` is a link to the pty, made when it is opened and removed when it is closed."""
        self.port = 0
        self.dropped = 0
        """Bytes that found no room on their way to the gateway."""
        self._firmware = firmware
        self._changed = changed
        self._name = port_name
        self._byte_s = BITS / baud
        self._loop = asyncio.get_running_loop()
        self._ends: tuple[int, int] | None = None  # ours, and the one that keeps the pty alive when nobody has it open
        self._unsent = bytearray()
        self._sending: asyncio.Handle | None = None  # the turn of the next piece
        self._wire_free = 0.0
        self._sent = 0  # bytes since the gateway was first heard
        self._packs: deque[int] = deque()  # how many bytes will have been sent when each pack has
        self._open = False
        self._silence: asyncio.TimerHandle | None = None
        self._heard: asyncio.Queue[bytes] = asyncio.Queue()
        self._hearing: asyncio.Task[None] | None = None

    async def listen(self, _address: str = "", _port: int = 0) -> int:
        """Plug in. There is no port number on a wire: 0. Raises OSError."""
        self._hearing = asyncio.create_task(self._hear())
        await self.come_back()
        return self.port

    async def come_back(self) -> None:
        """Plug in again. Raises OSError."""
        if self._ends is not None:
            return
        ours, theirs = os.openpty()
        self._ends = ours, theirs
        tty.setraw(theirs)
        os.set_blocking(ours, False)
        fresh = self._name.with_name(self._name.name + ".new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(os.ttyname(theirs))
        fresh.replace(self._name)
        self._loop.add_reader(ours, self._readable)

    def go_away(self) -> None:
        """Unplugged: who has the port open notices at once."""
        if self._ends is None:
            return
        self._gone()
        self._loop.remove_reader(self._ends[0])
        self._name.unlink(missing_ok=True)
        for end in self._ends:
            os.close(end)
        self._ends = None

    async def close(self) -> None:
        """Unplug for good."""
        self.go_away()
        if self._hearing:
            self._hearing.cancel()
            await asyncio.gather(self._hearing, return_exceptions=True)

    def write(self, data: bytes) -> None:
        """Queue bytes for the gateway. Where nobody is heard, or where there is no room, they are lost."""
        if not self._open or len(self._unsent) + len(data) > MOST_UNSENT:
            self.dropped += len(data)
            return
        self._unsent += data
        if self._sending is None:
            self._sending = self._loop.call_soon(self._send)

    def pack(self, frame: bytes) -> None:
        """Queue a framed pack for which there was room."""
        self.write(frame)
        self._packs.append(self._sent + len(self._unsent))

    def interrupt(self) -> None:
        """What is on the wire is lost, and the gateway is heard anew."""
        self._gone()

    def weaken(self, loss_percent: int, latency_ms: int) -> bool:
        """A wire is no radio: False."""
        return False

    def _readable(self) -> None:
        assert self._ends
        try:
            data = os.read(self._ends[0], READ_BYTES)
        except BlockingIOError:
            return
        if self._silence:
            self._silence.cancel()
        self._silence = self._loop.call_later(SILENCE_MS / 1000, self._gone)
        if not self._open:
            self._open = True
            self._firmware.link_opened()
            self._firmware.link_room(PACKS)
            self._changed(True)
        self._heard.put_nowait(data)
        if self._heard.qsize() >= MOST_HEARD:
            self._loop.remove_reader(self._ends[0])

    async def _hear(self) -> None:
        while True:
            data = await self._heard.get()
            if self._open:
                self._firmware.link_received(data)
                await self._firmware.settle()
            if self._ends and self._heard.empty():
                self._loop.add_reader(self._ends[0], self._readable)

    def _send(self) -> None:
        """Put the next piece on the wire, and go on when the wire is free again, or the pty has room."""
        assert self._ends
        ours, now = self._ends[0], self._loop.time()
        self._loop.remove_writer(ours)
        try:
            sent = os.write(ours, self._unsent[:PIECE])
        except BlockingIOError:
            self._loop.add_writer(ours, self._send)
            return
        del self._unsent[:sent]
        self._sent += sent
        self._wire_free = max(now, self._wire_free) + sent * self._byte_s
        if not self._unsent:
            self._sending = None
        elif self._wire_free - now > GRAIN_S:
            self._sending = self._loop.call_at(self._wire_free, self._send)
        else:
            self._sending = self._loop.call_soon(self._send)
        self._give_room()

    def _give_room(self) -> None:
        gone = 0
        while self._packs and self._packs[0] <= self._sent:
            self._packs.popleft()
            gone += 1
        if gone:
            self._firmware.link_room(gone)

    def _hush(self) -> None:
        """What waits for the wire is lost."""
        self._unsent.clear()
        self._packs.clear()
        self._sent = 0
        if self._sending:
            self._sending.cancel()
            self._sending = None
        if self._ends:
            self._loop.remove_writer(self._ends[0])

    def _gone(self) -> None:
        if self._silence:
            self._silence.cancel()
            self._silence = None
        self._hush()
        while not self._heard.empty():
            self._heard.get_nowait()
        if self._open:
            self._open = False
            self._firmware.link_closed()
            self._changed(False)
