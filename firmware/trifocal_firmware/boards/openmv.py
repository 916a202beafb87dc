"""OpenMV cameras with Bluetooth (N6, AE3, RT1062): everything is on the board.

Wants OpenMV's own firmware, whose module `csi` is the camera. The device's own `main.py` is

    import asyncio
    from trifocal_firmware.boards.openmv import OpenMv
    from trifocal_firmware.main import Firmware
    asyncio.run(Firmware(OpenMv()).run())

    SW          the user button: photo        P1          video button to ground
    LED_RED     the privacy light

Photos lie on the SD card where there is one, else on the flash. Both are FAT, which does not promise what littlefs
does: a power cut in the middle of a write may cost more than the file that is being written. The charge of a battery
is not known, and it does not sleep: the wake-up pins differ from board to board.
"""

import asyncio
import os
import random

import bluetooth  # type: ignore[import-not-found]
import csi  # type: ignore[import-not-found]
import machine  # type: ignore[import-not-found]

from trifocal_firmware.board import Board
from trifocal_firmware.boards.parts.ble import GattLink
from trifocal_firmware.boards.parts.pin import PinWatch
from trifocal_firmware.boards.parts.watch import WATCHDOG_MS, Watch
from trifocal_firmware.io.flash import Flash

LOOK_SECONDS = 5
FRAME_SECONDS = 0.01
SETTLING_FRAMES = 8
"""The first frames after power-up are dark: exposure and white balance are still moving."""

SIZES = {
    "small": ("VGA", "QVGA"),
    "medium": ("XGA", "HD", "VGA"),
    "large": ("SXGA", "HD", "VGA"),
    "full": ("UXGA", "HD", "VGA"),
}
"""Names in `csi`, best first: which of them a sensor takes depends on the sensor."""

QUALITIES = {"medium": 70, "heavy": 45}
USUAL_QUALITY = 85


class OpenMv(Board):
    """The board."""

    model = "OpenMV"
    bare_packs = True
    BUTTONS = {"photo": "SW", "video": "P1"}
    LIGHT = "LED_RED"

    def __init__(self) -> None:
        self._watch = Watch(machine.WDT(timeout=WATCHDOG_MS))
        root = "/sdcard" if "sdcard" in os.listdir("/") else "/flash"
        boot_id = "%08x" % random.getrandbits(32)
        super().__init__(boot_id, "openmv_" + machine.unique_id().hex(), _folder(root, "photos"))
        self._keys = _folder(root, "keys")
        self._light = machine.LED(self.LIGHT)
        self._light.off()
        self._sensor = None
        self._size = ""
        self._link: GattLink | None = None
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, firmware) -> None:  # type: ignore[no-untyped-def]
        self._link = GattLink(bluetooth, "XyBLE_" + self.device_id[-4:], firmware, Flash(self._keys))
        pins = {name: machine.Pin(pin, machine.Pin.IN, machine.Pin.PULL_UP) for name, pin in self.BUTTONS.items()}
        buttons = PinWatch(pins, firmware.level_changed)
        self._tasks = [asyncio.create_task(run) for run in (self._link.run(), buttons.run())]
        self._tasks.append(asyncio.create_task(self._look()))

    def link_write(self, data: bytes) -> None:
        if self._link is not None:
            self._link.write(data)

    def link_pack(self, frame: memoryview) -> bool:
        return self._link is None or self._link.write_pack(frame)

    async def warm(self) -> None:
        if self._sensor is not None:
            return
        self._sensor = sensor = csi.CSI()
        sensor.reset()
        sensor.pixformat(csi.RGB565)
        self._resize(sensor, "medium")
        for _ in range(SETTLING_FRAMES):
            await self._frame(sensor)

    def cool(self) -> None:
        if self._sensor is not None:
            self._sensor.shutdown(True)
            self._sensor = None
            self._size = ""

    async def capture(self, size: str, compress: str) -> "bytes | bytearray":
        sensor = self._sensor
        if sensor is None:
            raise OSError("the sensor has no power")
        if size != self._size:
            self._resize(sensor, size)
        await self._frame(sensor)  # begun before the request
        frame = await self._frame(sensor)
        return bytes(frame.to_jpeg(quality=QUALITIES.get(compress, USUAL_QUALITY)).bytearray())

    def seed(self) -> bytes:
        return os.urandom(32) if hasattr(os, "urandom") else b""

    def set_light(self, state: str) -> None:
        if state == "off":
            self._light.off()
        else:
            self._light.on()

    def _resize(self, sensor: "csi.CSI", size: str) -> None:
        for name in SIZES[size]:
            try:
                sensor.framesize(getattr(csi, name))
                self._size = size
                return
            except (AttributeError, RuntimeError, ValueError):
                pass  # not of this sensor
        raise OSError("the sensor has no such size")

    async def _frame(self, sensor: "csi.CSI"):  # type: ignore[no-untyped-def]
        """The next frame, valid until the one after it. Raises OSError."""
        while True:
            try:
                frame = sensor.snapshot(blocking=False)
            except RuntimeError as error:
                raise OSError(str(error) or "the sensor gave no frame")  # noqa: B904 - no chains on a device
            if frame is not None:
                return frame
            await asyncio.sleep(FRAME_SECONDS)

    async def _look(self) -> None:
        while self._watch.feed(self._tasks[:-1]):
            await asyncio.sleep(LOOK_SECONDS)


def _folder(root: str, name: str) -> str:
    if name not in os.listdir(root):
        os.mkdir(root + "/" + name)
    return root + "/" + name
