"""Simulated glasses as a whole: firmware, link, door and keyboard around one data directory."""

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal

from trifocal_tools.sim.camera import open_camera
from trifocal_tools.sim.door import Door
from trifocal_tools.sim.firmware_host import FirmwareHost, make_host
from trifocal_tools.sim.glasses import SimulatedGlasses
from trifocal_tools.sim.hand import Hand
from trifocal_tools.sim.keyboard import Keyboard, lines_of
from trifocal_tools.sim.link import GlassesLink, Link

Work = Callable[[], Coroutine[Any, Any, object]]

Join = Callable[[FirmwareHost, Callable[[bool], None], str], Link]
"""Makes the link of the glasses with this name; it tells the second argument when a gateway comes or goes."""


@dataclass(frozen=True)
class SimSettings:
    """What simulated glasses are started with. Port 0 is any; without cloud or token there is no door."""

    data_dir: Path
    listen_host: str = "127.0.0.1"
    listen_port: int = 0
    camera: str = "pattern"
    python: str = "cpython"
    cloud_url: str = ""
    token: str = field(default="", repr=False)
    keyboard: Literal["", "plain", "json"] = ""
    """Whether lines on stdin are commands, and how they are answered on stdout."""
    join: Join | None = None
    """The link when it is not TCP; `radio.room` has one for the virtual radio."""


@dataclass(frozen=True)
class Sim:
    """Simulated glasses that run."""

    glasses: SimulatedGlasses
    hand: Hand
    firmware: FirmwareHost
    link: Link


async def run(settings: SimSettings, started: Callable[[int], None], stop: asyncio.Event) -> None:
    """Run until `stop`; `started` is told the port. Raises Failure, OSError: it cannot start, or the firmware died."""
    async with powered(settings) as sim:

        async def announce() -> None:
            await sim.glasses.booted.wait()
            started(sim.link.port)
            await stop.wait()

        works: list[Work] = [announce, stop.wait, *lasting(settings, sim)]
        if settings.keyboard:
            keyboard = Keyboard(sim.glasses, sim.hand, _print, settings.keyboard == "json")
            works.append(partial(_typed, keyboard, stop))
        await first_of(works)


@asynccontextmanager
async def powered(settings: SimSettings) -> AsyncIterator[Sim]:
    """Boot the firmware and listen; the firmware's `run` is still to be awaited. All is stopped at the end."""
    flash = settings.data_dir / "flash"
    flash.mkdir(parents=True, exist_ok=True)
    camera = await asyncio.to_thread(open_camera, settings.camera)
    name = device_id(settings.data_dir)
    firmware = make_host(settings.python, flash, secrets.token_hex(4), name)
    glasses = SimulatedGlasses(camera, settings.python)
    changed = glasses.link_changed
    link = settings.join(firmware, changed, name) if settings.join else GlassesLink(firmware, changed)
    glasses.link_write, glasses.link_pack = link.write, link.pack
    await firmware.start(glasses)
    try:
        await link.listen(settings.listen_host, settings.listen_port)
        yield Sim(glasses, Hand(glasses, firmware, link), firmware, link)
    finally:
        await link.close()
        await firmware.stop()


def lasting(settings: SimSettings, sim: Sim) -> list[Work]:
    """What goes on as long as the glasses are powered."""
    works: list[Work] = [sim.firmware.run]
    if settings.cloud_url and settings.token:
        works.append(Door(settings.cloud_url, settings.token, sim.glasses, sim.hand).run)
    return works


async def first_of(works: list[Work]) -> None:
    """Until the first one ends, which ends all; what it raises is raised."""
    tasks = [asyncio.create_task(work()) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def device_id(data_dir: Path) -> str:
    """The name of the glasses that live in this folder; made once."""
    file = data_dir / "device_id"
    if not file.exists():
        made = file.with_suffix(".new")
        made.write_text(f"Trifocal-Sim_{secrets.token_hex(4)}")
        made.replace(file)
    return file.read_text().strip()


async def _typed(keyboard: Keyboard, stop: asyncio.Event) -> None:
    if not await keyboard.run(lines_of(sys.stdin)):
        await stop.wait()  # the end of input ends nothing: started by a script, there may be none


def _print(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - answers belong on stdout
