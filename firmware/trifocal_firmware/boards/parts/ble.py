"""Bluetooth as the link: glasses as a GATT peripheral (PROTOCOL-device §2.1), on MicroPython's `bluetooth` module.

    service 4860    70FF  event, notify      frames, cut to MTU - 3
                    71FF  command, write     frames, however they are cut
                    72FF  data, notify       one pack each, without its frame
                    73FF  write              defined by MentraOS and little used: taken as commands

A pack that is longer than MTU - 3 (iOS agrees on 185) goes framed and cut over 70FF, as file packets always do.

The module tells of everything by an interrupt, which only notes it and raises a flag; `run` takes it up in the loop.
A full stack says ENOMEM and nothing says when it no longer is, so it is asked again each `RETRY_SECONDS`. Words wait
in a bounded queue meanwhile; pieces of photos are refused, and asked for when there is room. The central must ask for
2M and long packets: the module has no call for that. One gateway at a time: a second one is sent away.

Encryption is offered: a gateway that pairs is bonded with ("just works": glasses have neither keys nor display), and
known again after a restart. `encrypted` demands it for commands.
"""

import asyncio

from trifocal_firmware.boards.parts.bonds import Bonds
from trifocal_firmware.boards.parts.flag import make_flag
from trifocal_shared.frame import PACK, encode_frame
from trifocal_shared.pack import PIECE

MTU = 498
"""Exactly two radio packets a notification (FIRMWARE §2); 517 would cost 11 %."""

LEAST_MTU = 23
HEAD = 3  # of a notification, out of the MTU

ADVERTISE_US = 100_000
MOST_ADVERTISED = 31
"""Bytes of an advertisement; what is not said in it is heard by no passive scan."""

MOST_QUEUED = 32_768
"""Bytes of words that wait for a full stack; what does not fit is lost, and the far end asks again."""

MOST_HEARD = 64
"""Writes that wait for the loop. A central that is faster is not listened to."""

RETRY_SECONDS = 0.002
ADVERTISE_SECONDS = 0.25
"""A stack that has just lost a connection may refuse to advertise for a moment."""

ENOMEM = 12
NO_INPUT_NO_OUTPUT = 3

CONNECTED = 1
DISCONNECTED = 2
WRITTEN = 3
MTU_AGREED = 21
GET_SECRET = 29
SET_SECRET = 30
"""Events of the module, under the numbers that it gives them."""

READ, WRITE_ALONE, WRITE, NOTIFY = 0x02, 0x04, 0x08, 0x10
WRITE_ENCRYPTED = 0x1000


