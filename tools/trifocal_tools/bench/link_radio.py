"""The chain from the shutter to the gateway's disk over the virtual radio, in time that is counted.

Everything is real but the radio and the time: the firmware on CPython or MicroPython, bumble's host stack under it,
the air, bleak on bumble, the gateway with spool, journal and every fsync. It runs in a `VirtualLoop`, so what is
measured is what the chain waits for, and not how busy this machine is. The gateway's cloud is out of reach.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random

from trifocal_firmware.testing import picture
from trifocal_gateway.gateway import Gateway
from trifocal_gateway.io.actor import Actor
from trifocal_gateway.io.database import Database
from trifocal_gateway.io.spool import Spool
from trifocal_gateway.io.uploads import http_client
from trifocal_gateway.queue_entry import QueuedPhoto
from trifocal_gateway.session import READY
from trifocal_gateway.settings import GatewaySettings
from trifocal_gateway.upload_queue import UploadQueue
from trifocal_shared.clock import Clock
from trifocal_shared.envelope import wrap_native
from trifocal_shared.frame import OVERHEAD, PACK, PACKET_OVERHEAD, STRING, encode_frame
from trifocal_shared.messages import PROTOCOL_VERSION, FileAnnounce
from trifocal_shared.pack import HEAD
from trifocal_tools.failure import Failure
from trifocal_tools.radio.peripheral import RadioLink
from trifocal_tools.radio.room import Room
from trifocal_tools.sim.camera import BrokenCamera, Camera
from trifocal_tools.sim.cpython_host import CPythonHost
from trifocal_tools.sim.firmware_host import FirmwareHost
from trifocal_tools.sim.micropython_host import MicroPythonHost
from trifocal_tools.virtual_time import VirtualClock, VirtualLoop

NO_CLOUD = "http://127.0.0.1:9"
SETTLED_S = 0.7
"""After that a connection has the interval it is to have, and no handshake is under way."""

LIMIT_S = 120.0


class Wearer:
    """The world around the firmware: one camera, and the link that its bytes go to."""

    battery = 100
    charging = False
    folded = False
    air = ""
    temperature = 25
    camera: Camera = BrokenCamera()

    def __init__(self) -> None:
        self.booted = asyncio.Event()
        self.empty = asyncio.Event()
        self.photo_bytes = 0
        self.sent = 0
        """Bytes of photos given to the link."""
        self.link: RadioLink
        self.pictures: list[bytes] = []

    def link_write(self, data: bytes) -> None:
        """To the link."""
        self.link.write(data)

    def link_pack(self, frame: bytes) -> None:
        """To the link, and counted."""
        self.sent += len(frame) - (OVERHEAD + 1 + HEAD if frame[2] == PACK else PACKET_OVERHEAD)
        self.link.pack(frame)

    def light_changed(self, state: str) -> None:
        """Nobody looks."""

    def reported(self, step: str, fields: dict[str, object]) -> None:
        """What is waited for."""
        if step == "ready":
            self.booted.set()
        elif step == "stored" and not fields["photos"]:
            self.empty.set()

    async def shoot(self, size: str, compress: str) -> bytes:
        """The next picture, as large as is wanted."""
        self.pictures.append(picture(len(self.pictures), self.photo_bytes))
        return self.pictures[-1]


class TimedSpool(Spool):
    """A spool that notes when things happened, in seconds of the loop."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._loop = asyncio.get_running_loop()
        self.began = self.ended = 0.0
        self.first = self.written = 0
        """Bytes of the piece that came first, and of all since the press."""
        self.wrote = asyncio.Event()
        self.done = asyncio.Event()

    def write(self, file_name: str, offset: int, data: bytes) -> None:
        """Write it, and note."""
        super().write(file_name, offset, data)
        if not self.written:
            self.first, self.began = len(data), self._loop.time()
        self.written += len(data)
        self.ended = self._loop.time()
        self.wrote.set()

    def finish(self, announce: FileAnnounce, taken_at_ms: int) -> QueuedPhoto:
        """Finish it, and note."""
        photo = super().finish(announce, taken_at_ms)
        self._loop.call_soon_threadsafe(self.done.set)
        return photo


