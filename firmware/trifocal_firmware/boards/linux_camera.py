"""Cameras of a Linux board: whatever FFmpeg opens, through PyAV, or a Raspberry Pi's own through picamera2.

    /dev/video0            a V4L2 device: a USB camera
    picamera2              the camera on the ribbon of a Raspberry Pi (libcamera; Debian's python3-picamera2)
    lavfi:testsrc2=…       a picture that FFmpeg draws, for trying things out
    anything else          a film or picture, played from the start again when it ends

A driver blocks, so each call of it runs in a thread of the loop's pool, one at a time. A capture that is given up (the
arbiter waits 10 s) leaves its thread behind; whatever that holds open is closed as soon as the driver returns.
"""

import asyncio
import io
import os

BOXES = {"small": (640, 480), "medium": (1024, 768), "large": (1600, 1200)}
"""A picture is made smaller to fit; `full` is as the camera gives it, and none is made larger."""

QUALITIES = {"medium": 70, "heavy": 45}
USUAL_QUALITY = 85

SETTLING_FRAMES = 8
"""The first pictures of a webcam are dark: it measures the light on them."""

STALE_FRAMES = 4
"""So many lie in the driver's buffers, older than the request."""


def open_camera(source: str):  # type: ignore[no-untyped-def]
    """The camera for `source`; nothing is switched on yet. OSError says what is missing."""
    if source == "picamera2":
        try:
            import picamera2  # type: ignore[import-not-found]
        except ImportError as error:
            raise OSError("the camera picamera2 needs Debian's python3-picamera2") from error
        return PiCamera(picamera2)
    try:
        import av
    except ImportError as error:
        raise OSError("the camera " + source + " needs PyAV: pip install av") from error
    kind, _, what = source.partition(":")
    if kind == "lavfi":
        return AvCamera(av, what, "lavfi")
    try:
        os.stat(source)
    except OSError as error:
        raise OSError("there is no camera at " + source + ": " + str(error.strerror)) from error
    return AvCamera(av, source, "v4l2" if source.startswith("/dev/") else None)


class AvCamera:
    """A source that FFmpeg reads. `av` is the module PyAV."""

    def __init__(self, av, source: str, kind: "str | None") -> None:  # type: ignore[no-untyped-def]
        self._av = av
        self._source = source
        self._kind = kind
        self._opened = None
        self._working = False

    async def warm(self) -> None:
        """Open and settle; nothing when it already is. Raises OSError."""
        if self._opened is None:
            self._opened = await self._do(self._open)  # type: ignore[assignment]

    def cool(self) -> None:
        """Close. What a thread still works with is closed by it."""
        opened, self._opened = self._opened, None
        if opened is not None and not self._working:
            opened[0].close()

    async def capture(self, size: str, compress: str) -> bytes:
        """As `Board.capture`. Raises OSError."""
        if self._opened is None:
            raise OSError("the camera has no power")
        if self._working:
            raise OSError("the camera's driver has not returned from the last picture")
        picture = await self._do(self._shoot, self._opened, size, compress)
        assert isinstance(picture, bytes)
        return picture

    async def _do(self, work, *inputs) -> object:  # type: ignore[no-untyped-def]
        self._working = True
        running = asyncio.get_running_loop().run_in_executor(None, self._try, work, *inputs)
        running.add_done_callback(lambda done: done.exception())  # seen, though nobody may be waiting by then
        return await asyncio.shield(running)  # what has begun is brought to its end, whoever gives up

    def _try(self, work, *inputs):  # type: ignore[no-untyped-def]
        """In a thread: errors of FFmpeg, some of which are ValueErrors, become OSError."""
        try:
            return work(*inputs)
        except self._av.FFmpegError as error:
            raise OSError("the camera " + self._source + ": " + str(error.strerror)) from error
        finally:
            self._working = False
            if inputs and inputs[0] is not self._opened:
                inputs[0][0].close()

    def _open(self):  # type: ignore[no-untyped-def]
        """The source, its frames, and how many of them are stale before a picture."""
        opened = self._av.open(self._source, format=self._kind)
        frames = self._frames(opened)
        device = self._kind == "v4l2"
        for _ in range(SETTLING_FRAMES if device else 0):
            next(frames, None)  # type: ignore[call-overload]
        return [opened, frames, STALE_FRAMES if device else 0]

    def _frames(self, opened) -> object:  # type: ignore[no-untyped-def]
        if not opened.streams.video:
            opened.close()
            raise OSError("the camera " + self._source + " gives no picture")
        return opened.decode(opened.streams.video[0])

    def _shoot(self, opened, size: str, compress: str) -> bytes:  # type: ignore[no-untyped-def]
        for _ in range(opened[2]):
            next(opened[1], None)
        frame = next(opened[1], None)
        if frame is None:  # the film is over
            opened[0].seek(0)
            opened[1] = self._frames(opened[0])
            frame = next(opened[1], None)
        if frame is None:
            raise OSError("the camera " + self._source + " gives no picture")
        return _jpeg(frame.to_image(), size, compress)


class PiCamera:
    """A Raspberry Pi's camera. `picamera2` is the module."""

    def __init__(self, picamera2) -> None:  # type: ignore[no-untyped-def]
        self._module = picamera2
        self._camera = None

    async def warm(self) -> None:
        """Power and settle: libcamera waits for exposure and white balance itself. Raises OSError."""
        if self._camera is not None:
            return
        camera = None
        try:
            camera = self._module.Picamera2()
            camera.configure(camera.create_still_configuration())
            camera.start()
        except (RuntimeError, IndexError) as error:  # what it raises without a camera, or when another program has it
            if camera is not None:
                camera.close()
            raise OSError("the camera picamera2: " + str(error)) from error
        self._camera = camera

    def cool(self) -> None:
        """Take the power off the sensor."""
        camera, self._camera = self._camera, None
        if camera is not None:
            camera.stop()
            camera.close()

    async def capture(self, size: str, compress: str) -> bytes:
        """As `Board.capture`. Raises OSError."""
        if self._camera is None:
            raise OSError("the camera has no power")
        image = await asyncio.get_running_loop().run_in_executor(None, self._camera.capture_image)
        return _jpeg(image, size, compress)


def _jpeg(image, size: str, compress: str) -> bytes:  # type: ignore[no-untyped-def]
    """A Pillow image as a JPEG."""
    if size in BOXES:
        image.thumbnail(BOXES[size])
    written = io.BytesIO()
    image.convert("RGB").save(written, "JPEG", quality=QUALITIES.get(compress, USUAL_QUALITY))
    return written.getvalue()
