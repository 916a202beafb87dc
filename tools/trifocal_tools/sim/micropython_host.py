"""The firmware in Node, on real MicroPython, out of the image that would be flashed."""

import asyncio
import json
import secrets
import struct
from collections.abc import Callable
from pathlib import Path

from trifocal_tools.micropython import romfs
from trifocal_tools.micropython.host import Host
from trifocal_tools.sim.firmware_host import World
from trifocal_tools.virtual_time import VirtualLoop


class Counted:
    """Makes the time of a host that of a loop; a `Timekeeper`."""

    def __init__(self, loop: VirtualLoop, tell: Callable[[], None]) -> None:
        """`tell` has the host told the time."""
        self._loop = loop
        self._tell = tell
        self._began = loop.time()
        self._due: asyncio.TimerHandle | None = None

    def now_ms(self) -> float:
        """Since the beginning."""
        return (self._loop.time() - self._began) * 1_000

    def asked(self) -> None:
        """The host has got something to do: time stands still."""
        self._loop.hold()

    def answered(self, due_ms: float | None) -> None:
        """It has done it, and wants to be told the time again at this one."""
        self._loop.release()
        if self._due:
            self._due.cancel()
        at = None if due_ms is None else max(self._began + due_ms / 1_000, self._loop.time())
        self._due = None if at is None else self._loop.call_at(at, self._tell)


class MicroPythonHost:
    """Speaks frames with a Node process; see `FirmwareHost`."""

    python = "micropython"

    def __init__(
        self,
        flash: Path,
        boot_id: str,
        device_id: str,
        cap: int = 0,
        image: romfs.Image | None = None,
        *,
        loop: VirtualLoop | None = None,
    ) -> None:
        """With a `cap` the firmware's heap has so many bytes and never more; another `image` than what is flashed. In
        a `loop` whose time is counted, so is the firmware's.
        """
        self._config: dict[str, object] = {
            "flash": str(flash),
            "bootId": boot_id,
            "deviceId": device_id,
            "seed": secrets.token_hex(32),
        }
        self._cap = cap
        self._image = image
        self._counted = Counted(loop, self._tell_time) if loop else None
        self._shots: set[asyncio.Task[None]] = set()
        self._heap: list[asyncio.Future[int]] = []
        self._host: Host
        self._world: World

    async def start(self, world: World) -> None:
        """Start Node and boot. Raises Failure when Node or the interpreter cannot be had."""
        self._world = world
        self._host = await Host.start(self._config | {"world": self._seen()}, self._cap, self._image, self._counted)

    async def run(self) -> None:
        """Serve until cancelled or stopped. Raises Failure when the interpreter ends by itself."""
        await self._host.serve(self._said)

    async def stop(self) -> None:
        """End the process."""
        for shot in self._shots:
            shot.cancel()
        await self._host.stop()

    async def settle(self) -> None:
        """Wait until Node has read most of what was sent."""
        await self._host.settle()

    @property
    def pid(self) -> int:
        """The process that is the glasses: end it, and their power is gone."""
        return self._host.pid

    async def live_heap(self) -> int:
        """Bytes alive on the firmware's heap, collected."""
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._heap.append(answer)
        self._host.send("H")
        return await answer

    def link_opened(self) -> None:
        """A gateway is connected."""
        self._host.send("O")

    def link_room(self, packs: int) -> None:
        """The link takes so many more packs."""
        self._host.send("R", struct.pack("<I", packs))

    def link_received(self, data: bytes) -> None:
        """Bytes from the gateway."""
        self._host.send("L", data)

    def link_closed(self) -> None:
        """The gateway is gone."""
        self._host.send("C")

    def mcu_received(self, data: bytes) -> None:
        """Bytes from the button controller."""
        self._host.send("M", data)

    def level_changed(self, button: str, down: bool) -> None:
        """The raw level of a button's pin."""
        self._host.send("E", json.dumps({"button": button, "down": down}).encode())

    def changed(self) -> None:
        """Battery, charger or temples changed."""
        self._host.send("W", json.dumps(self._seen()).encode())

    def _tell_time(self) -> None:
        self._host.tell_time()

    def _seen(self) -> dict[str, object]:
        seen = ("battery", "charging", "folded", "temperature", "air")
        return {what: getattr(self._world, what) for what in seen}

    def _said(self, channel: str, payload: bytes) -> None:
        if channel == "l":
            self._world.link_write(payload)
        elif channel == "k":
            self._world.link_pack(payload)
        elif channel == "s":
            self._world.light_changed(payload.decode())
        elif channel == "o":
            said = json.loads(payload)
            self._world.reported(said["step"], said["fields"])
        elif channel == "p":
            wanted = json.loads(payload)
            shot = asyncio.get_running_loop().create_task(self._shoot(**wanted))
            self._shots.add(shot)
            shot.add_done_callback(self._shots.discard)
        elif channel == "h":
            answer = self._heap.pop(0)
            if not answer.done():
                answer.set_result(int(payload))
        elif channel == "t":
            self._world.reported("printed", {"text": payload.decode(errors="replace")})

    async def _shoot(self, number: int, size: str, compress: str) -> None:
        try:
            picture = await self._world.shoot(size, compress)
        except OSError:
            picture = b""
        self._host.send("P", struct.pack("<I", number) + picture)
