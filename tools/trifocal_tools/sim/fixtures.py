"""Simulated glasses for the tests of somebody who writes an app and owns no glasses.

    async def test_my_app_answers_a_press():
        async with simulated_glasses(cloud_url="http://127.0.0.1:8000", token=token) as glasses:
            press_id = await glasses.press("photo")
            await glasses.until(lambda state: state.stored_photos == 0)

The gateway that the cloud knows connects to `glasses.address`; without one, photos stay on the glasses.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from trifocal_shared.sim_messages import SimState
from trifocal_tools.sim.run import Sim, SimSettings, first_of, lasting, powered

WAIT_SECONDS = 10.0


class Glasses:
    """Simulated glasses in a test's hand."""

    def __init__(self, sim: Sim, host: str, running: asyncio.Task[None]) -> None:
        self.sim = sim
        self._running = running
        self.address = f"tcp://{host}:{sim.link.port}"

    @property
    def state(self) -> SimState:
        """What a person would see now."""
        return self.sim.glasses.state()

    @property
    def last_sha256(self) -> str:
        """Of the last picture the camera took."""
        return self.sim.glasses.last_sha256

    async def press(self, button: str = "photo", long: bool = False) -> str:
        """Press a button; the id of the press. Raises `hand.Refused`."""
        return await self.sim.hand.press(button, long)

    async def set_online(self, online: bool) -> None:
        """Into the gateway's reach, or out of it."""
        await self.sim.hand.set_online(online)

    def set_body(
        self,
        battery: int | None = None,
        charging: bool | None = None,
        folded: bool | None = None,
        temperature: int | None = None,
    ) -> None:
        """Change battery, charger or temples."""
        self.sim.hand.set_body(battery, charging, folded, temperature)

    def set_radio(self, loss: int | None = None, latency_ms: int | None = None) -> None:
        """Weaken the radio: percent of packets that are sent in vain, and how much later all of them arrive."""
        self.sim.hand.set_radio(loss, latency_ms)

    def drop(self) -> None:
        """Break the link, once; the gateway comes again by itself."""
        self.sim.hand.drop()

    async def until(self, seen: Callable[[SimState], bool], seconds: float = WAIT_SECONDS) -> SimState:
        """The first state that is `seen`, present or coming. Raises TimeoutError."""
        states: asyncio.Queue[SimState] = asyncio.Queue()
        end = self.sim.glasses.watch(states.put_nowait)
        try:
            async with asyncio.timeout(seconds):
                while not seen(state := await states.get()):
                    pass
                return state
        finally:
            end()

    async def ended(self) -> None:
        """Wait until the firmware has ended by itself. It never should."""
        await asyncio.wait({self._running})


@asynccontextmanager
async def simulated_glasses(
    *,
    data_dir: Path | None = None,
    camera: str = "pattern",
    python: str = "cpython",
    cloud_url: str = "",
    token: str = "",
    port: int = 0,
) -> AsyncIterator[Glasses]:
    """Glasses that run inside the block. The same `data_dir` again is the same pair, with the photos it still has.

    Raises what the firmware died of, if it died.
    """
    with tempfile.TemporaryDirectory() as scratch:
        settings = SimSettings(
            data_dir=data_dir or Path(scratch),
            listen_port=port,
            camera=camera,
            python=python,
            cloud_url=cloud_url,
            token=token,
        )
        async with powered(settings) as sim:
            running = asyncio.create_task(first_of(lasting(settings, sim)))
            booted = asyncio.create_task(sim.glasses.booted.wait())
            await asyncio.wait({running, booted}, return_when=asyncio.FIRST_COMPLETED)
            booted.cancel()
            try:
                yield Glasses(sim, settings.listen_host, running)
            finally:
                died = running.done()
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
            if died:
                running.result()
