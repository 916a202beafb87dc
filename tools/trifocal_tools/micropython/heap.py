"""What the firmware costs on real MicroPython: its live heap with everything running and a photo in flight.

`gc.mem_alloc()` right after `gc.collect()`, each in a call of its own, asked again and again while presses become
photos and photos leave. wasm32 has the word size of an ESP32, so the figures are comparable to a board's. The heap
cannot grow beyond `CAP`, so a burst that would not fit ends the run.
"""

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path

from trifocal_firmware.mcu import REPEAT_MS
from trifocal_firmware.testing import GatewayStub, picture
from trifocal_shared.envelope import wrap_native
from trifocal_shared.frame import STRING, encode_frame
from trifocal_tools.failure import Failure
from trifocal_tools.sim.micropython_host import MicroPythonHost

CAP = 131_072
"""Bytes of heap in all. No tight measure: here no collection can happen inside a burst, unlike on a board."""

PRESSES = 3
PRESS_SECONDS = (REPEAT_MS + 50) / 1000
SAMPLE_SECONDS = 0.025
LIMIT_SECONDS = 30.0
PICTURE = picture(size=100_000)


@dataclass(frozen=True)
class Heap:
    """Live bytes: when the photos are gone again, and the highest seen on the way. `photos` went through unharmed."""

    live: int
    high_water: int
    cap: int
    photos: int


def measure(presses: int = PRESSES, cap: int = CAP) -> Heap:
    """Boot, press, deliver, and count. Raises Failure when the firmware dies or gets stuck under the cap."""
    return asyncio.run(_measure(presses, cap))


class Bench:
    """The world of the measured glasses: a gateway stub on the link, and one picture."""

    battery = 100
    charging = False
    folded = False

    def __init__(self, host: MicroPythonHost) -> None:
        self.gateway = GatewayStub()
        self.ready = asyncio.Event()
        self.stored = 0
        self.printed: list[str] = []
        self._host = host

    def connect(self) -> None:
        """A gateway comes and greets."""
        self._host.link_opened()
        self.gateway.greet()
        self._answer()

    def link_write(self, data: bytes) -> None:
        """To the gateway, whose answer comes at once."""
        self.gateway.receive(data, 0)
        self._answer()

    def light_changed(self, state: str) -> None:
        """Nobody looks."""

    def reported(self, step: str, fields: dict[str, object]) -> None:
        """What the measure waits for."""
        if step == "ready":
            self.ready.set()
        elif step == "stored":
            self.stored = int(str(fields["photos"]))
        elif step == "printed":
            self.printed.append(str(fields["text"]))

    async def shoot(self, size: str, compress: str) -> bytes:
        """The picture, whatever size is asked for."""
        return PICTURE

    def _answer(self) -> None:
        for frame in self.gateway.data_to_send():
            self._host.link_received(frame)


async def _measure(presses: int, cap: int) -> Heap:
    with tempfile.TemporaryDirectory() as flash:
        host = MicroPythonHost(Path(flash), "0123abcd", "heap", cap=cap)
        bench = Bench(host)
        await host.start(bench)
        running = asyncio.create_task(host.run())
        working = asyncio.create_task(_work(host, bench, presses, cap))
        try:
            tasks = {running, working}
            done, _ = await asyncio.wait(tasks, timeout=LIMIT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
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


async def _work(host: MicroPythonHost, bench: Bench, presses: int, cap: int) -> Heap:
    await bench.ready.wait()
    bench.connect()
    high = 0
    for number in range(1, presses + 1):
        await asyncio.sleep(PRESS_SECONDS)
        host.mcu_received(encode_frame(STRING, wrap_native("cs_pho"), False))
        while len(bench.gateway.photos) < number or bench.stored:
            high = max(high, await host.live_heap())
            await asyncio.sleep(SAMPLE_SECONDS)
    good = sum(photo == PICTURE for photo in bench.gateway.photos.values())
    return Heap(live=await host.live_heap(), high_water=high, cap=cap, photos=good)