class GattLink:
    """Drives `firmware`'s link inputs from the module `bluetooth`. `flash` is a folder of its own for keys, or None."""

    def __init__(self, bluetooth, name: str, firmware, flash=None, encrypted: bool = False) -> None:  # type: ignore[no-untyped-def]
        """Powers the radio on. Raises OSError when there is none."""
        self.dropped = 0
        self._firmware = firmware
        self._bonds = Bonds(flash) if flash is not None else None
        self._flag = make_flag()
        self._heard: list[tuple[int, int, object]] = []
        self._peer = -1
        self._mtu = LEAST_MTU
        self._queue: list[bytes] = []
        self._queued = 0
        self._full = False
        self._silent = True
        self._advertisement = advertisement(name)
        self._ble = ble = bluetooth.BLE()
        ble.active(True)
        ble.config(gap_name=name, mtu=MTU)
        if self._bonds is not None:
            ble.config(bond=True, le_secure=True, mitm=False, io=NO_INPUT_NO_OUTPUT)
        ble.irq(self._interrupted)
        write = WRITE | WRITE_ALONE | (WRITE_ENCRYPTED if encrypted else 0)
        shape = ((0x70FF, NOTIFY | READ), (0x71FF, write), (0x72FF, NOTIFY | READ), (0x73FF, write))
        characteristics = tuple([(bluetooth.UUID(uuid), flags) for uuid, flags in shape])
        handles = ble.gatts_register_services(((bluetooth.UUID(0x4860), characteristics),))[0]
        self._events, self._data = handles[0], handles[2]
        self._commands = (handles[1], handles[3])
        for handle in self._commands:
            ble.gatts_set_buffer(handle, 2 * MTU, True)

    @property
    def in_touch(self) -> bool:
        """Whether a gateway is connected."""
        return self._peer >= 0

    def write(self, data: bytes) -> None:
        """Send bytes of frames, in time; dropped when nobody is there or too many wait."""
        if self._peer < 0 or self._queued + len(data) > MOST_QUEUED:
            self.dropped += len(data)
            return
        self._queue.append(data)
        self._queued += len(data)
        self._send()
        if self._queue:
            self._flag.set()

    def write_pack(self, frame: memoryview) -> bool:
        """Send a piece of a photo, if the stack takes it; else `firmware.link_room` is called when it may."""
        if self._peer < 0:
            return True
        if self._queue:
            self._full = True
        elif len(frame) > self._mtu - HEAD:
            self._full = False
            self.write(encode_frame(PACK, bytes(frame), False) if frame[0] == PIECE else bytes(frame))
        else:
            self._full = not self._notify(self._data if frame[0] == PIECE else self._events, frame)
        if self._full:
            self._flag.set()
        return not self._full

    async def run(self) -> None:
        """Advertise, and carry bytes, until cancelled."""
        self._advertise()
        while True:
            if self._queue or self._full:
                await asyncio.sleep(RETRY_SECONDS)
            elif self._silent:
                await asyncio.sleep(ADVERTISE_SECONDS)
            else:
                await self._flag.wait()
            self.step()

    def step(self) -> None:
        """Take up what the interrupt noted, and send what the stack takes by now."""
        while self._heard:
            self._happened(*self._heard.pop(0))
        if self._bonds is not None:
            self._bonds.save()
        if self._silent and self._peer < 0:
            self._advertise()
        self._send()
        if self._full and not self._queue:
            self._full = False
            self._firmware.link_room()

    def _interrupted(self, event: int, data):  # type: ignore[no-untyped-def]
        if event == WRITTEN:
            if data[1] not in self._commands:
                return None
            value = self._ble.gatts_read(data[1])
            if len(self._heard) >= MOST_HEARD:
                self.dropped += len(value)
                return None
            self._heard.append((event, data[0], value))
        elif event in (CONNECTED, DISCONNECTED):
            self._heard.append((event, data[0], None))
        elif event == MTU_AGREED:
            self._heard.append((event, data[0], data[1]))
        elif event == GET_SECRET:
            return self._bonds.get(*data) if self._bonds is not None else None
        elif event == SET_SECRET:
            self._flag.set()
            return self._bonds is not None and self._bonds.put(*data)
        else:
            return None
        self._flag.set()
        return None

    def _happened(self, event: int, peer: int, value) -> None:  # type: ignore[no-untyped-def]
        if event == CONNECTED:
            if self._peer >= 0:
                self._ble.gap_disconnect(peer)
                return
            self._peer = peer
            self._mtu = LEAST_MTU
            self._silent = False
            self._firmware.link_opened()
        elif peer != self._peer:
            return
        elif event == DISCONNECTED:
            self._peer = -1
            self._queue = []
            self._queued = 0
            self._full = False
            self._silent = True
            self._firmware.link_closed()
        elif event == MTU_AGREED:
            self._mtu = value
        else:
            self._firmware.link_received(value)

    def _advertise(self) -> None:
        try:
            self._ble.gap_advertise(ADVERTISE_US, self._advertisement)
            self._silent = False
        except OSError:
            self._silent = True

    def _send(self) -> None:
        most = self._mtu - HEAD
        while self._queue:
            first = self._queue[0]
            if not self._notify(self._events, first[:most]):
                return
            self._queued -= min(most, len(first))
            if len(first) > most:
                self._queue[0] = first[most:]
            else:
                self._queue.pop(0)

    def _notify(self, handle: int, data: "bytes | memoryview") -> bool:
        """Whether the stack has taken it. Any other trouble is that of a connection whose end is about to be told."""
        try:
            self._ble.gatts_notify(self._peer, handle, data)
        except OSError as error:
            if error.args[:1] == (ENOMEM,):
                return False
            self.dropped += len(data)
        return True


def advertisement(name: str) -> bytes:
    """Flags, the service and as much of the name as there is room for, in 31 bytes (Core Supplement, Part A)."""
    head = b"\x02\x01\x06" + b"\x03\x02\x60\x48"
    room = MOST_ADVERTISED - len(head) - 2
    kind = 9
    while len(name.encode()) > room:
        kind = 8  # shortened
        name = name[:-1]
    said = name.encode()
    return head + bytes((len(said) + 1, kind)) + said
