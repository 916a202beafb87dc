"""Simulated glasses that publish: the board with a publisher, and the camera's pictures as a film with sound.

Their picture bears the time (`marks`), and what is heard is a beep each second.
"""

import asyncio
import math
import time
from array import array
from functools import cache
from typing import Any, Protocol

import av

from trifocal_firmware.boards.linux_publisher import Publisher
from trifocal_firmware.boards.sim import SimBoard
from trifocal_firmware.boards.sim_host import SimHost
from trifocal_firmware.stream_glasses import StreamGlasses
from trifocal_tools.sim.camera import Camera, Moving
from trifocal_tools.sim.marks import stamp

BEEP_MS = 100
BEEP_HZ = 1_000
LOUD = 8_000


class Owner(Protocol):
    """Whoever has a camera, which may be another one from time to time."""

    camera: Camera


class MovingCamera:
    """A camera of simulated glasses as `Publisher` wants it."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self._moving: Moving | None = None

    async def warm(self) -> None:
        """Open it; nothing when it already is. Raises OSError."""
        if self._moving is None:
            self._moving = await asyncio.to_thread(self._owner.camera.moving)

    def cool(self) -> None:
        """Close it."""
        moving, self._moving = self._moving, None
        if moving is not None:
            moving.close()

    async def moving(self, width: int, height: int) -> Any:
        """The next picture, an `av.VideoFrame` with the time in it. Raises OSError."""
        if self._moving is None:
            raise OSError("the camera has no power")
        return await asyncio.to_thread(_frame, self._moving, width, height)

    def sound(self, begin: int, count: int, rate: int, channels: int) -> bytes:
        """16-bit samples of a beep each second, of silence between them; `begin` counts from the stream's begin."""
        second = _second(rate, channels)
        size = 2 * channels
        first = begin % rate
        return (second + second)[first * size : (first + count) * size]


def _frame(source: Moving, width: int, height: int) -> Any:
    image = source.picture(width, height)
    stamp(image, time.time_ns() // 1_000_000)
    frame: Any = av.VideoFrame
    return frame.from_image(image).reformat(format="yuv420p")


@cache
def _second(rate: int, channels: int) -> bytes:
    beep = rate * BEEP_MS // 1_000
    waves = (math.sin(math.tau * BEEP_HZ * at / rate) * (at < beep) for at in range(rate))
    return array("h", [int(LOUD * wave) for wave in waves for _ in range(channels)]).tobytes()


class PublishingBoard(SimBoard):
    """Simulated glasses on CPython: all that `SimBoard` does, and streams."""

    glasses = StreamGlasses

    def __init__(self, host: SimHost, owner: Owner) -> None:
        super().__init__(host)
        self._camera = MovingCamera(owner)

    def start(self, firmware: Any) -> None:
        self.publisher = Publisher(self._camera, self.clock, firmware.published, lambda: self.host.air() != "")

    async def capture(self, size: str, compress: str) -> bytes | bytearray:
        picture = await self.publisher.picture(size, compress) if self.publisher is not None else b""
        return picture or await super().capture(size, compress)

    def cool(self) -> None:
        self._camera.cool()
