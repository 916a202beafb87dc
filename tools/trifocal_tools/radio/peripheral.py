"""The link to the gateway by Bluetooth: simulated glasses as a GATT peripheral (PROTOCOL-device §2.1).

The same face as `sim.link.GlassesLink`. Frames are notified on 70FF in pieces of MTU - 3; a pack goes without its frame
on 72FF, one notification each, for there the link itself says where it ends and that it is whole.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

from bumble.core import AdvertisingData
from bumble.device import Connection, Device
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.hci import Address
from bumble.host import Host

from trifocal_shared.frame import OVERHEAD, PACK
from trifocal_tools.radio.controller import AirController, Radio
from trifocal_tools.sim.firmware_host import FirmwareHost

ADVERTISE_MS = 100.0
MOST_QUEUED = 4_096
"""Notifications that may wait for a slow air; a gateway that leaves more unread is cut off."""

DISCONNECT_REASON = 0x15
"""The remote device goes away (Core specification, Vol 1 Part F)."""

_PACK_HEAD = b"##" + bytes((PACK,))


def make_device(name: str, address: str, radio: Radio) -> Device:
    """A Bluetooth host with a controller in this radio."""
    host = Host()
    host.controller = AirController(name, radio)
    device = Device(name=name, address=Address(address), host=host)
    device.le_enabled, device.classic_enabled = True, False
    return device


class RadioLink:
    """Advertises while it is open. `changed(linked)` is told when a gateway comes or goes."""

    def __init__(self, firmware: FirmwareHost, changed: Callable[[bool], None], device: Device, radio: Radio) -> None:
        self.port = 0
        self._firmware = firmware
        self._changed = changed
        self._device = device
        self._radio = radio
        self._wanted = False
        self._gateway: Connection | None = None
        self._unsent: deque[tuple[Characteristic[bytes], bytes]] = deque()
        self._news = asyncio.Event()
        self._heard: asyncio.Queue[bytes] = asyncio.Queue()
        self._flowed = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        notify = Characteristic.Properties.NOTIFY
        write = Characteristic.Properties.WRITE | Characteristic.Properties.WRITE_WITHOUT_RESPONSE
        self._events: Characteristic[bytes] = Characteristic("70FF", notify, Characteristic.READABLE, b"")
        self._files: Characteristic[bytes] = Characteristic("72FF", notify, Characteristic.READABLE, b"")
        heard = CharacteristicValue(write=lambda _, value: self._heard.put_nowait(value))
        commands: Characteristic[bytes] = Characteristic("71FF", write, Characteristic.WRITEABLE, heard)
        device.add_service(Service("4860", [self._events, commands, self._files]))
        device.on("connection", self._connected)

    @property
    def unsent(self) -> int:
        """Notifications that have not been on the air yet."""
        return len(self._unsent)

    async def listen(self, _address: str = "", _port: int = 0) -> int:
        """Power on and advertise. There is no port on the air: 0."""
        self._wanted = True
        await self._device.power_on()
        self._begin(self._send())
        self._begin(self._hear())
        await self._advertise()
        return self.port

    def go_away(self) -> None:
        """Out of reach. As on any air, both ends notice when supervision has waited long enough."""
        self._radio.drop()

    async def come_back(self) -> None:
        """In reach again."""
        self._radio.back()

    async def close(self) -> None:
        """Go away for good; a gateway that is in reach is told."""
        self._wanted = False
        self._radio.back()
        if self._gateway:
            await self._gateway.disconnect(DISCONNECT_REASON)
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._device.power_off()

    def write(self, data: bytes) -> None:
        """Queue one frame for the gateway; without one it goes nowhere."""
        if self._gateway is None:
            return
        if data.startswith(_PACK_HEAD) and len(data) - OVERHEAD - 1 == int.from_bytes(data[3:5], "big"):
            self._unsent.append((self._files, data[5:-3]))
        else:
            most = self._gateway.att_mtu - 3
            self._unsent.extend((self._events, data[at : at + most]) for at in range(0, len(data), most))
        self._news.set()
        if len(self._unsent) > MOST_QUEUED:
            self._unsent.clear()
            self._begin(self._gateway.disconnect(DISCONNECT_REASON))

    async def _advertise(self) -> None:
        data = AdvertisingData(
            [
                (AdvertisingData.FLAGS, bytes((6,))),
                (AdvertisingData.INCOMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS, bytes.fromhex("6048")),
                (AdvertisingData.COMPLETE_LOCAL_NAME, self._device.name.encode()),
            ]
        )
        await self._device.start_advertising(
            advertising_data=bytes(data),
            advertising_interval_min=ADVERTISE_MS,
            advertising_interval_max=ADVERTISE_MS,
        )

    def _connected(self, gateway: Connection) -> None:
        self._gateway = gateway
        gateway.on("disconnection", lambda _: self._gone())
        self._firmware.link_opened()
        self._changed(True)

    def _gone(self) -> None:
        self._gateway = None
        self._unsent.clear()
        while not self._heard.empty():
            self._heard.get_nowait()
        self._flowed.set()
        self._firmware.link_closed()
        self._changed(False)
        if self._wanted:
            self._begin(self._advertise())

    async def _send(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            while self._unsent and self._gateway:
                await self._room()
                if self._unsent and self._gateway:
                    await self._device.notify_subscriber(self._gateway, *self._unsent.popleft())

    async def _room(self) -> None:
        """Until the controller has taken what was queued for it, so that `unsent` is what it says."""
        queue = self._device.host.le_acl_packet_queue
        while queue and self._gateway and queue.pending >= queue.max_in_flight:
            self._flowed.clear()
            queue.once("flow", self._flowed.set)
            await self._flowed.wait()

    async def _hear(self) -> None:
        while True:
            self._firmware.link_received(await self._heard.get())
            await self._firmware.settle()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
