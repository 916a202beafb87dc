"""Seeed XIAO ESP32S3 Sense: an ESP32-S3 with 8 MB of PSRAM and an OV2640 or OV5640 camera.

Wants MicroPython with the `camera` module of cnadler86/micropython-camera-API. The link to the gateway is the UART on
D6/D7 at 460800 baud and carries the K900 frames of PROTOCOL-device §2.3 (a gateway or a button controller on the other
end: native presses are understood on it too). BLE is not here yet; until it is, these glasses hang on a wire.

    D0  GPIO1   battery, through a divider of two equal resistors (without one the battery reads as full)
    D1  GPIO2   photo button to ground        D3  GPIO4   video button to ground
    D6  GPIO43  to the gateway                D7  GPIO44  from the gateway
    user LED    GPIO21, lit when low: the privacy light

The device's own `main.py` is

    import asyncio
    from trifocal_firmware.boards.esp32s3 import XiaoSense
    from trifocal_firmware.main import Firmware
    asyncio.run(Firmware(XiaoSense()).run())
"""

import asyncio
import os
import random

import camera  # type: ignore[import-not-found]
import machine  # type: ignore[import-not-found]

from trifocal_firmware.board import Board
from trifocal_firmware.io.pin import PinWatch
from trifocal_firmware.io.uart import UartLink

BAUD = 460_800
WATCHDOG_MS = 30_000
"""Longer than a capture may take; a loop that stands still for so long restarts the board."""

LOOK_SECONDS = 5
"""How often the battery is looked at, and the watchdog fed."""

EMPTY_MV, FULL_MV = 3_300, 4_150
"""Of one lithium cell at rest; straight between, which is honest enough for a refusal below 10 %."""

NO_BATTERY_MV = 2_500
"""No cell that feeds a board stands this low: there is no divider on the pin."""

SETTLING_FRAMES = 4
"""The first frames after power-up are dark: exposure and white balance are still moving."""

FRAME_SECONDS = 0.02

QUALITIES = {"medium": 70, "heavy": 45}
USUAL_QUALITY = 85

CAMERA_PINS = {
    "data_pins": [15, 17, 18, 16, 14, 12, 11, 48],
    "pclk_pin": 13,
    "vsync_pin": 38,
    "href_pin": 47,
    "sda_pin": 40,
    "scl_pin": 39,
    "xclk_pin": 10,
    "xclk_freq": 20_000_000,
    "powerdown_pin": -1,
    "reset_pin": -1,
}


class XiaoSense(Board):
    """The board."""

    model = "XIAO ESP32S3 Sense"

    def __init__(self) -> None:
        # Seeded by the hardware's generator at power-up.
        boot_id = "%08x" % random.getrandbits(32)
        super().__init__(boot_id, "xiao_" + machine.unique_id().hex(), self._folder())
        self._light = machine.Pin(21, machine.Pin.OUT, value=1)
        self._cell = machine.ADC(machine.Pin(1), atten=machine.ADC.ATTN_11DB)
        self._level = self._measure()
        self._camera = None
        self._link: UartLink | None = None
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, firmware) -> None:  # type: ignore[no-untyped-def]
        uart = machine.UART(1, baudrate=BAUD, tx=43, rx=44, rxbuf=8192, txbuf=2048, timeout=0)
        self._link = UartLink(uart, self.clock, firmware)
        pins = {
            name: machine.Pin(pin, machine.Pin.IN, machine.Pin.PULL_UP) for name, pin in (("photo", 2), ("video", 4))
        }
        buttons = PinWatch(pins, firmware.level_changed)
        self._tasks = [asyncio.create_task(run) for run in (self._link.run(), buttons.run(), self._look(firmware))]

    def link_write(self, data: bytes) -> None:
        if self._link is not None:
            self._link.write(data)

    def link_pack(self, frame: memoryview) -> bool:
        return self._link is None or self._link.write_pack(frame)

    async def warm(self) -> None:
        if self._camera is not None:
            return
        sensor = camera.Camera(
            pixel_format=camera.PixelFormat.JPEG,
            frame_size=camera.FrameSize.XGA,
            jpeg_quality=USUAL_QUALITY,
            fb_count=1,
            grab_mode=camera.GrabMode.WHEN_EMPTY,
            **CAMERA_PINS,
        )
        self._camera = sensor
        for _ in range(SETTLING_FRAMES):
            await self._frame(sensor)

    def cool(self) -> None:
        if self._camera is not None:
            self._camera.deinit()
            self._camera = None

    async def capture(self, size: str, compress: str) -> "bytes | bytearray":
        sensor = self._camera
        if sensor is None:
            raise OSError("the sensor has no power")
        sizes = camera.FrameSize
        frame_size = {"small": sizes.VGA, "medium": sizes.XGA, "large": sizes.SXGA, "full": sizes.UXGA}[size]
        quality = QUALITIES.get(compress, USUAL_QUALITY)
        stale = sensor.get_quality() != quality
        if stale:
            sensor.set_quality(quality)
        if sensor.get_frame_size() != frame_size:
            sensor.reconfigure(frame_size=frame_size)
            stale = True
        if stale:
            await self._frame(sensor)  # begun before the change, or torn by it
        sensor.free_buffer()  # what lies there is older than the request
        return bytes(await self._frame(sensor))

    def set_light(self, state: str) -> None:
        self._light.value(1 if state == "off" else 0)

    def battery(self) -> int:
        return self._level

    async def _frame(self, sensor: "camera.Camera") -> "memoryview":
        """The next frame, valid until the one after it. Raises OSError."""
        while not sensor.frame_available():
            await asyncio.sleep(FRAME_SECONDS)
        frame: memoryview = sensor.capture()
        if not frame:
            raise OSError("the sensor gave no frame")
        return frame

    async def _look(self, firmware) -> None:  # type: ignore[no-untyped-def]
        watchdog = machine.WDT(timeout=WATCHDOG_MS)
        while True:
            watchdog.feed()
            level = self._measure()
            if level != self._level:
                self._level = level
                firmware.changed()
            await asyncio.sleep(LOOK_SECONDS)

    def _measure(self) -> int:
        millivolts: int = self._cell.read_uv() * 2 // 1000
        if millivolts < NO_BATTERY_MV:
            return 100
        return max(0, min(100, (millivolts - EMPTY_MV) * 100 // (FULL_MV - EMPTY_MV)))

    def _folder(self) -> str:
        if "photos" not in os.listdir("/"):
            os.mkdir("/photos")
        return "/photos"
