"""Camera boards with an ESP32 or ESP32-S3: everything but their pins, which each has in a file of its own.

Wants MicroPython with the `camera` module of cnadler86/micropython-camera-API. The gateway comes by Bluetooth, or with
`wired` over a UART at 460800 baud with the frames of PROTOCOL-device §2.3 (a gateway or a button controller at the
other end). The device's own `main.py` is, with the board's name in place of XiaoSense,

    import asyncio
    from trifocal_firmware.boards.xiao_sense import XiaoSense
    from trifocal_firmware.main import Firmware
    asyncio.run(Firmware(XiaoSense()).run())

A watchdog begins with the board and cannot be stopped: whoever interrupts the program to work on the board has 30 s, or
makes `machine.WDT` once more with a longer time. When nothing is owed to anybody it sleeps deeply, until a button wakes
it (`parts/sleep.py`); that press counts. Over a wire it never sleeps. Buttons that wake want pull-up resistors of their
own (100 kilohms): those in the chip may be off while it sleeps, and an open pin would wake it again and again.
"""

import asyncio
import os
import random

import bluetooth  # type: ignore[import-not-found]
import camera  # type: ignore[import-not-found]
import esp32  # type: ignore[import-not-found]
import machine  # type: ignore[import-not-found]

from trifocal_firmware.board import Board
from trifocal_firmware.boards.parts.ble import GattLink
from trifocal_firmware.boards.parts.cell import Cell
from trifocal_firmware.boards.parts.esp_camera import EspCamera
from trifocal_firmware.boards.parts.esp_sleep import BY_TIME, EspSleep
from trifocal_firmware.boards.parts.pin import PinWatch
from trifocal_firmware.boards.parts.sleep import Sleep
from trifocal_firmware.boards.parts.uart import UartLink
from trifocal_firmware.boards.parts.watch import WATCHDOG_MS, Watch
from trifocal_firmware.io.flash import Flash

BAUD = 460_800
LOOK_SECONDS = 5
"""How often the battery is looked at, the watchdog fed, and whether to sleep is asked."""

GOODBYE_SECONDS = 0.5
"""In which the last words go out before the power does."""

PRESS_SECONDS = 0.05
"""How long a press that woke the board stands at least: a tap may be over before the program runs."""


