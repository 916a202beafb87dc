"""The frames between this process and Node, and a host that comes, speaks and goes."""

import asyncio
import sys

import pytest

from trifocal_tools.failure import Failure
from trifocal_tools.micropython import host
from trifocal_tools.micropython.host import Frames, Host, frame


def test_frames_come_out_however_they_were_cut():
    stream = frame("l", b"\x00\x01") + frame("s", b"photo") + frame("h") + frame("o", b"x" * 70_000)
    wanted = [("l", b"\x00\x01"), ("s", b"photo"), ("h", b""), ("o", b"x" * 70_000)]
    for cut in (1, 2, 3, 5, 7, 4096):
        frames = Frames()
        got = [found for at in range(0, len(stream), cut) for found in frames.receive(stream[at : at + cut])]
        assert got == wanted


def test_half_a_frame_is_kept_and_not_told():
    frames = Frames()
    assert list(frames.receive(frame("l", b"abc")[:-1])) == []
    assert list(frames.receive(b"c")) == [("l", b"abc")]


SPEAKS = """
import sys
sys.stdout.buffer.write(b"s\\x05\\0\\0\\0photo")
sys.stdout.flush()
echo = sys.stdin.buffer.read()
"""

ENDS = """
import sys
sys.stdout.buffer.write(b"x\\x07\\0\\0\\0because")
sys.exit(70)
"""

SPINS = """
import sys, time
sys.stdout.buffer.write(b"s\\x00\\0\\0\\0")
sys.stdout.flush()
while True:
    time.sleep(1)
"""


def python(script, monkeypatch):
    """A host that is this script instead of Node."""
    monkeypatch.setattr(host, "command", lambda *_, **__: [sys.executable, "-c", script])


async def test_what_it_says_is_handed_on_until_it_is_stopped(monkeypatch):
    python(SPEAKS, monkeypatch)
    running = await Host.start({})
    said = asyncio.Queue()
    serving = asyncio.create_task(running.serve(lambda channel, payload: said.put_nowait((channel, payload))))
    assert await said.get() == ("s", b"photo")
    running.send("L", b"bytes")
    await running.settle()
    await running.stop()
    await serving
    running.send("L", b"nobody hears this")


async def test_an_end_that_nobody_asked_for_is_a_failure_with_its_reason(monkeypatch):
    python(ENDS, monkeypatch)
    running = await Host.start({})
    with pytest.raises(Failure, match=r"MicroPython ended \(70\): because"):
        await running.serve(lambda *_: None)
    await running.stop()


async def test_one_that_spins_is_ended_by_force(monkeypatch):
    python(SPINS, monkeypatch)
    monkeypatch.setattr(host, "STOP_SECONDS", 0.05)
    running = await Host.start({})
    spoke = asyncio.Event()
    serving = asyncio.create_task(running.serve(lambda *_: spoke.set()))
    await spoke.wait()
    await running.stop()
    await serving
