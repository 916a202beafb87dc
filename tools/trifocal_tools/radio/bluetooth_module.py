"""MicroPython's module `bluetooth` on bumble: what a board's Bluetooth code imports, on CPython and a virtual radio.

It keeps the contract that MicroPython 1.29 documents for it, as far as a peripheral uses it, with NimBLE's habits where
nothing is said: values longer than their buffer are cut, notifications longer than
MTU - 3 too; a full pool of buffers is OSError(ENOMEM) and nothing tells when it has room again; what an interrupt is
handed is gone when it returns; advertising ends with a connection and must be begun anew.

The host must have been powered on before `BLE.active(True)`, for that cannot wait here.
"""

import asyncio
import errno
import json
from collections.abc import Callable, Coroutine
from typing import Any

from bumble import att, core, hci
from bumble.device import Connection, Device
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.keys import KeyStore, PairingKeys
from bumble.pairing import PairingConfig, PairingDelegate

POOL_PACKETS = 12
"""Packets that wait for the controller: NimBLE's usual pool of 12 buffers of 292 bytes."""

MOST_ADVERTISED = 31
USUAL_BUFFER = 20

CENTRAL_CONNECT, CENTRAL_DISCONNECT, GATTS_WRITE = 1, 2, 3
MTU_EXCHANGED, ENCRYPTION_UPDATE, GET_SECRET, SET_SECRET = 21, 28, 29, 30
WRITE_ENCRYPTED = 0x1000
PEER_SECRET = 2
"""The kind of a peer's keys, as NimBLE numbers them."""

Handler = Callable[[int, tuple[Any, ...]], Any]


class UUID:
    """16 bits, or the 128 as text."""

    def __init__(self, value: int | str) -> None:
        self.bumble = core.UUID.from_16_bits(value) if isinstance(value, int) else core.UUID(value)


class BluetoothModule:
    """The module, over one bumble host."""

    FLAG_READ, FLAG_WRITE_NO_RESPONSE, FLAG_WRITE, FLAG_NOTIFY = 2, 4, 8, 16
    UUID = UUID

    def __init__(self, device: Device) -> None:
        self._ble = Ble(device)

    def BLE(self) -> "Ble":  # noqa: N802 - the module's own name
        """The radio; there is one."""
        return self._ble


