"""A controller and its host in two processes, HCI between them: a virtual one on TCP, or a real one on USB or a UART.

`HciDoor` lends a controller in a virtual radio to whoever connects; `HciCentral` is a host on any transport that bumble
knows (`tcp-client:HOST:PORT`, `usb:0`, `serial:/dev/ttyUSB0`, …), and gets it back when it was lost.
"""

import asyncio
import contextlib
from collections.abc import Callable

from bleak.exc import BleakError
from bumble.core import BaseBumbleError
from bumble.device import Device
from bumble.hci import Address
from bumble.transport import open_transport
from bumble.transport.common import PacketParser, Transport

from trifocal_tools.radio.controller import AirController, Radio
from trifocal_tools.radio.peripheral import RadioLink
from trifocal_tools.sim.firmware_host import FirmwareHost

GATEWAY = "C0:00:00:00:00:02"
READ_BYTES = 4_096
POWER_ON_S = 5.0
MOST_UNREAD = 1 << 20
"""Bytes of HCI that a host may leave unread."""


class HciDoor:
    """Lends one controller in this radio. Whoever comes later takes it from who came before."""

    def __init__(self, radio: Radio) -> None:
        self._radio = radio
        self._server: asyncio.Server | None = None
        self._host: asyncio.StreamWriter | None = None
        self._readers: set[asyncio.Task[None]] = set()

    async def open(self, address: str, port: int) -> int:
        """Listen; the port, for 0 any. Raises OSError."""
        self._server = await asyncio.start_server(self._came, address, port)
        found: int = self._server.sockets[0].getsockname()[1]
        return found

    async def close(self) -> None:
        """Let nobody in any more, and those who are in out."""
        if self._server:
            self._server.close()
        if self._host:
            self._host.transport.abort()
        await asyncio.gather(*self._readers, return_exceptions=True)

    async def _came(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._readers.add(task)
        if self._host:
            self._host.transport.abort()
        self._host = writer
        controller = AirController("lent", self._radio)
        controller.set_packet_sink(_Sink(writer))
        parser = PacketParser(controller)
        try:
            # What is no HCI raises; such a host is let go like one that hangs up.
            with contextlib.suppress(OSError, BaseBumbleError, ValueError, IndexError, KeyError):
                while data := await reader.read(READ_BYTES):
                    parser.feed_data(data)
        finally:
            self._readers.discard(task)
            self._radio.leave(controller)
            writer.transport.abort()
            if self._host is writer:
                self._host = None


class _Sink:
    """Hands a controller's packets to a host."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    def on_packet(self, packet: bytes) -> None:
        """Send it; a host that reads nothing is let go."""
        if self._writer.is_closing():
            return
        self._writer.write(packet)
        if self._writer.transport.get_write_buffer_size() > MOST_UNREAD:
            self._writer.transport.abort()


class HciRadioLink(RadioLink):
    """The link of simulated glasses whose radio a gateway in another process may enter through a door."""

    def __init__(self, firmware: FirmwareHost, changed: Callable[[bool], None], device: Device, radio: Radio) -> None:
        super().__init__(firmware, changed, device, radio)
        self._door = HciDoor(radio)

    async def listen(self, address: str = "127.0.0.1", port: int = 0) -> int:
        """Power on, advertise, and open the door; its port. Raises OSError."""
        await super().listen()
        self.port = await self._door.open(address, port)
        return self.port

    async def close(self) -> None:
        """Go away for good, and close the door."""
        await super().close()
        await self._door.close()


class HciCentral:
    """A gateway's Bluetooth on a transport of bumble's."""

    def __init__(self, transport: str, address: str = GATEWAY) -> None:
        self._spec = transport
        self._address = address
        self._turn = asyncio.Lock()
        self._transport: Transport | None = None
        self._device: Device | None = None

    async def device(self) -> Device:
        """The host, powered on; a fresh one after its transport was lost. Raises BleakError: there is none now."""
        async with self._turn:
            if self._device is None:
                self._device = await self._open()
            return self._device

    async def close(self) -> None:
        """Let go of the controller."""
        self._device = None
        transport, self._transport = self._transport, None
        if transport:
            with contextlib.suppress(OSError, BaseBumbleError):
                await transport.close()

    async def _open(self) -> Device:
        await self.close()
        try:
            self._transport = transport = await open_transport(self._spec)
            transport.source.terminated.add_done_callback(self._lost)
            device = Device.with_hci("gateway", Address(self._address), transport.source, transport.sink)
            device.le_enabled, device.classic_enabled = True, False
            async with asyncio.timeout(POWER_ON_S):
                await device.power_on()
        except (OSError, ValueError, BaseBumbleError, TimeoutError) as error:
            await self.close()
            raise BleakError(f"no Bluetooth at {self._spec}: {error or type(error).__name__}") from None
        return device

    def _lost(self, _: object) -> None:
        self._device = None
