"""The way to the glasses by Bluetooth: bleak as the central of service 4860 (PROTOCOL-device §2.1, §2.2).

A connection counts as made only when it can be used: every characteristic that notifies has been subscribed to, and
has said in its descriptor that it is; the place for commands is known, and how many bytes it takes at a time. There is
one GATT operation at a time, each with a time limit, and each ends with the connection.

What any characteristic of the service notifies is bytes of frames, but for bare packs where photos come.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from bleak import BleakClient, BleakScanner
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.exc import BleakError

from trifocal_gateway.errors import LinkDown
from trifocal_gateway.talk import is_bare_pack

SERVICE = "00004860-0000-1000-8000-00805f9b34fb"
FILES = "000072ff-0000-1000-8000-00805f9b34fb"
SWITCH = "00002902-0000-1000-8000-00805f9b34fb"
"""The descriptor by which a central subscribes: bit 0 notifications, bit 1 indications."""

NAMES = ("Xy_A", "XyBLE_", "MENTRA_LIVE_BLE", "MENTRA_LIVE_BT")
"""How glasses begin their names that do not advertise the service (PROTOCOL-device §2.2)."""

SCAN_S = 60.0
CONNECT_S = 30.0
"""Both as the phone does it (PROTOCOL-device §2.2)."""

OPERATION_S = 10.0
MTU_S = 1.0
LEAST_MTU = 23
ATT_HEAD = 3
"""A link has an MTU of 23 until the two have agreed on more; some systems tell of that late."""

MOST_EARLY = 256
"""What may be notified between subscribing and `run`."""

Backends = tuple[type[BaseBleakScanner], type[BaseBleakClient]]


def name_of(url: str) -> str:
    """Name or address in `ble:NAME`; "" for `ble:`, any glasses. ValueError for anything else."""
    scheme, _, name = url.partition(":")
    if scheme != "ble" or not name.isprintable() or (name and not name.strip()):
        raise ValueError(f"the glasses' address is ble: or ble:NAME, not {url!r}")
    return name


class Central:
    """Finds glasses, and the same ones again. `backends` are bleak's scanner and client instead of the platform's."""

    def __init__(self, name: str = "", backends: Backends | None = None) -> None:
        """`name` is a name or an address; "" takes the first glasses that are heard, and from then on only those."""
        self._name = name
        self._scanner = backends[0] if backends else None
        self._client = backends[1] if backends else None
        self._known: BLEDevice | None = None

    async def connect(self, timeout_s: float = CONNECT_S) -> "BleLink":
        """A connection that can be used. Raises LinkDown when there is none in time."""
        lost = asyncio.Event()
        device, self._known = self._known, None
        try:
            # Glasses that were there before are called without listening first; when that fails, the next try listens.
            device = device or await self._find()
            client = BleakClient(device, lambda _: lost.set(), timeout=timeout_s, backend=self._client)
            link = await _usable(client, lost)
        except (BleakError, OSError) as error:
            raise LinkDown(f"the glasses cannot be reached: {str(error) or type(error).__name__}") from None
        self._known, self._name = device, self._name or device.address
        return link

    async def _find(self) -> BLEDevice:
        chosen: Any = {"backend": self._scanner} if self._scanner else {}
        found = await BleakScanner.find_device_by_filter(self._ours, timeout=SCAN_S, **chosen)
        if found is None:
            raise LinkDown("the glasses are not in reach")
        return found

    def _ours(self, device: BLEDevice, said: AdvertisementData) -> bool:
        if self._name:
            return self._name in (device.name, device.address)
        return SERVICE in said.service_uuids or (said.local_name or "").startswith(NAMES)


class BleLink:
    """One connection that can be used; `Central.connect` makes it. `run` hands over what it has heard."""

    def __init__(self, client: BleakClient, lost: asyncio.Event) -> None:
        self.most = LEAST_MTU - ATT_HEAD
        """Bytes that one write takes."""
        self._client = client
        self._lost = lost
        self._why = ""
        self._closed = False
        self._turn = asyncio.Lock()
        self._commands: BleakGATTCharacteristic
        self._early: list[tuple[str, bytes]] = []
        self._hear: Callable[[str, bytes], None] = self._keep

    async def prepare(self) -> None:
        """Subscribe, verify, and learn how much a write takes. Raises BleakError, TimeoutError."""
        service = self._client.services.get_service(SERVICE)
        characteristics = service.characteristics if service else []
        takers = [each for each in characteristics if each.uuid != FILES and _can(each, "write")]
        if not takers:
            raise BleakError("these are no glasses: service 4860 takes no commands")
        for each in characteristics:
            if _can(each, "notify") or _can(each, "indicate"):
                await self._subscribe(each)
        self._commands = takers[0]
        self.most = await self._known_most()

    async def run(self, received: Callable[[bytes], None], packed: Callable[[bytes], None]) -> None:
        """Hand over bytes of frames and bare packs as they come, until `close`. Raises LinkDown when the connection
        ends otherwise.
        """

        def hear(uuid: str, data: bytes) -> None:
            (packed if uuid == FILES and is_bare_pack(data) else received)(data)

        early, self._early, self._hear = self._early, [], hear
        for uuid, data in early:
            hear(uuid, data)
        await self._lost.wait()
        if not self._closed:
            raise LinkDown(f"the glasses' link broke: {self._why}" if self._why else "the glasses are out of reach")

    async def write(self, data: bytes) -> None:
        """One write of at most `most` bytes. A link that is down takes it and loses it; a failed write ends it."""
        if self._closed or self._lost.is_set():
            return
        answered = not _can(self._commands, "write-without-response")
        try:
            await self._operate(self._client.write_gatt_char(self._commands, data, response=answered))
        except (BleakError, OSError) as error:
            self._why = self._why or str(error) or type(error).__name__
            self._lost.set()

    async def close(self) -> None:
        """Close it; what is under way is lost."""
        self._closed = True
        self._lost.set()
        with suppress(BleakError, OSError):
            await self._client.disconnect()

    def _keep(self, uuid: str, data: bytes) -> None:
        self._early.append((uuid, data))
        if len(self._early) > MOST_EARLY:
            self._lost.set()

    async def _subscribe(self, each: BleakGATTCharacteristic) -> None:
        await self._operate(self._client.start_notify(each, lambda of, data: self._hear(of.uuid, bytes(data))))
        switch = each.get_descriptor(SWITCH)
        if switch is None:
            return  # the system keeps it to itself, and has answered for it by now
        value = await self._operate(self._client.read_gatt_descriptor(switch.handle))
        if not value or not value[0] & 3:
            raise BleakError(f"{each.uuid} does not notify")

    async def _known_most(self) -> int:
        with suppress(TimeoutError):
            async with asyncio.timeout(MTU_S):
                while self._commands.max_write_without_response_size <= LEAST_MTU - ATT_HEAD:  # noqa: ASYNC110 - no bell
                    await asyncio.sleep(MTU_S / 10)
        return self._commands.max_write_without_response_size

    async def _operate(self, work: Coroutine[Any, Any, Any]) -> Any:
        """One GATT operation, after the one before. Raises BleakError, also when the connection ends, TimeoutError."""
        async with self._turn:
            operation = asyncio.ensure_future(work)
            lost = asyncio.ensure_future(self._lost.wait())
            try:
                await asyncio.wait({operation, lost}, timeout=OPERATION_S, return_when=asyncio.FIRST_COMPLETED)
                if operation.done():
                    return operation.result()
                raise BleakError("the connection ended") if lost.done() else TimeoutError("no answer in time")
            finally:
                operation.cancel()
                lost.cancel()
                await asyncio.gather(operation, lost, return_exceptions=True)


async def _usable(client: BleakClient, lost: asyncio.Event) -> BleLink:
    """Connect and prepare; whatever ends this, and be it from outside, leaves no connection behind."""
    link = BleLink(client, lost)
    try:
        await client.connect()
        await link.prepare()
    except BaseException:
        await link.close()
        raise
    return link


def _can(characteristic: BleakGATTCharacteristic, what: str) -> bool:
    return what in characteristic.properties or (
        what == "write" and "write-without-response" in characteristic.properties
    )
