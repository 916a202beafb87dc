"""A backend for bleak on bumble: the gateway's real code over a virtual radio, or over any controller bumble drives.

`backends(host)` makes the two types that bleak's `backend=` takes. The central asks for 2M and long packets,
and knows the MTU before anything is sent. A connection begins at a short interval, for setting up is many small
questions, and goes over to the one that is wanted; what a peer offers is asked for once.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

from bleak.args import SizedBuffer
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakError
from bumble import core, hci
from bumble.core import AdvertisingData
from bumble.device import Advertisement, Connection, ConnectionParametersPreferences, Device, Peer

from trifocal_tools.radio import layout

MTU = 498
"""Exactly two radio packets a notification (FIRMWARE §2); 517 would cost 11 %."""

LONGEST_PACKET = (251, 2_120)
"""Bytes and microseconds of the longest packet (Core specification, Vol 6 Part B §4.5.10)."""

SUPERVISION_MS = 2_000
INTERVAL_MS = 15.0

SET_UP_INTERVAL_MS = 7.5
"""The shortest there is (Core specification, Vol 6 Part B §4.5.1)."""

SET_UP_S = 0.5
"""How long a connection keeps that."""

AGAIN_S = 0.5
"""Between two looks for a host that is gone."""

_PROPERTIES = {0x02: "read", 0x04: "write-without-response", 0x08: "write", 0x10: "notify", 0x20: "indicate"}
_BASE = "-0000-1000-8000-00805f9b34fb"


def long_uuid(uuid: core.UUID) -> str:
    """As bleak spells it: all of it, in small letters."""
    short = uuid.to_hex_str().lower()
    return f"{short:0>8}{_BASE}" if len(short) <= 8 else str(uuid).lower()


Host = Callable[[], Awaitable[Device]]
"""Gives a host that is powered on, or raises BleakError."""


def at_hand(device: Device) -> Host:
    """A host that is always there."""

    async def host() -> Device:
        return device

    return host


def backends(host: Host, interval: float = INTERVAL_MS) -> tuple[type[BaseBleakScanner], type[BaseBleakClient]]:
    """bleak's scanner and client on this host; connections have this interval, in ms."""

    class Scanner(BumbleScanner):
        bumble_host = staticmethod(host)

    class Client(BumbleClient):
        bumble_host = staticmethod(host)
        interval_ms = interval
        layouts: ClassVar[dict[str, layout.Layout]] = {}

    return Scanner, Client


