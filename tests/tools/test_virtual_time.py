"""Time that jumps: in order, at once, and never while something outside is under way."""

import asyncio
import socket
import threading
import time

import pytest

from trifocal_tools import virtual_time
from trifocal_tools.virtual_time import EPOCH_MS, VirtualClock, VirtualLoop


async def pause(seconds: float) -> float:
    """When it is over."""
    await virtual_time.passes(seconds)
    return asyncio.get_running_loop().time()


def test_hours_pass_at_once_and_in_order() -> None:
    async def main() -> list[float]:
        return await asyncio.gather(pause(7_200), pause(3_600), pause(0.25))

    began = time.monotonic()
    assert virtual_time.run(main) == [7_200, 3_600, 0.25]
    assert time.monotonic() - began < 30


def test_a_timeout_is_one_in_this_time_too() -> None:
    async def main() -> float:
        try:
            async with asyncio.timeout(50):
                await asyncio.Event().wait()
        except TimeoutError:
            return asyncio.get_running_loop().time()
        return 0

    assert virtual_time.run(main) == 50


def test_a_thread_takes_no_time() -> None:
    async def main() -> tuple[float, bool]:
        done = threading.Event()
        slow = asyncio.create_task(asyncio.to_thread(done.wait, 0.05))
        late = asyncio.create_task(pause(100))
        await slow
        return asyncio.get_running_loop().time(), late.done()

    assert virtual_time.run(main) == (0, False)


def test_what_says_so_makes_time_stand_still() -> None:
    async def main() -> float:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        loop.hold()
        answered = asyncio.Event()

        def answer() -> None:
            loop.release()
            answered.set()

        timer = threading.Timer(0.05, loop.call_soon_threadsafe, (answer,))
        timer.start()
        waiting = asyncio.create_task(pause(10))
        await answered.wait()
        at = loop.time()
        assert await waiting == 10
        timer.join()
        return at

    assert virtual_time.run(main) == 0


def test_a_socket_is_looked_at_before_time_jumps() -> None:
    async def main() -> tuple[bytes, float]:
        loop = asyncio.get_running_loop()
        ours, theirs = socket.socketpair()
        with ours, theirs:
            ours.setblocking(False)
            theirs.send(b"there already")
            async with asyncio.timeout(1):
                return await loop.sock_recv(ours, 100), loop.time()

    assert virtual_time.run(main) == (b"there already", 0)


async def test_time_that_is_not_counted_does_not_pass_by_itself() -> None:
    with pytest.raises(RuntimeError, match="not counted"):
        await virtual_time.passes(1)


def test_its_clock_tells_whole_milliseconds_and_a_date() -> None:
    async def main() -> tuple[int, int]:
        clock = VirtualClock()
        await virtual_time.passes(0.123)
        return clock.now(), clock.epoch_ms()

    assert virtual_time.run(main) == (123, EPOCH_MS + 123)
