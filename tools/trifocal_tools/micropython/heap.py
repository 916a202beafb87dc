"""What the firmware costs on real MicroPython: its live heap with everything running and a photo in flight.

`gc.mem_alloc()` right after `gc.collect()`, each in a call of its own, asked again and again while presses become
photos and photos leave. wasm32 has the word size of an ESP32, so the figures are comparable to a board's. The heap
cannot grow beyond `CAP`, so a burst that would not fit ends the run.
"""

import asyncio
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from trifocal_firmware.mcu import REPEAT_MS
from trifocal_firmware.photo import MOST_REMEMBERED
from trifocal_firmware.testing import GatewayStub, picture
from trifocal_shared.envelope import wrap_native
from trifocal_shared.frame import STRING, encode_frame
from trifocal_shared.messages import TakePhoto
from trifocal_tools.failure import Failure
from trifocal_tools.micropython import romfs
from trifocal_tools.micropython.host import Frames, command
from trifocal_tools.sim.camera import BrokenCamera, Camera
from trifocal_tools.sim.micropython_host import MicroPythonHost

CAP = 131_072
"""Bytes of heap in all. No tight measure: here no collection can happen inside a burst, unlike on a board."""

PRESSES = 3
PRESS_SECONDS = (REPEAT_MS + 50) / 1000
SAMPLE_SECONDS = 0.025
LIMIT_SECONDS = 60.0
PICTURE = picture(size=100_000)
SMALL = picture(size=2_000)
FILLING = 2 * MOST_REMEMBERED


@dataclass(frozen=True)
class Heap:
    """Live bytes: when the photos are gone again, and the highest seen on the way. `photos` went through unharmed.

    `triggers` are the ms from each press' frame to the camera, asking a gateway that answers at once; `grown` is how
    many bytes more live after the `more` photos than before them.
    """

    live: int
    high_water: int
    cap: int
    photos: int
    triggers: tuple[float, ...] = ()
    grown: int = 0


def measure(presses: int = PRESSES, cap: int = CAP, more: int = 0, image: romfs.Image | None = None) -> Heap:
    """Boot, press, deliver, and count; then take `more` small photos. Of another `image` than what is flashed, if any.

    Raises Failure when the firmware dies or gets stuck under the cap.
    """
    return asyncio.run(_measure(presses, cap, more, image))


def imports(times: int, image: romfs.Image) -> list[float]:
    """How many ms it takes to import what an image holds, after a first time that does not count. Raises Failure."""
    line = command("imports", {"times": times + 1}, image=image)
    ran = subprocess.run(line, capture_output=True, timeout=LIMIT_SECONDS, check=False)
    told = [float(payload) for channel, payload in Frames().receive(ran.stdout) if channel == "i"]
    if len(told) != times + 1:
        raise Failure(f"the firmware cannot be imported\n{ran.stdout.decode(errors='replace')[-2000:]}")
    return told[1:]


PACKS, GIVEN_BACK = 32, 8
"""As many as a link has room for, and how many find room again at a time."""


class Bench:
    """The world of the measured glasses: a gateway stub on the link, and one picture."""

    battery = 100
    charging = False
    temperature = 25
    folded = False
    air = ""
    camera: Camera = BrokenCamera()

    def __init__(self, host: MicroPythonHost) -> None:
        self.gateway = GatewayStub()
        self.ready = asyncio.Event()
        self.stored = 0
        self.printed: list[str] = []
        self.picture = PICTURE
        self.taken = 0
        self.triggered = 0.0
        self.moved = asyncio.Event()
        self._taken = 0
        self._host = host

    def connect(self) -> None:
        """A gateway comes and greets."""
        self._host.link_opened()
        self._host.link_room(PACKS)
        self.gateway.greet()
        self.answer()

    def link_write(self, data: bytes) -> None:
        """To the gateway, whose answer comes at once."""
        self.gateway.receive(data, 0)
        self.answer()
        self.moved.set()

    def link_pack(self, frame: bytes) -> None:
        """To the gateway too; there is room again, for some at a time."""
        self.link_write(frame)
        self._taken += 1
        if self._taken % GIVEN_BACK == 0:
            self._host.link_room(GIVEN_BACK)

    def light_changed(self, state: str) -> None:
        """Nobody looks."""

    def reported(self, step: str, fields: dict[str, object]) -> None:
        """What the measure waits for."""
        if step == "ready":
            self.ready.set()
        elif step == "stored":
            self.stored = int(str(fields["photos"]))
            self.moved.set()
        elif step == "printed":
            self.printed.append(str(fields["text"]))

    async def shoot(self, size: str, compress: str) -> bytes:
        """The picture, whatever size is asked for."""
        self.triggered = time.perf_counter()
        return self.picture

    def answer(self) -> None:
        """To the glasses, what the gateway has to say."""
        for frame in self.gateway.data_to_send():
            self._host.link_received(frame)


async def _measure(presses: int, cap: int, more: int, image: romfs.Image | None) -> Heap:
    with tempfile.TemporaryDirectory() as flash:
        host = MicroPythonHost(Path(flash), "0123abcd", "heap", cap=cap, image=image)
        bench = Bench(host)
        await host.start(bench)
        running = asyncio.create_task(host.run())
        working = asyncio.create_task(_work(host, bench, presses, cap, more))
        try:
            tasks = {running, working}
            done, _ = await asyncio.wait(tasks, timeout=LIMIT_SECONDS + more / 10, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            if working not in done:
                said = "\n".join(bench.printed)
                raise Failure(f"the firmware got stuck with {cap} bytes of heap\n{said}", word="heap_exhausted")
            return working.result()
        finally:
            working.cancel()
            await host.stop()
            await asyncio.gather(running, working, return_exceptions=True)


async def _work(host: MicroPythonHost, bench: Bench, presses: int, cap: int, more: int) -> Heap:
    await bench.ready.wait()
    bench.connect()
    high = 0
    triggers = []
    for number in range(1, presses + 1):
        await asyncio.sleep(PRESS_SECONDS)
        pressed = time.perf_counter()
        host.mcu_received(encode_frame(STRING, wrap_native("cs_pho"), False))
        while len(bench.gateway.photos) < number or bench.stored:
            high = max(high, await host.live_heap())
            await asyncio.sleep(SAMPLE_SECONDS)
        triggers.append((bench.triggered - pressed) * 1000)
    good = sum(photo == PICTURE for photo in bench.gateway.photos.values())
    live = await host.live_heap()
    grown = await _grown(host, bench, more) if more else 0
    return Heap(live, high, cap, good, tuple(triggers), grown)


async def _grown(host: MicroPythonHost, bench: Bench, more: int) -> int:
    """How much more lives after so many photos than after the first, which fill what is remembered of ids."""
    bench.picture = SMALL
    await _take(bench, FILLING)
    before = await host.live_heap()
    await _take(bench, more)
    return await host.live_heap() - before


async def _take(bench: Bench, count: int) -> None:
    for _ in range(count):
        bench.taken += 1
        request_id = f"more-{bench.taken:06}"
        bench.gateway.say(TakePhoto(request_id=request_id))
        bench.answer()
        while request_id not in bench.gateway.photos or bench.stored:
            bench.moved.clear()
            await bench.moved.wait()
        if bench.gateway.photos.pop(request_id) != SMALL:
            raise Failure(f"the photo {request_id} is not what was taken", word="heap_corrupt")
        bench.gateway.heard.clear()
