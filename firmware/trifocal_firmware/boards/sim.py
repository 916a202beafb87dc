"""Simulated glasses: every call goes to a host outside, a Python object (CPython) or a JS module (MicroPython in Node).

Only integers and strings cross the border. Bytes are handed over as a place and a count: on MicroPython the place
is the address of a buffer in the interpreter's memory (`HEAPU8`), on CPython it is the `bytes` or `bytearray` itself.
The host must read the place before its call returns. A picture goes the other way: it lies in the host's frame buffer,
outside the garbage-collected heap as on a real board, and the firmware reads it there.
"""

import asyncio
import json
import time

from trifocal_firmware.board import Board
from trifocal_shared import reasons

TYPE_CHECKING = False  # type checkers take it for true; there is no `typing` on the device
if TYPE_CHECKING:
    from trifocal_firmware.boards.sim_host import SimHost

try:
    from uctypes import addressof, bytearray_at  # type: ignore[import-not-found]
except ImportError:

    def addressof(buffer):  # type: ignore[no-untyped-def]
        """On CPython a buffer is its own place."""
        return buffer

    def bytearray_at(place: bytes, count: int) -> bytes:
        """On CPython a place is the buffer itself."""
        return place


ADDRESS = "10.0.0.7"


class SimBoard(Board):
    """A board whose hardware is a `SimHost`."""

    model = "Trifocal Sim"

    def __init__(self, host: "SimHost") -> None:
        super().__init__(host.boot_id(), host.device_id(), host.flash_folder())
        self.clock.set_epoch(time.time_ns() // 1_000_000)
        self.host = host
        self._joined = ""
        self._seen = False
        self._number = 0
        self._count = 0
        self._answered = asyncio.Event()

    def link_write(self, data: bytes) -> None:
        self.host.link_write(addressof(data), len(data))

    def link_pack(self, frame: memoryview) -> bool:
        return self.host.link_pack(addressof(frame), len(frame))

    async def capture(self, size: str, compress: str) -> "bytes | bytearray":
        self._number += 1
        self._answered.clear()
        self.host.capture(self._number, size, compress)
        await self._answered.wait()
        if self._count <= 0:
            raise OSError("the simulated camera failed")
        picture: bytes | bytearray = bytearray_at(self.host.picture(self._number), self._count)
        return picture

    def captured(self, number: int, count: int) -> None:
        """The host's answer: picture `number` has `count` bytes, 0 when it failed. A late one changes nothing."""
        if number == self._number:
            self._count = count
            self._answered.set()

    def set_light(self, state: str) -> None:
        self.host.set_light(state)

    def seed(self) -> bytes:
        return bytes.fromhex(self.host.seed())

    def wifi(self) -> "tuple[bool, str, str]":
        there = self._joined in self._networks()
        if there != self._seen:
            self._seen = there
            self.report("wifi", {"ssid": self._joined if there else ""})
        return (True, self._joined, ADDRESS) if there else (False, "", "")

    async def control(self, command: str, values: "dict[str, object]") -> object:
        networks = self._networks()
        ssid = str(values.get("ssid"))
        if command == "set_wifi_credentials":
            if ssid not in networks:
                return reasons.NO_NETWORK
            if networks[ssid][0] != values.get("password", ""):
                return reasons.WRONG_PASSWORD
            self._joined, self._seen = ssid, False
        elif command == "disconnect_wifi" or (command == "forget_wifi" and ssid == self._joined):
            self._joined = ""
        elif command == "request_wifi_scan":
            return [(name, networks[name][1], "WPA2" if networks[name][0] else "open") for name in networks]
        elif command[:8] == "rgb_led_":
            self.report("lamp", {"command": command, "led": values.get("led", 0)})
        elif command != "forget_wifi":
            return None
        return {}

    def _networks(self) -> "dict[str, list[object]]":
        networks: dict[str, list[object]] = json.loads(self.host.air() or "{}")
        return networks

    def battery(self) -> int:
        return self.host.battery()

    def charging(self) -> bool:
        return self.host.charging()

    def folded(self) -> bool:
        return self.host.folded()

    def temperature(self) -> int:
        return self.host.temperature()

    def report(self, step: str, fields: "dict[str, object]") -> None:
        self.host.report(step, json.dumps(fields))
