"""The firmware in Node, on real MicroPython, out of the image that would be flashed."""

import asyncio
import json
import struct
from pathlib import Path

from trifocal_tools.micropython import romfs
from trifocal_tools.micropython.host import Host
from trifocal_tools.sim.firmware_host import World


class MicroPythonHost:
    """Speaks frames with a Node process; see `FirmwareHost`."""

    python = "micropython"

    def __init__(
        self, flash: Path, boot_id: str, device_id: str, cap: int = 0, image: romfs.Image | None = None
    ) -> None:
        """With a `cap` the firmware's heap has so many bytes and never more; another `image` than what is flashed."""
        self._config: dict[str, object] = {"flash": str(flash), "bootId": boot_id, "deviceId": device_id}
        self._cap = cap
        self._image = image
        self._shots: set[asyncio.Task[None]] = set()
        self._heap: list[asyncio.Future[int]] = []
        self._host: Host
        self._world: World

    async def start(self, world: World) -> None:
        """Start Node and boot. Raises Failure when Node or the interpreter cannot be had."""
        self._world = world
        self._host = await Host.start(self._config | {"world": self._seen()}, self._cap, self._image)

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

    def _seen(self) -> dict[str, object]:
        return {"battery": self._world.battery, "charging": self._world.charging, "folded": self._world.folded}

    def _said(self, channel: str, payload: bytes) -> None:
        if channel == "l":
            self._world.link_write(payload)
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
