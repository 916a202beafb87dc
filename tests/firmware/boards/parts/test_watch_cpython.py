"""A watchdog that bites: a real process with the real loop, and a thread that ends it when nobody feeds it in time."""

import subprocess
import sys
import textwrap

import pytest

BITTEN = 77
PROGRAM = """
import asyncio, os, sys, threading, time
from trifocal_firmware.board import Board
from trifocal_firmware.boards.parts.watch import Watch
from trifocal_firmware.main import Firmware
from trifocal_shared.envelope import wrap_native
from trifocal_shared.frame import STRING, encode_frame

LOOK, PATIENCE, ENOUGH = 0.02, 3.0, 40

class Hardware:
    # Once made it runs by itself: a thread that the loop cannot stop, as the chip's own counter.
    def __init__(self):
        self.fed_at, self.fed = time.monotonic(), 0
        threading.Thread(target=self.watch, daemon=True).start()

    def watch(self):
        while time.monotonic() - self.fed_at < PATIENCE:
            time.sleep(0.01)
        os._exit(77)

    def feed(self):
        self.fed_at, self.fed = time.monotonic(), self.fed + 1

class Glasses(Board):
    model = "watched"

    def start(self, firmware):
        self.hardware = Hardware()
        self.link = asyncio.create_task(self.carry())
        self.look = asyncio.create_task(self.looks())
        if sys.argv[2] == "blocked":
            firmware.mcu_received(encode_frame(STRING, wrap_native("cs_pho"), False))

    async def carry(self):
        await asyncio.sleep(0)
        if sys.argv[2] == "deaf":
            raise OSError("the link's task dies of a fault")
        await asyncio.sleep(3_600)

    async def looks(self):
        watch = Watch(self.hardware)
        while watch.feed([self.link]):
            if self.hardware.fed >= ENOUGH:
                os._exit(0)
            await asyncio.sleep(LOOK)

    def link_write(self, data): ...

    def set_light(self, state): ...

    async def capture(self, size, compress):
        time.sleep(3_600)  # a driver that does not return

asyncio.run(Firmware(Glasses("01234567", "watched", sys.argv[1])).run())
"""


@pytest.mark.parametrize(("trouble", "code"), [("none", 0), ("blocked", BITTEN), ("deaf", BITTEN)])
def test_a_driver_that_does_not_return_or_a_dead_task_ends_in_a_restart(tmp_path, trouble, code):
    command = [sys.executable, "-c", textwrap.dedent(PROGRAM), str(tmp_path), trouble]
    assert subprocess.run(command, timeout=60, check=False, stderr=subprocess.DEVNULL).returncode == code
