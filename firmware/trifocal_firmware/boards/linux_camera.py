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


class Camera:
    """A camera whose driver blocks; subclasses say what the driver does, in a thread: `_open`, `_shoot`,
    `_move`, `_close`.
    """

    def __init__(self) -> None:
        self._wanted = False
        self._opened = None
        self._running = None  # the call that has not returned

    async def warm(self) -> None:
        """Open and settle; nothing when it already is. Raises OSError."""
        self._wanted = True
        if self._opened is None:
            await self._do(self._power)

    def cool(self) -> None:
        """Close, before this returns, for the light goes out next. What a thread still works with is closed later."""
        self._wanted = False
        if self._running is None:
            self._let_go()

    async def capture(self, size: str, compress: str) -> bytes:
        """As `Board.capture`. Raises OSError."""
        if self._opened is None:
            raise OSError("the camera has no power")
        picture = await self._do(self._shoot, self._opened, size, compress)
        assert isinstance(picture, bytes)
        return picture

    async def moving(self, width: int, height: int):  # type: ignore[no-untyped-def]
        """The next picture of a stream, as an `av.VideoFrame` of that size. Raises OSError."""
        if self._opened is None:
            raise OSError("the camera has no power")
        return await self._do(self._move, self._opened, width, height)

    async def _do(self, work, *inputs) -> object:  # type: ignore[no-untyped-def]
        if self._running is not None:
            raise OSError("the camera's driver has not returned from the last picture")
        running = asyncio.get_running_loop().run_in_executor(None, work, *inputs)
        self._running = running  # type: ignore[assignment]
        running.add_done_callback(self._returned)
        return await asyncio.shield(running)  # what has begun is brought to its end, whoever gives up

    def _returned(self, running) -> None:  # type: ignore[no-untyped-def]
        """Back in the loop, before whoever waits."""
        self._running = None
        if not running.cancelled():
            running.exception()  # seen, though nobody may be waiting by then
        if not self._wanted:
            self._let_go()

    def _power(self) -> None:
        self._opened = self._open()  # type: ignore[attr-defined]

    def _let_go(self) -> None:
        opened, self._opened = self._opened, None
        if opened is not None:
            self._close(opened)


class AvCamera(Camera):
    """A source that FFmpeg reads. `av` is the module PyAV."""

    def __init__(self, av, source: str, kind: "str | None") -> None:  # type: ignore[no-untyped-def]
        super().__init__()
        self._av = av
        self._source = source
        self._kind = kind

    def _open(self):  # type: ignore[no-untyped-def]
        """The source, its frames, and how many of them are stale before a picture."""
        try:
            opened = self._av.open(self._source, format=self._kind)
            device = self._kind == "v4l2"
            frames = self._frames(opened)
            for _ in range(SETTLING_FRAMES if device else 0):
                next(frames, None)  # type: ignore[call-overload]
        except self._av.FFmpegError as error:
            raise self._failure(error) from error
        return [opened, frames, STALE_FRAMES if device else 0]

    def _shoot(self, opened, size: str, compress: str) -> bytes:  # type: ignore[no-untyped-def]
        return jpeg(self._next(opened, opened[2]).to_image(), size, compress)

    def _move(self, opened, width: int, height: int):  # type: ignore[no-untyped-def]
        frame = self._next(opened, 0)
        if frame.width * height == frame.height * width:
            return frame.reformat(width, height, "yuv420p")
        return moving(self._av, frame.to_image(), width, height)

    def _next(self, opened, stale: int):  # type: ignore[no-untyped-def]
        """The frame after so many stale ones."""
        try:
            for _ in range(stale):
                next(opened[1], None)
            frame = next(opened[1], None)
            if frame is None:  # the film is over
                opened[0].seek(0)
                opened[1] = self._frames(opened[0])
                frame = next(opened[1], None)
        except self._av.FFmpegError as error:
            raise self._failure(error) from error
        if frame is None:
            raise OSError("the camera " + self._source + " gives no picture")
        return frame

    def _close(self, opened) -> None:  # type: ignore[no-untyped-def]
        opened[0].close()

    def _frames(self, opened) -> object:  # type: ignore[no-untyped-def]
        if not opened.streams.video:
            opened.close()
            raise OSError("the camera " + self._source + " gives no picture")
        return opened.decode(opened.streams.video[0])

    def _failure(self, error) -> OSError:  # type: ignore[no-untyped-def]
        """Errors of FFmpeg, some of which are ValueErrors."""
        return OSError("the camera " + self._source + ": " + str(error.strerror))


class PiCamera(Camera):
    """A Raspberry Pi's camera. `picamera2` is the module; libcamera waits for exposure and white balance itself."""

    def __init__(self, picamera2) -> None:  # type: ignore[no-untyped-def]
        super().__init__()
        self._module = picamera2

    def _open(self):  # type: ignore[no-untyped-def]
        camera = None
        try:
            camera = self._module.Picamera2()
            camera.configure(camera.create_still_configuration())
            camera.start()
        except (RuntimeError, IndexError) as error:  # what it raises without a camera, or when another program has it
            if camera is not None:
                camera.close()
            raise OSError("the camera picamera2: " + str(error)) from error
        return camera

    def _shoot(self, camera, size: str, compress: str) -> bytes:  # type: ignore[no-untyped-def]
        return jpeg(camera.capture_image(), size, compress)

    def _move(self, camera, width: int, height: int):  # type: ignore[no-untyped-def]
        import av

        return moving(av, camera.capture_image(), width, height)

    def _close(self, camera) -> None:  # type: ignore[no-untyped-def]
        camera.stop()
        camera.close()


def moving(av, image, width: int, height: int):  # type: ignore[no-untyped-def]
    """A Pillow image as a frame to be encoded: fills this size, and loses what is beside it. `av` is PyAV."""
    from PIL import ImageOps

    return av.VideoFrame.from_image(ImageOps.fit(image.convert("RGB"), (width, height))).reformat(format="yuv420p")


def jpeg(image, size: str, compress: str) -> bytes:  # type: ignore[no-untyped-def]
    """A Pillow image as a JPEG, fit for `Board.capture`."""
    if size in BOXES:
        image.thumbnail(BOXES[size])
    written = io.BytesIO()
    image.convert("RGB").save(written, "JPEG", quality=QUALITIES.get(compress, USUAL_QUALITY))
    return written.getvalue()
