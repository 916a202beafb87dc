"""The camera of an ESP32 board, through the `camera` module of cnadler86/micropython-camera-API."""

import asyncio

SETTLING_FRAMES = 4
"""The first frames after power-up are dark: exposure and white balance are still moving."""

FRAME_SECONDS = 0.02

QUALITIES = {"medium": 70, "heavy": 45}
USUAL_QUALITY = 85


class EspCamera:
    """The sensor on `pins`, the keyword arguments by which `camera.Camera` takes them."""

    def __init__(self, camera, pins: "dict[str, object]") -> None:  # type: ignore[no-untyped-def]
        self._camera = camera
        self._pins = pins
        self._sensor = None

    async def warm(self) -> None:
        """Power and settle; nothing when it already has. Raises OSError."""
        if self._sensor is not None:
            return
        module = self._camera
        sensor = module.Camera(
            pixel_format=module.PixelFormat.JPEG,
            frame_size=module.FrameSize.XGA,
            jpeg_quality=USUAL_QUALITY,
            fb_count=1,
            grab_mode=module.GrabMode.WHEN_EMPTY,
            **self._pins,
        )
        self._sensor = sensor
        for _ in range(SETTLING_FRAMES):
            await self._frame(sensor)

    def cool(self) -> None:
        """Take the power off the sensor."""
        if self._sensor is not None:
            self._sensor.deinit()
            self._sensor = None

    async def capture(self, size: str, compress: str) -> bytes:
        """As `Board.capture`. Raises OSError."""
        sensor = self._sensor
        if sensor is None:
            raise OSError("the sensor has no power")
        sizes = self._camera.FrameSize
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

    async def _frame(self, sensor) -> memoryview:  # type: ignore[no-untyped-def]
        """The next frame, valid until the one after it. Raises OSError."""
        while not sensor.frame_available():
            await asyncio.sleep(FRAME_SECONDS)
        frame: memoryview = sensor.capture()
        if not frame:
            raise OSError("the sensor gave no frame")
        return frame