class CameraBoard(Board):
    """A board; its pins are what a subclass says. `wired`: the gateway is at the UART, not in the air."""

    CAMERA: "dict[str, object]" = {}
    """How `camera.Camera` takes the sensor's pins."""

    BUTTONS = {"photo": 0, "video": 14}
    """Pins pulled to ground by a press; those that wake must be of the low-power domain (0-21 on an ESP32-S3)."""

    LIGHT = (0, 1)
    """The privacy light's pin, and its level when lit."""

    CELL = (-1, 2.0)
    """The battery's analogue pin, and how many times its voltage is divided; -1: none."""

    CHARGER = (-1, 0)
    """A pin that tells of USB power or a charger, and its level then; -1: none, it is never known."""

    POWER = (-1, 0)
    """A pin that gives the camera its power, and the level for that; -1: it always has it."""

    WIRE = (-1, -1)
    """tx and rx of the UART."""

    PREFIX = "esp"
    WAKES_BY_ANY = True
    """Whether the chip wakes by any of several buttons: see `EspSleep`."""

    ROOT = ""
    """Where on the flash its folders lie."""

    LINKED_MS: "int | None" = None
    """See `Sleep`: None stays awake as long as a gateway is linked."""

    def __init__(self, wired: bool = False) -> None:
        self._watch = Watch(machine.WDT(timeout=WATCHDOG_MS))  # from here on: start-up reads the flash
        # Seeded by the hardware's generator at power-up.
        boot_id = "%08x" % random.getrandbits(32)
        super().__init__(boot_id, self.PREFIX + "_" + machine.unique_id().hex(), _folder(self.ROOT, "photos"))
        self.bare_packs = not wired
        self._wired = wired
        pin, lit = self.LIGHT
        self._lit = lit
        self._light = machine.Pin(pin, machine.Pin.OUT, value=1 - lit)
        self._pins = {
            name: machine.Pin(number, machine.Pin.IN, machine.Pin.PULL_UP) for name, number in self.BUTTONS.items()
        }
        self._power = (
            None if self.POWER[0] < 0 else machine.Pin(self.POWER[0], machine.Pin.OUT, value=1 - self.POWER[1])
        )
        self._charger = None if self.CHARGER[0] < 0 else machine.Pin(self.CHARGER[0], machine.Pin.IN)
        pin, times = self.CELL
        self._cell = Cell(machine.ADC(machine.Pin(pin), atten=machine.ADC.ATTN_11DB) if pin >= 0 else None, times)
        self._camera = EspCamera(camera, self.CAMERA)
        self._deep = EspSleep(machine, esp32, self._pins, self.WAKES_BY_ANY)
        self._woken = self._deep.woken_by(self.BUTTONS)
        if self._woken:
            self.clock.set_epoch(self._deep.remembered_ms())
        self._sleep = Sleep(self._woken == BY_TIME, self.clock.now(), self.LINKED_MS)
        self._firmware = None
        self._link: GattLink | UartLink | None = None
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, firmware) -> None:  # type: ignore[no-untyped-def]
        self._firmware = firmware
        if self._wired:
            tx, rx = self.WIRE
            uart = machine.UART(1, baudrate=BAUD, tx=tx, rx=rx, rxbuf=8192, txbuf=2048, timeout=0)
            self._link = UartLink(uart, self.clock, firmware)
        else:
            name = "XyBLE_" + self.device_id[-4:]
            self._link = GattLink(bluetooth, name, firmware, Flash(_folder(self.ROOT, "keys")))
        runs = (self._link.run(), self._listen(firmware))
        self._tasks = [asyncio.create_task(run) for run in runs]
        self._tasks.append(asyncio.create_task(self._look(firmware)))

    def link_write(self, data: bytes) -> None:
        if self._link is not None:
            self._link.write(data)

    def link_pack(self, frame: memoryview) -> bool:
        return self._link is None or self._link.write_pack(frame)

    async def warm(self) -> None:
        if self._power is not None:
            self._power.value(self.POWER[1])
        await self._camera.warm()

    def cool(self) -> None:
        self._camera.cool()
        if self._power is not None:
            self._power.value(1 - self.POWER[1])

    async def capture(self, size: str, compress: str) -> "bytes | bytearray":
        return await self._camera.capture(size, compress)

    def set_light(self, state: str) -> None:
        self._light.value(1 - self._lit if state == "off" else self._lit)

    def battery(self) -> int:
        return self._cell.level

    def charging(self) -> bool:
        return self._charger is not None and self._charger.value() == self.CHARGER[1]

    def seed(self) -> bytes:
        return os.urandom(32) if hasattr(os, "urandom") else b""

    async def control(self, command: str, values: "dict[str, object]") -> object:
        if command not in {"reboot", "shutdown"}:
            return None
        await asyncio.sleep(GOODBYE_SECONDS)
        self._firmware.switched_off()  # type: ignore[attr-defined]
        if command == "reboot" or not self._fall_asleep(0):
            machine.reset()
        return {}

    def report(self, step: str, fields: "dict[str, object]") -> None:
        self._sleep.reported(step, fields, self.clock.now())

    async def _listen(self, firmware) -> None:  # type: ignore[no-untyped-def]
        """The buttons; first the press that woke the board, which may be over by now."""
        if self._woken in self._pins:
            firmware.level_changed(self._woken, True)
            await asyncio.sleep(PRESS_SECONDS)
        await PinWatch(self._pins, firmware.level_changed).run()

    async def _look(self, firmware) -> None:  # type: ignore[no-untyped-def]
        charging = self.charging()
        while self._watch.feed(self._tasks[:-1]):
            if self._cell.look() or self.charging() != charging:
                charging = self.charging()
                firmware.changed()
            if not self._wired:
                self._rest(self.clock.now())
            await asyncio.sleep(LOOK_SECONDS)

    def _rest(self, now: int) -> None:
        link = self._link
        self._sleep.looked(isinstance(link, GattLink) and link.in_touch, self.charging(), now)
        self._sleep.timeout(now)
        for _, wake_ms in self._sleep.events():
            self._fall_asleep(wake_ms)

    def _fall_asleep(self, wake_ms: int) -> bool:
        """Does not return; or False, for a button is down."""
        self._deep.remember(self.clock.epoch_ms())
        return self._deep.fall_asleep(wake_ms)


def _folder(root: str, name: str) -> str:
    if name not in os.listdir(root or "/"):
        os.mkdir(root + "/" + name)
    return root + "/" + name