class _Value:
    """A characteristic's value on this side."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.room = USUAL_BUFFER
        self.append = False

    def written(self, data: bytes) -> None:
        if not self.append:
            self.data.clear()
        self.data += data[: self.room - len(self.data)]


class Ble:
    """`bluetooth.BLE`. Every method raises OSError while the radio is off, as there."""

    def __init__(self, device: Device) -> None:
        self.refused = 0
        """Notifications for which there was no buffer."""
        self._device = device
        self._active = False
        self._handler: Handler = lambda event, data: None
        self._values: dict[int, _Value] = {}
        self._attributes: dict[int, Characteristic[bytes]] = {}
        self._connections: dict[int, Connection] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._pairing: dict[str, Any] = {}
        device.on("connection", self._connected)

    def active(self, on: bool | None = None) -> bool:
        """Whether the radio is on, after it has been switched."""
        if on is not None:
            self._active = on
        return self._active

    def config(self, *names: str, **values: Any) -> Any:
        """Set what is given by name. What a peripheral does not need is refused with ValueError."""
        self._need_power()
        if names or set(values) - {"gap_name", "mtu", "rxbuf", "bond", "mitm", "io", "le_secure"}:
            raise ValueError("unknown config param")
        if "mtu" in values:
            self._device.gatt_server.max_mtu = values["mtu"]
        self._pairing |= {name: value for name, value in values.items() if name in {"bond", "mitm", "io", "le_secure"}}
        if self._pairing.get("bond"):
            self._device.keystore = _Secrets(self._tell)
            self._device.pairing_config_factory = self._pairing_config

    def irq(self, handler: Handler) -> None:
        """Who is told of events."""
        self._handler = handler

    def gatts_register_services(self, services: tuple[Any, ...]) -> tuple[tuple[int, ...], ...]:
        """Services instead of those before; the handles of their values."""
        self._need_power()
        if self._device.is_advertising:
            raise OSError(errno.EBUSY, "advertising must be stopped first")
        handles = []
        for uuid, characteristics in services:
            made = [self._characteristic(*each) for each in characteristics]
            self._device.add_service(Service(uuid.bumble, made))
            for one in made:
                self._attributes[one.handle] = one
                self._values[one.handle] = _Value()
            handles.append(tuple(one.handle for one in made))
        return tuple(handles)

    def gatts_set_buffer(self, handle: int, room: int, append: bool = False) -> None:
        """How much of what is written is kept, and whether it comes behind what is there."""
        self._values[handle].room, self._values[handle].append = room, append

    def gatts_read(self, handle: int) -> bytes:
        """What was written; gone with that where it is appended."""
        value = self._values[handle]
        data = bytes(value.data)
        if value.append:
            value.data.clear()
        return data

    def gatts_notify(self, connection: int, handle: int, data: Any) -> None:
        """Send now, subscribed or not. OSError: not connected, or ENOMEM for a full pool."""
        self._need_power()
        peer = self._connections.get(connection)
        queue = self._device.host.le_acl_packet_queue
        if peer is None or queue is None:
            raise OSError(errno.ENOTCONN, "not connected")
        if queue.pending >= queue.max_in_flight + POOL_PACKETS:
            self.refused += 1
            raise OSError(errno.ENOMEM, "no buffer")
        value = bytes(data)[: peer.att_mtu - 3]
        said = att.ATT_Handle_Value_Notification(attribute_handle=handle, attribute_value=value)
        self._device.gatt_server.send_gatt_pdu(peer, bytes(said))

    def gap_advertise(
        self, interval_us: int | None, adv_data: bytes = b"", *, resp_data: bytes = b"", connectable: bool = True
    ) -> None:
        """Begin to advertise, or stop (None)."""
        self._need_power()
        if len(adv_data) > MOST_ADVERTISED or len(resp_data) > MOST_ADVERTISED:
            raise OSError(errno.EINVAL, "too long to be advertised")
        self._begin(self._advertise(interval_us, adv_data, resp_data))

    def gap_disconnect(self, connection: int) -> bool:
        """End a connection; whether there was one."""
        peer = self._connections.get(connection)
        if peer is not None:
            self._begin(peer.disconnect())
        return peer is not None

    async def close(self) -> None:
        """End what still runs."""
        self._active = False
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _need_power(self) -> None:
        if not self._active:
            raise OSError(errno.ENODEV, "the radio is off")

    def _characteristic(self, uuid: UUID, flags: int) -> Characteristic[bytes]:
        permissions = Characteristic.READABLE | Characteristic.WRITEABLE
        if flags & WRITE_ENCRYPTED:
            permissions |= Characteristic.WRITE_REQUIRES_ENCRYPTION
        value = CharacteristicValue(read=lambda _: b"", write=lambda peer, data: self._written(made, peer, data))
        made: Characteristic[bytes] = Characteristic(
            uuid.bumble, Characteristic.Properties(flags & 0xFF), permissions, value
        )
        return made

    def _written(self, characteristic: Characteristic[bytes], peer: Any, data: bytes) -> None:
        self._values[characteristic.handle].written(data)
        self._tell(GATTS_WRITE, peer.handle, characteristic.handle)

    def _tell(self, event: int, *data: Any) -> Any:
        """The interrupt. Its memory is taken away when it returns."""
        lent = [memoryview(bytearray(one)) if isinstance(one, bytes) else one for one in data]
        answer = self._handler(event, tuple(lent))
        for one in lent:
            if isinstance(one, memoryview):
                one.release()
        return answer

    def _connected(self, connection: Connection) -> None:
        self._connections[connection.handle] = connection
        address = int(connection.peer_address.address_type), bytes(connection.peer_address)
        connection.on("disconnection", lambda _: self._gone(connection, *address))
        connection.on(
            "connection_att_mtu_update", lambda: self._tell(MTU_EXCHANGED, connection.handle, connection.att_mtu)
        )
        connection.on("connection_encryption_change", lambda: self._encrypted(connection))
        self._tell(CENTRAL_CONNECT, connection.handle, *address)

    def _gone(self, connection: Connection, kind: int, address: bytes) -> None:
        self._connections.pop(connection.handle, None)
        self._tell(CENTRAL_DISCONNECT, connection.handle, kind, address)

    def _encrypted(self, connection: Connection) -> None:
        bonded = bool(self._pairing.get("bond"))
        self._tell(ENCRYPTION_UPDATE, connection.handle, connection.is_encrypted, False, bonded, 16)

    def _pairing_config(self, _: Connection) -> PairingConfig:
        return PairingConfig(
            sc=bool(self._pairing.get("le_secure")),
            mitm=bool(self._pairing.get("mitm")),
            bonding=True,
            delegate=PairingDelegate(PairingDelegate.IoCapability(self._pairing.get("io", 3))),
        )

    async def _advertise(self, interval_us: int | None, said: bytes, answer: bytes) -> None:
        if self._device.is_advertising:
            await self._device.stop_advertising()
        if interval_us is not None:
            await self._device.start_advertising(
                advertising_data=said,
                scan_response_data=answer,
                advertising_interval_min=interval_us / 1000,
                advertising_interval_max=interval_us / 1000,
            )

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and isinstance(task.exception(), hci.HCI_Error):
            return  # the peer was gone first


class _Secrets(KeyStore):
    """bumble's keys, kept by whoever answers the interrupt."""

    def __init__(self, tell: Callable[..., Any]) -> None:
        self._tell = tell

    async def update(self, name: str, keys: PairingKeys) -> None:
        self._tell(SET_SECRET, PEER_SECRET, name.encode(), _packed(keys))

    async def get(self, name: str) -> PairingKeys | None:
        found = self._tell(GET_SECRET, PEER_SECRET, 0, name.encode())
        return _unpacked(found) if found else None

    async def delete(self, name: str) -> None:
        self._tell(SET_SECRET, PEER_SECRET, name.encode(), None)


def _packed(keys: PairingKeys) -> bytes:
    return json.dumps(keys.to_dict()).encode()


def _unpacked(data: bytes) -> PairingKeys:
    return PairingKeys.from_dict(json.loads(data))
