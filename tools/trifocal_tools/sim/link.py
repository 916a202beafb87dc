"""The link to the gateway: K900 frames on TCP instead of Bluetooth. One gateway at a time, the newest wins.

It is as fast as TCP, until somebody weakens it: then everything goes over the air of a bad radio first. As on a real
one nothing is lost by that, it only comes later.
"""

import asyncio
import contextlib
import random
from collections.abc import Callable
from functools import partial
from typing import Protocol

from trifocal_firmware.boards.parts.uart import SILENCE_MS
from trifocal_tools.radio.air import PACKET_BYTES, Air
from trifocal_tools.radio.carrier import Carrier
from trifocal_tools.sim.firmware_host import FirmwareHost

MOST_QUEUED = 1 << 20
"""A gateway that leaves more bytes than this unread is gone, whatever TCP says."""

PACKS = 64
"""Packs that may wait for a gateway that does not read; their room comes back as it does."""

PIECE = 4_096
SILENCE_S = SILENCE_MS / 1_000
"""A gateway pings each 30 s: one of which nothing comes for so long is dead, though the link may stand."""

REBIND_TRIES = 50
REBIND_PAUSE_S = 0.1


class Link(Protocol):
    """What the glasses need of a way to the gateway; a `GlassesLink`, or a `RadioLink` over the virtual radio."""

    port: int

    async def listen(self, address: str, port: int) -> int:
        """Let a gateway come; the port it comes to. Raises OSError."""

    async def come_back(self) -> None:
        """In reach again. Raises OSError."""

    def go_away(self) -> None:
        """Out of reach."""

    async def close(self) -> None:
        """Go away for good."""

    def interrupt(self) -> None:
        """Break the connection, once."""

    def weaken(self, loss_percent: int, latency_ms: int) -> bool:
        """From now on so many of a hundred packets are lost at first, and all arrive later. False: it is no radio."""

    def write(self, data: bytes) -> None:
        """Queue bytes for the gateway; without one they go nowhere."""

    def pack(self, frame: bytes) -> None:
        """Queue a framed pack for which there was room; without a gateway it goes nowhere."""


class GlassesLink:
    """Listens while it is open. `changed(linked)` is told when a gateway comes or goes."""

    def __init__(self, firmware: FirmwareHost, changed: Callable[[bool], None]) -> None:
        self.port = 0
        self._firmware = firmware
        self._changed = changed
        self._address = ""
        self._wanted = False
        self._server: asyncio.Server | None = None
        self._gateway: asyncio.StreamWriter | None = None
        self._readers: set[asyncio.Task[None]] = set()
        self._taken = 0
        self._packed = asyncio.Event()
        self._air = Air(random.random)
        self._carrier = Carrier(self._air)
        self._weak = False

    async def listen(self, address: str, port: int) -> int:
        """Take up listening; the port it is on, for 0 any. Raises OSError."""
        self._address = address
        self._wanted = True
        self._server = await asyncio.start_server(self._connected, address, port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self.port

    async def come_back(self) -> None:
        """Listen again where it was. Raises OSError when somebody else took the port and keeps it."""
        self._wanted = True
        for left in reversed(range(REBIND_TRIES)):
            if self._server or not self._wanted:
                return
            try:
                await self.listen(self._address, self.port)
            except OSError:
                if not left:
                    raise
                await asyncio.sleep(REBIND_PAUSE_S)

    def go_away(self) -> None:
        """Out of reach: the gateway is cut off and none can connect."""
        self._wanted = False
        if self._server:
            self._server.close()
            self._server = None
        self._drop()

    def interrupt(self) -> None:
        """Break the connection, once; the gateway may come again at once."""
        self._drop()

    def weaken(self, loss_percent: int, latency_ms: int) -> bool:
        """From now on so many of a hundred packets are sent in vain, and all arrive so much later; 0 and 0: no air."""
        self._weak = loss_percent > 0 or latency_ms > 0
        self._air.loss = loss_percent / 100
        self._carrier.latency_s = latency_ms / 1_000
        return True

    async def close(self) -> None:
        """Go away for good."""
        self.go_away()
        await asyncio.gather(*self._readers)  # a connection that is cut off ends its reader

    def write(self, data: bytes) -> None:
        """Queue bytes for the gateway; without one they go nowhere."""
        gateway = self._gateway
        if gateway is None:
            return
        self._over(True, data, partial(gateway.write, data))
        on_air = self._carrier.under_way * PACKET_BYTES
        if gateway.transport.get_write_buffer_size() + on_air > MOST_QUEUED:
            self._drop()

    def pack(self, frame: bytes) -> None:
        """Queue a framed pack for which there was room."""
        if self._gateway is not None:
            self._over(True, frame, partial(self._take, self._gateway, frame))

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._readers.add(task)
        giving: asyncio.Task[None] | None = None
        try:
            if self._server is None:  # it was accepted in the moment of going away
                writer.transport.abort()
                return
            self._drop()
            self._gateway = writer
            self._firmware.link_opened()
            self._changed(True)
            giving = asyncio.create_task(self._give_room(writer))
            await self._read(reader, writer)
        finally:
            if giving:
                giving.cancel()
            self._readers.discard(task)
            if self._gateway is writer:
                self._drop()

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await asyncio.wait_for(reader.read(PIECE), SILENCE_S):
                if self._gateway is not writer:
                    return
                self._over(False, data, partial(self._firmware.link_received, data))
                await self._firmware.settle()

    def _over(self, to_gateway: bool, data: bytes, arrive: Callable[[], object]) -> None:
        """Over the air where there is one; also what is said right after it was taken away, for order's sake."""
        if not self._weak and not self._carrier.under_way:
            arrive()
            return
        for at in range(0, len(data), PACKET_BYTES):
            left = len(data) - at
            last = left <= PACKET_BYTES
            self._carrier.carry(to_gateway, min(left, PACKET_BYTES), arrive if last else _nothing)

    def _take(self, gateway: asyncio.StreamWriter, frame: bytes) -> None:
        gateway.write(frame)
        self._taken += 1
        self._packed.set()

    async def _give_room(self, writer: asyncio.StreamWriter) -> None:
        """Give back the room of packs that TCP has taken off our hands."""
        self._taken = 0
        self._firmware.link_room(PACKS)
        with contextlib.suppress(OSError):
            while True:
                await self._packed.wait()
                self._packed.clear()
                await writer.drain()
                await asyncio.sleep(0)  # `drain` returns at once while there is room
                taken, self._taken = self._taken, 0
                if taken and self._gateway is writer:
                    self._firmware.link_room(taken)

    def _drop(self) -> None:
        if self._gateway is None:
            return
        self._carrier.cut()
        self._gateway.transport.abort()
        self._gateway = None
        self._firmware.link_closed()
        self._changed(False)


def _nothing() -> None:
    """A piece of something has arrived, and not its last one."""