class RadioHouse:
    """Glasses, air and gateway at work."""

    def __init__(self, host: FirmwareHost, wearer: Wearer, link: RadioLink, room: Room, spool: TimedSpool) -> None:
        self.wearer, self.link, self.room, self.spool = wearer, link, room, spool
        self._host = host
        self._chance = Random(1).random  # noqa: S311 - the same in every run

    def press(self, photo_bytes: int) -> None:
        """Take a photo of so many bytes."""
        self.wearer.photo_bytes, self.wearer.sent, self.spool.written = photo_bytes, 0, 0
        self.wearer.empty.clear()
        self.spool.done.clear()
        self.spool.wrote.clear()
        self._host.mcu_received(encode_frame(STRING, wrap_native("cs_pho"), False))

    async def whole(self) -> None:
        """Until the photo is durable at the gateway and forgotten by the glasses. Raises Failure when it never is."""
        try:
            async with asyncio.timeout(LIMIT_S):
                await self.spool.done.wait()
                await self.wearer.empty.wait()
        except TimeoutError:
            raise Failure(f"a photo of {self.wearer.photo_bytes} bytes did not arrive in {LIMIT_S:.0f} s") from None

    async def settled(self) -> None:
        """Until nothing moves any more."""
        await asyncio.sleep(SETTLED_S)

    async def rate(self, photo_bytes: int) -> float:
        """Bytes a second of one photo, between its first piece and its last at the gateway."""
        await self.settled()
        self.press(photo_bytes)
        await self.whole()
        return (photo_bytes - self.spool.first) / (self.spool.ended - self.spool.began)

    async def absence(self, after_bytes: int) -> float:
        """Go out of range once so many bytes are there, come back when both ends know; ms until bytes come again."""
        await self._written(after_bytes)
        self.link.go_away()
        while self.link.linked:  # noqa: ASYNC110 - it has no bell
            await asyncio.sleep(0.01)
        await asyncio.sleep(SETTLED_S + self._chance())
        self.spool.wrote.clear()
        loop = asyncio.get_running_loop()
        back = loop.time()
        await self.link.come_back()
        await self.spool.wrote.wait()
        return (loop.time() - back) * 1_000

    async def _written(self, count: int) -> None:
        while self.spool.written < count:
            self.spool.wrote.clear()
            await self.spool.wrote.wait()


@asynccontextmanager
async def radio_house(
    folder: Path,
    python: str = "cpython",
    *,
    interval_ms: float = 15.0,
    loss: float = 0.0,
    seed: int = 1,
    protocol: int = PROTOCOL_VERSION,
) -> AsyncIterator[RadioHouse]:
    """Fresh ones, linked and greeted, with files in this folder. The `loss` is a share, the `protocol` the gateway's.

    Time is counted in a `VirtualLoop`, else measured. Raises Failure when an interpreter is missing.
    """
    room = Room(Random(seed).random, interval_ms, loss)  # noqa: S311 - the same in every run
    wearer = Wearer()
    clock = VirtualClock() if isinstance(asyncio.get_running_loop(), VirtualLoop) else Clock()
    async with AsyncExitStack() as ends:
        host = _host(folder / "flash", python, clock)
        wearer.link = link = room.join(host, lambda linked: None, "bench")
        await host.start(wearer)
        ends.push_async_callback(host.stop)
        running = asyncio.create_task(host.run())
        ends.push_async_callback(_end, running)
        await wearer.booted.wait()
        await link.listen()
        ends.push_async_callback(link.close)
        types = await ends.enter_async_context(room.central())
        spool = TimedSpool(folder / "spool")
        ends.callback(spool.close)
        database = Database(folder / "queue.json")
        ends.callback(database.close)
        client = await ends.enter_async_context(http_client(NO_CLOUD))
        machine, stop = Gateway("", UploadQueue(), protocol), asyncio.Event()
        settings = GatewaySettings(data_dir=folder, cloud_url=NO_CLOUD, glasses=room.glasses)
        actor = Actor(settings, machine, database, spool, client, backends=types, clock=clock)
        serving = asyncio.create_task(actor.serve(lambda: None, stop))
        try:
            while machine.relay.session.status != READY:  # noqa: ASYNC110 - a machine has no bell
                await asyncio.sleep(0.01)
            yield RadioHouse(host, wearer, link, room, spool)
        finally:
            stop.set()
            await serving


def _host(flash: Path, python: str, clock: Clock) -> FirmwareHost:
    flash.mkdir()
    if python == "cpython":
        return CPythonHost(flash, "0123abcd", "bench", clock)
    loop = asyncio.get_running_loop()
    return MicroPythonHost(flash, "0123abcd", "bench", loop=loop if isinstance(loop, VirtualLoop) else None)


async def _end(running: asyncio.Task[None]) -> None:
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
