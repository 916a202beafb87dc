"""The way to the glasses by Bluetooth: bleak as the central of service 4860 (PROTOCOL-device §2.1, §2.2).

Frames go out cut to MTU - 3, one GATT operation at a time. What any characteristic of the service notifies is taken by
its content: a pack comes without its frame and gets it here, everything else is bytes of frames.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

from bleak import BleakClient, BleakScanner
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import BaseBleakScanner
from bleak.exc import BleakError

from trifocal_gateway.errors import LinkDown
from trifocal_shared.frame import PACK, encode_frame
from trifocal_shared.pack import HEAD, PIECE

SERVICE = "00004860-0000-1000-8000-00805f9b34fb"
FILES = "000072ff-0000-1000-8000-00805f9b34fb"

SCAN_S = 60.0
CONNECT_S = 30.0
"""Both as the phone does it (PROTOCOL-device §2.2)."""

WRITE_S = 10.0
MOST_UNSENT = 262_144
"""Bytes that may wait for glasses that take none; beyond that the link is given up."""

Backends = tuple[type[BaseBleakScanner], type[BaseBleakClient]]


def name_of(url: str) -> str:
    """Name or address in `ble:NAME`. ValueError for anything else."""
    scheme, _, name = url.partition(":")
    if scheme != "ble" or not name or not name.isprintable():
        raise ValueError(f"the glasses' address is ble:NAME, not {url!r}")
    return name


class BleLink:
    """One connection, made by `connect`. `run` must be awaited for anything to be received or sent."""

    def __init__(self, client: BleakClient, lost: asyncio.Event) -> None:
        self._client = client
        self._lost = lost
        self._closed = False
        self._unsent: deque[bytes] = deque()
        self._waiting = 0
        self._news = asyncio.Event()

    @classmethod
    async def connect(cls, url: str, backends: Backends | None = None, timeout_s: float = CONNECT_S) -> "BleLink":
        """Find glasses by name or address and connect. `backends` are bleak's scanner and client instead of the
        platform's. Raises LinkDown when there are none in time, ValueError for a wrong address.
        """
        name = name_of(url)
        scanner, radio = backends or (None, None)
        lost = asyncio.Event()

        def ours(device: BLEDevice, said: object) -> bool:
            return name in (device.name, device.address)

        try:
            chosen: Any = {"backend": scanner} if scanner else {}
            found = await BleakScanner.find_device_by_filter(ours, timeout=SCAN_S, **chosen)
            if found is None:
                raise LinkDown("the glasses are not in reach")
            client = BleakClient(found, lambda _: lost.set(), timeout=timeout_s, backend=radio)
            await client.connect()
        except (BleakError, OSError) as error:
            raise LinkDown(f"the glasses cannot be reached: {error or type(error).__name__}") from None
        return cls(client, lost)

    async def run(self, received: Callable[[bytes], None]) -> None:
        """Subscribe, then hand over what comes and send what is written, until `close`. Raises LinkDown when the
        connection ends otherwise, or these are no glasses.
        """
        try:
            commands = await self._subscribe(received)
            sending = asyncio.create_task(self._send(commands))
            lost = asyncio.create_task(self._lost.wait())
            try:
                await asyncio.wait({sending, lost}, return_when=asyncio.FIRST_COMPLETED)
                if sending.done():
                    sending.result()
            finally:
                for task in (sending, lost):
                    task.cancel()
                await asyncio.gather(sending, lost, return_exceptions=True)
        except (BleakError, OSError) as error:
            if not self._closed:
                raise LinkDown(f"the glasses' link broke: {error or type(error).__name__}") from None
        if not self._closed:
            raise LinkDown("the glasses are out of reach")

    def write(self, data: bytes) -> None:
        """Send it in time. A link that is down takes it and loses it; one that does not drain goes down."""
        if self._closed or self._lost.is_set():
            return
        self._unsent.append(data)
        self._waiting += len(data)
        self._news.set()
        if self._waiting > MOST_UNSENT:
            self._unsent.clear()
            self._lost.set()

    async def close(self) -> None:
        """Close it; what is still unsent is lost."""
        self._closed = True
        self._unsent.clear()
        self._lost.set()
        try:
            await self._client.disconnect()
        except (BleakError, OSError):
            return

    async def _subscribe(self, received: Callable[[bytes], None]) -> BleakGATTCharacteristic:
        service = self._client.services.get_service(SERVICE)
        commands = None
        for each in service.characteristics if service else ():
            if {"notify", "indicate"} & set(each.properties):
                await self._client.start_notify(each, lambda of, data: received(_framed(of.uuid, bytes(data))))
            if {"write", "write-without-response"} & set(each.properties) and each.uuid != FILES:
                commands = commands or each
        if commands is None:
            raise BleakError("these are no glasses: service 4860 takes no commands")
        return commands

    async def _send(self, commands: BleakGATTCharacteristic) -> None:
        response = "write-without-response" not in commands.properties
        while True:
            await self._news.wait()
            self._news.clear()
            while self._unsent:
                data = self._unsent.popleft()
                self._waiting -= len(data)
                most = commands.max_write_without_response_size
                for at in range(0, len(data), most):
                    async with asyncio.timeout(WRITE_S):
                        await self._client.write_gatt_char(commands, data[at : at + most], response=response)


def _framed(uuid: str, data: bytes) -> bytes:
    """Bytes of frames: a pack that came alone gets its frame."""
    if uuid == FILES and len(data) > HEAD and data[0] == PIECE:
        return encode_frame(PACK, data, False)
    return data
