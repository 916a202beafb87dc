"""The chain from the shutter to the gateway's disk in real time: real firmware, the model of the air, a real gateway.

The firmware runs as simulated glasses do, on real MicroPython where that can be had. Its bytes go over `Air` as the
notifications they would be, and come to the gateway over TCP. The gateway is the real one with spool, journal and
every fsync; its cloud is out of reach. Out of range breaks the link on both ends; what connects meanwhile waits, as a
central does that keeps on scanning, until the glasses are back and have been heard: an advertisement each 100 ms, then
one connection interval.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from random import Random

from trifocal_firmware.mcu import REPEAT_MS
from trifocal_firmware.testing import picture
from trifocal_gateway.gateway import Gateway
from trifocal_gateway.io.actor import Actor
from trifocal_gateway.io.database import Database
from trifocal_gateway.io.spool import Spool
from trifocal_gateway.io.uploads import http_client
from trifocal_gateway.queue_entry import QueuedPhoto
from trifocal_gateway.reconnector import Reconnector
from trifocal_gateway.session import READY
from trifocal_gateway.settings import GatewaySettings
from trifocal_gateway.upload_queue import UploadQueue
from trifocal_shared.clock import Clock
from trifocal_shared.driver import Driver
from trifocal_shared.envelope import wrap_native
from trifocal_shared.frame import PACK, PHOTO, STRING, encode_frame
from trifocal_shared.messages import FileAnnounce
from trifocal_tools.bench.air import LIMIT, Air
from trifocal_tools.bench.notifications import Notifications
from trifocal_tools.failure import Failure
from trifocal_tools.sim.firmware_host import FirmwareHost, make_host

NO_CLOUD = "http://127.0.0.1:9"
ADVERTISE_S = 0.1
SCAN_MS = 100
"""A central that keeps on scanning does not wait longer and longer, as one does that connects over TCP."""

PRESS_S = (REPEAT_MS + 50) / 1_000
LIMIT_S = 60.0
HEADS = {PACK: 17, PHOTO: 32}
"""Bytes of a frame that are not the photo's."""


class Wearer:
    """The world around the firmware: one camera, and the air that its bytes go into."""

    battery = 100
    charging = False
    folded = False

    def __init__(self) -> None:
        self.booted = asyncio.Event()
        self.empty = asyncio.Event()
        self.photo_bytes = 0
        self.sent = 0
        """Bytes of photos put on the air."""
        self.radio: Radio | None = None
        self._pictures = 0
        self._split = Notifications(little_endian=False)

    def fresh_link(self) -> None:
        """Another gateway: half a frame of the last link is forgotten."""
        self._split = Notifications(little_endian=False)

    def link_write(self, data: bytes) -> None:
        """Onto the air."""
        for size, item in self._split.receive(data):
            head = HEADS.get(item[2], 0) if item[:2] == b"##" else 0
            self.sent += len(item) - head if head else 0
            if self.radio is not None:
                self.radio.send(True, size, item)

    def light_changed(self, state: str) -> None:
        """Nobody looks."""

    def reported(self, step: str, fields: dict[str, object]) -> None:
        """What the bench waits for."""
        if step == "ready":
            self.booted.set()
        elif step == "stored" and not fields["photos"]:
            self.empty.set()

    async def shoot(self, size: str, compress: str) -> bytes:
        """The next picture, as large as is wanted."""
        self._pictures += 1
        return picture(self._pictures, self.photo_bytes)


class Radio:
    """The air in real time, between one pair of glasses and whoever connects to its port."""

    def __init__(self, air: Air, host: FirmwareHost, wearer: Wearer) -> None:
        self.port = 0
        self._air, self._host, self._wearer = air, host, wearer
        self._clock = Clock()
        self._driver = Driver(air, self._clock, self._drain)
        self._chance = Random(1)  # noqa: S311 - the same in every run
        self._in_range = asyncio.Event()
        self._in_range.set()
        self.sought = asyncio.Event()
        """Whether a gateway looks for glasses that are out of range."""
        self._gateway: asyncio.StreamWriter | None = None
        self._readers: set[asyncio.Task[None]] = set()

    async def run(self, started: asyncio.Event) -> None:
        """Listen and carry until cancelled."""
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        try:
            await self._driver.run()
        finally:
            server.close()
            self._drop()
            for reader in self._readers:
                reader.cancel()
            await asyncio.gather(*self._readers, return_exceptions=True)

    def send(self, to_central: bool, size: int, item: bytes) -> None:
        """Put it on the air."""
        self._air.send(to_central, size, item, self._clock.now())
        self._driver.poke()

    def leave(self) -> None:
        """Out of range."""
        self._in_range.clear()
        self.sought.clear()
        self._drop()

    def come_back(self) -> None:
        """In range."""
        self._in_range.set()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._readers.add(task)
        try:
            await self._serve(reader, writer)
        finally:
            self._readers.discard(task)
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._in_range.is_set():
            self.sought.set()
            await self._in_range.wait()
            await asyncio.sleep(self._chance.random() * ADVERTISE_S + self._air.interval_ms / 1_000)
        self._drop()
        self._gateway = writer
        self._air.restore()
        self._wearer.fresh_link()
        split = Notifications(little_endian=True)
        self._host.link_opened()
        with suppress(OSError):
            while data := await reader.read(4_096):
                if self._gateway is not writer:
                    return
                for size, item in split.receive(data):
                    self.send(False, size, item)
        if self._gateway is writer:
            self._drop()

    def _drop(self) -> None:
        if self._gateway is not None:
            self._gateway.transport.abort()
            self._gateway = None
            self._air.cut()
            self._host.link_closed()

    def _drain(self) -> None:
        for arrived in self._air.events():
            assert isinstance(arrived.item, bytes)
            if arrived.to_central and self._gateway is not None:
                self._gateway.write(arrived.item)
            elif not arrived.to_central:
                self._host.link_received(arrived.item)