class BumbleScanner(BaseBleakScanner):
    """Scans, and passes on what the filter lets through. Where the host goes, it waits for the next one."""

    bumble_host: Host

    def __init__(self, detection_callback: Any, service_uuids: list[str] | None, *_: Any, **__: Any) -> None:
        super().__init__(detection_callback, service_uuids)
        self._device: Device | None = None
        self._again: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to listen. A host can do this once at a time. Raises BleakError."""
        self.seen_devices = {}
        device = await self.bumble_host()
        await _ask(device.start_scanning(legacy=True, filter_duplicates=False), strict=True)
        device.on("advertisement", self._heard)
        device.on("flush", self._lost)
        self._device = device

    async def stop(self) -> None:
        """Listen no more."""
        again, self._again = self._again, None
        if again:
            again.cancel()
        device, self._device = self._device, None
        if device:
            device.remove_listener("advertisement", self._heard)
            device.remove_listener("flush", self._lost)
            if device.is_scanning:
                await _ask(device.stop_scanning(legacy=True))

    def _lost(self) -> None:
        self._device = None
        self._again = asyncio.create_task(self._start_again())

    async def _start_again(self) -> None:
        while self._device is None:
            await asyncio.sleep(AGAIN_S)
            with contextlib.suppress(BleakError):
                await self.start()

    def _heard(self, said: Advertisement) -> None:
        name = said.data.get(AdvertisingData.COMPLETE_LOCAL_NAME)
        uuids = [
            long_uuid(uuid)
            for kind in (
                AdvertisingData.INCOMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
                AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
            )
            for uuid in said.data.get(kind) or ()
        ]
        if not self.is_allowed_uuid(uuids):
            return
        spoken = name if isinstance(name, str) else None
        heard = AdvertisementData(spoken, {}, {}, uuids, None, said.rssi, ())
        address = said.address.to_string(False)
        self.call_detection_callbacks(
            self.create_or_update_device(address, address, spoken, said.address, heard), heard
        )


class BumbleClient(BaseBleakClient):
    """One connection."""

    bumble_host: Host
    interval_ms: float
    layouts: ClassVar[dict[str, layout.Layout]]
    """Of the peers that were here before, by address."""

    def __init__(self, address_or_ble_device: Any, services: set[str] | None = None, **kwargs: Any) -> None:
        kwargs.pop("winrt", None)
        super().__init__(address_or_ble_device, **kwargs)
        self._connection: Connection | None = None
        self._peer: Peer | None = None
        self._settling: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        """The peer's address: the name belongs to its advertisement."""
        return self.address

    @property
    def mtu_size(self) -> int:
        """As it was agreed on; 23 without a connection."""
        return self._connection.att_mtu if self._connection else 23

    @property
    def is_connected(self) -> bool:
        """Whether the connection is there."""
        return self._connection is not None

    async def connect(self, pair: bool, **_: Any) -> None:
        """Connect, agree on MTU, PHY and packets, discover. Raises BleakError, TimeoutError alone."""
        preferences = {hci.Phy.LE_1M: _parameters(SET_UP_INTERVAL_MS)}
        address = hci.Address(self.address, hci.Address.RANDOM_DEVICE_ADDRESS)
        device = await self.bumble_host()
        connecting = device.connect(address, connection_parameters_preferences=preferences, timeout=self._timeout)
        connection = await _ask(connecting, strict=True)
        self._connection = connection
        connection.on("disconnection", lambda _: self._gone())
        self._peer = Peer(connection)
        await _ask(connection.set_data_length(*LONGEST_PACKET))
        await _ask(connection.set_phy([hci.Phy.LE_2M], [hci.Phy.LE_2M]))
        await _ask(self._with_peer().request_mtu(MTU), strict=True)
        await _ask(self._discover(), strict=True)
        self._settling = asyncio.create_task(self._settle(connection))

    async def disconnect(self) -> None:
        """End the connection, if there is one."""
        if self._connection:
            await _ask(self._connection.disconnect())

    async def pair(self, *args: Any, **kwargs: Any) -> None:
        """Raises BleakError: the glasses do not ask for it."""
        raise BleakError("pairing is not offered by this backend")

    async def unpair(self) -> None:
        """Raises BleakError, like `pair`."""
        raise BleakError("pairing is not offered by this backend")

    async def read_gatt_char(
        self, characteristic: BleakGATTCharacteristic, *, use_cached: bool = False, **_: Any
    ) -> bytearray:
        """Read a value. Raises BleakError."""
        return bytearray(await _ask(self._with_peer().read_value(characteristic.obj), strict=True))

    async def read_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, *, use_cached: bool = False, **_: Any
    ) -> bytearray:
        """Read a descriptor. Raises BleakError."""
        return bytearray(await _ask(self._with_peer().read_value(descriptor.obj), strict=True))

    async def write_gatt_char(self, characteristic: BleakGATTCharacteristic, data: SizedBuffer, response: bool) -> None:
        """Write a value. Raises BleakError."""
        await _ask(self._with_peer().write_value(characteristic.obj, bytes(data), response), strict=True)

    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: SizedBuffer) -> None:
        """Write a descriptor. Raises BleakError."""
        await _ask(self._with_peer().write_value(descriptor.obj, bytes(data), True), strict=True)

    async def start_notify(self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **_: Any) -> None:
        """Subscribe; the peer has taken the descriptor when this returns. Raises BleakError."""

        def heard(value: bytes) -> None:
            callback(bytearray(value))

        await _ask(self._with_peer().subscribe(characteristic.obj, heard), strict=True)

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        """End a subscription. Raises BleakError."""
        await _ask(self._with_peer().unsubscribe(characteristic.obj), strict=True)

    def _with_peer(self) -> Peer:
        if self._peer is None or self._connection is None:
            raise BleakError("not connected")
        return self._peer

    async def _settle(self, connection: Connection) -> None:
        await asyncio.sleep(SET_UP_S)
        wanted = self.interval_ms
        await _ask(connection.update_parameters(wanted, wanted, 0, SUPERVISION_MS))

    async def _discover(self) -> None:
        found = BleakGATTServiceCollection()
        peer = self._with_peer()
        known = self.layouts.get(self.address)
        if known is None:
            known = self.layouts[self.address] = await layout.discovered(peer)
        for service in layout.services(known, peer):
            ours = BleakGATTService(service, service.handle, long_uuid(service.uuid))
            found.add_service(ours)
            for each in service.characteristics:
                can: Any = [word for bit, word in _PROPERTIES.items() if int(each.properties) & bit]
                made = BleakGATTCharacteristic(
                    each, each.handle, long_uuid(each.uuid), can, lambda: self.mtu_size - 3, ours
                )
                found.add_characteristic(made)
                for descriptor in each.descriptors:
                    uuid = long_uuid(descriptor.type)
                    found.add_descriptor(BleakGATTDescriptor(descriptor, descriptor.handle, uuid, made))
        self.services = found

    def _gone(self) -> None:
        self._connection = None
        self._peer = None
        self.services = None
        if self._settling:
            self._settling.cancel()
        if self._disconnected_callback:
            self._disconnected_callback()


async def _ask(work: Awaitable[Any], strict: bool = False) -> Any:
    """What comes of it. bumble's errors are none, or bleak's where it is `strict`; also its cancelling of what is under
    way when a connection ends, which is no cancellation of the task that waits.
    """
    try:
        return await work
    except core.TimeoutError as error:
        raise TimeoutError(f"the peer does not answer: {error}") from None
    except (core.BaseBumbleError, asyncio.CancelledError) as error:
        task = asyncio.current_task()
        if isinstance(error, asyncio.CancelledError) and task and task.cancelling():
            raise
        if strict:
            raise BleakError(f"{type(error).__name__}: {error}") from None
        return None


def _parameters(interval_ms: float) -> ConnectionParametersPreferences:
    return ConnectionParametersPreferences(
        connection_interval_min=interval_ms, connection_interval_max=interval_ms, supervision_timeout=SUPERVISION_MS
    )
