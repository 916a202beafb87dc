"""The link of glasses on Linux: TCP, or a serial port in the air's stead. Frames as on any other wire.

A gateway comes to the address (`trifocal gateway --sim tcp://GLASSES:4860`); the newest one wins, for the one before it
may be a connection that nobody knows to be dead. Words wait in the socket's buffer, bounded; pieces of photos are
refused when it is full and asked for when it is not. TCP says nothing about who is at the other end: leave this to a
network that is yours.
"""

import asyncio

MOST_WORDS = 1 << 20
"""A gateway that leaves more bytes than this unread is gone, whatever TCP says."""

MOST_PACKS = 65_536
"""Bytes at which pieces of photos wait for room instead."""

LONGEST_PACK = 1_024
"""Bytes; longer than any, so that a socket which refuses one also says when it has drained."""

PIECE = 4_096


class TcpLink:
    """Listens at an address and drives `firmware`'s link inputs."""

    def __init__(self, host: str, port: int, firmware) -> None:  # type: ignore[no-untyped-def]
        self.port = port
        self._host = host
        self._firmware = firmware
        self._gateway: asyncio.StreamWriter | None = None
        self._room = asyncio.Event()
        self.listens = asyncio.Event()

    def write(self, data: bytes) -> None:
        """Queue bytes; without a gateway they go nowhere."""
        if self._gateway is None:
            return
        self._gateway.write(data)
        if self._gateway.transport.get_write_buffer_size() > MOST_WORDS:
            self._drop(self._gateway)

    def write_pack(self, frame: memoryview) -> bool:
        """Queue a piece of a photo, if there is room; else `firmware.link_room` is called when there is."""
        gateway = self._gateway
        if gateway is None:
            return True
        if gateway.transport.get_write_buffer_size() + len(frame) > MOST_PACKS:
            self._room.set()
            return False
        gateway.write(bytes(frame))
        return True

    async def run(self) -> None:
        """Listen until cancelled. Raises OSError when it cannot."""
        server = await asyncio.start_server(self._serve, self._host, self.port)
        self.port = server.sockets[0].getsockname()[1]
        self.listens.set()
        try:
            while True:
                await self._room.wait()
                self._room.clear()
                await self._drained()
        finally:
            server.close()
            self._drop(self._gateway)

    async def _drained(self) -> None:
        """Until the gateway has taken enough; then there is room again."""
        gateway = self._gateway
        try:
            if gateway is not None:
                await gateway.drain()
        except OSError:
            return  # its reader ends too
        if gateway is self._gateway:
            self._firmware.link_room()

    async def _serve(self, reader: "asyncio.StreamReader", writer: "asyncio.StreamWriter") -> None:
        self._drop(self._gateway)
        writer.transport.set_write_buffer_limits(high=MOST_PACKS - LONGEST_PACK)
        self._gateway = writer
        self._firmware.link_opened()
        try:
            data = await reader.read(PIECE)
            while data and self._gateway is writer:
                self._firmware.link_received(data)
                data = await reader.read(PIECE)
        except OSError:
            pass  # a connection that breaks has ended
        self._drop(writer)

    def _drop(self, writer: "asyncio.StreamWriter | None") -> None:
        """End this connection; told once."""
        if writer is None:
            return
        writer.transport.abort()
        if self._gateway is writer:
            self._gateway = None
            self._firmware.link_closed()


class SerialWire:
    """A port of pyserial with the face that `UartLink` knows. `port` is an open `serial.Serial` with no timeouts."""

    def __init__(self, port) -> None:  # type: ignore[no-untyped-def]
        self._port = port

    def any(self) -> int:
        """How many bytes have come. Raises OSError when the port is gone."""
        return int(self._port.in_waiting)

    def read(self, count: int) -> bytes:
        """So many of them."""
        return bytes(self._port.read(count))

    def write(self, data: bytes) -> int:
        """How many were taken; the rest is offered again."""
        return int(self._port.write(data) or 0)