class TimedSpool(Spool):
    """A spool that notes when things happened, in seconds of `time.perf_counter`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.began = self.whole = self.durable = 0.0
        self.first = self.written = 0
        """Bytes of the piece that came first, and of all since `begin`."""
        self.wrote = asyncio.Event()
        self.done = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def write(self, file_name: str, offset: int, data: bytes) -> None:
        super().write(file_name, offset, data)
        if not self.written:
            self.first, self.began = len(data), time.perf_counter()
        self.written += len(data)
        self.wrote.set()

    def finish(self, announce: FileAnnounce, taken_at_ms: int) -> QueuedPhoto:
        self.whole = time.perf_counter()
        photo = super().finish(announce, taken_at_ms)
        self.durable = time.perf_counter()
        self._loop.call_soon_threadsafe(self.done.set)
        return photo


class House:
    """Glasses, air and gateway at work."""

    def __init__(self, host: FirmwareHost, wearer: Wearer, radio: Radio, spool: TimedSpool) -> None:
        self.wearer, self.radio, self.spool = wearer, radio, spool
        self._host = host

    async def begin(self, photo_bytes: int) -> float:
        """Press; when that was."""
        await asyncio.sleep(PRESS_S)
        self.wearer.photo_bytes, self.wearer.sent, self.spool.written = photo_bytes, 0, 0
        self.wearer.empty.clear()
        self.spool.done.clear()
        self.spool.wrote.clear()
        pressed = time.perf_counter()
        self._host.mcu_received(encode_frame(STRING, wrap_native("cs_pho"), False))
        return pressed

    async def whole(self) -> None:
        """Until the photo is durable at the gateway and forgotten by the glasses. Raises Failure when it never is."""
        try:
            async with asyncio.timeout(LIMIT_S):
                await self.spool.done.wait()
                await self.wearer.empty.wait()
        except TimeoutError:
            raise Failure(f"a photo of {self.wearer.photo_bytes} bytes did not arrive in {LIMIT_S:.0f} s") from None


@asynccontextmanager
async def glasses(folder: Path, python: str) -> AsyncIterator[tuple[FirmwareHost, Wearer]]:
    """Booted glasses. Raises Failure when their interpreter cannot be had."""
    wearer, flash = Wearer(), folder / "flash"
    flash.mkdir()
    host = make_host(python, flash, "0123abcd", "bench")
    await host.start(wearer)
    running = asyncio.create_task(host.run())
    try:
        await wearer.booted.wait()
        yield host, wearer
    finally:
        await host.stop()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@asynccontextmanager
async def house(folder: Path, pair: tuple[FirmwareHost, Wearer], air: Air, protocol: int) -> AsyncIterator[House]:
    """A gateway of this protocol at work on these glasses over this air."""
    host, wearer = pair
    radio, started, stop = Radio(air, host, wearer), asyncio.Event(), asyncio.Event()
    wearer.radio = radio
    async with AsyncExitStack() as ends:
        tasks = [asyncio.create_task(radio.run(started))]
        ends.push_async_callback(_end, tasks)
        await started.wait()
        spool = TimedSpool(folder / "spool")
        ends.callback(spool.close)
        database = Database(folder / "queue.json")
        ends.callback(database.close)
        client = await ends.enter_async_context(http_client(NO_CLOUD))
        machine = Gateway("", UploadQueue(), protocol)
        machine.glasses = Reconnector(SCAN_MS, SCAN_MS)
        machine.courier.receiver.paced(air.interval_ms, int(LIMIT))
        settings = GatewaySettings(data_dir=folder, cloud_url=NO_CLOUD, glasses=f"tcp://127.0.0.1:{radio.port}")
        tasks.append(asyncio.create_task(Actor(settings, machine, database, spool, client).serve(_nothing, stop)))
        try:
            while machine.relay.session.status != READY:  # noqa: ASYNC110 - a machine has no bell
                await asyncio.sleep(0.01)
            yield House(host, wearer, radio, spool)
        finally:
            stop.set()
            await tasks[-1]


def _nothing() -> None:
    """Nobody waits for the gateway's start."""


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
