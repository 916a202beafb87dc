"""The link to the gateway by Bluetooth: simulated glasses as a GATT peripheral (PROTOCOL-device §2.1).

The same face as `sim.link.GlassesLink`. Frames are notified on 70FF in pieces of MTU - 3; a pack goes without its frame
on 72FF, one notification each, for there the link itself says where it ends and that it is whole. Where the MTU is too
small for that, it goes like any frame.

Frames go before packs. Of packs the firmware may have `PACKS` under way: as many as keep the controller full and the
air busy while the firmware is told of the next one's room, and no more, so that what is asked for again is not behind
what nobody wants any longer.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

from bumble.core import AdvertisingData
from bumble.device import Connection, Device
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.hci import Address
from bumble.host import DataPacketQueue, Host

from trifocal_firmware.boards.parts.uart import SILENCE_MS
from trifocal_shared.frame import PACK
from trifocal_tools.radio.controller import QUEUED_PACKETS, AirController, Radio
from trifocal_tools.sim.firmware_host import FirmwareHost

ADVERTISE_MS = 100.0
PACKS = QUEUED_PACKETS // 2 + 4
"""A pack is two packets; four more wait for the controller's next credit."""

MOST_QUEUED = 1_024
"""Notifications of frames that may wait for a slow air; a gateway that leaves more unread is cut off."""

PACK_AT, PACK_TAIL = 5, 3
"""Bytes of the frame around a pack: "##", kind and length; sum and "$$"."""

DISCONNECT_REASON = 0x15
"""The remote device goes away (Core specification, Vol 1 Part F)."""


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
        self._frames: deque[bytes] = deque()
        self._packs: deque[bytes] = deque()
        self._on_air: deque[int] = deque()  # of each pack: which packet of the host's is its last
        self._news = asyncio.Event()
        self._heard: asyncio.Queue[bytes] = asyncio.Queue()
        self._flowed = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._silence: asyncio.TimerHandle | None = None
        notify = Characteristic.Properties.NOTIFY
        write = Characteristic.Properties.WRITE | Characteristic.Properties.WRITE_WITHOUT_RESPONSE
        self._events: Characteristic[bytes] = Characteristic("70FF", notify, Characteristic.READABLE, b"")
        self._files: Characteristic[bytes] = Characteristic("72FF", notify, Characteristic.READABLE, b"")
        heard = CharacteristicValue(write=lambda _, value: self._heard.put_nowait(value))
        commands: Characteristic[bytes] = Characteristic("71FF", write, Characteristic.WRITEABLE, heard)
        device.add_service(Service("4860", [self._events, commands, self._files]))
        device.on("connection", self._connected)

    @property
    def linked(self) -> bool:
        """Whether a gateway is connected."""
        return self._gateway is not None

    @property
    def unsent(self) -> int:
        """Notifications that the controller has not taken yet."""
        return len(self._frames) + len(self._packs)

    async def listen(self, _address: str = "", _port: int = 0) -> int:
        """Power on and advertise. There is no port on the air: 0."""
        self._wanted = True
        await self._device.power_on()
        self._queue.on("flow", self._flows)
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

    def interrupt(self) -> None:
        """Break the connection, once; both ends are told."""
        if self._gateway:
            self._begin(self._gateway.disconnect(DISCONNECT_REASON))

    def weaken(self, loss_percent: int, latency_ms: int) -> bool:
        """From now on so many of a hundred packets are sent in vain, and all arrive so much later."""
        self._radio.weaken(loss_percent, latency_ms)
        return True

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
        most = self._gateway.att_mtu - 3
        self._frames.extend(data[at : at + most] for at in range(0, len(data), most))
        self._news.set()
        if len(self._frames) > MOST_QUEUED:
            self._frames.clear()
            self._begin(self._gateway.disconnect(DISCONNECT_REASON))

    def pack(self, frame: bytes) -> None:
        """Queue a piece of a photo in its frame, for which there was room; that is given back when it has gone over."""
        if self._gateway is not None:
            self._packs.append(frame)
            self._news.set()

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
        self._listen_on()
        self._firmware.link_opened()
        self._firmware.link_room(PACKS)
        self._changed(True)

    def _listen_on(self) -> None:
        """A gateway pings each 30 s: one of which nothing comes for so long is dead, though the link may stand."""
        if self._silence:
            self._silence.cancel()
        self._silence = asyncio.get_running_loop().call_later(SILENCE_MS / 1_000, self._fall_silent)

    def _fall_silent(self) -> None:
        if self._gateway:
            self._begin(self._gateway.disconnect(DISCONNECT_REASON))

    def _gone(self) -> None:
        if self._silence:
            self._silence.cancel()
        self._gateway = None
        self._frames.clear()
        self._packs.clear()
        self._on_air.clear()
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
            while self.unsent and self._gateway:
                await self._room()
                gateway = self._gateway
                if gateway and self._frames:
                    await self._device.notify_subscriber(gateway, self._events, self._frames.popleft())
                elif gateway and self._packs:
                    await self._send_pack(gateway, self._packs.popleft())

    async def _send_pack(self, gateway: Connection, frame: bytes) -> None:
        """Bare when it is one of ours; a file packet of MentraOS's has its frame there too."""
        most = gateway.att_mtu - 3
        data = frame[PACK_AT:-PACK_TAIL] if frame[2] == PACK else frame
        if len(data) <= most:
            await self._device.notify_subscriber(gateway, self._files, data)
        else:
            for at in range(0, len(frame), most):
                await self._device.notify_subscriber(gateway, self._events, frame[at : at + most])
        self._on_air.append(self._queue.queued)

    @property
    def _queue(self) -> DataPacketQueue:
        queue = self._device.host.le_acl_packet_queue
        assert queue, "there is one when the power is on"
        return queue

    async def _room(self) -> None:
        """Until the controller has taken what was queued for it, so that `unsent` is what it says."""
        while self._gateway and self._queue.pending >= self._queue.max_in_flight:
            self._flowed.clear()
            await self._flowed.wait()

    def _flows(self) -> None:
        """Packets have been on the air."""
        self._flowed.set()
        gone = 0
        while self._on_air and self._on_air[0] <= self._queue.completed:
            self._on_air.popleft()
            gone += 1
        if gone and self._gateway:
            self._firmware.link_room(gone)

    async def _hear(self) -> None:
        while True:
            heard = await self._heard.get()
            if self._gateway:
                self._listen_on()
            self._firmware.link_received(heard)
            await self._firmware.settle()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
