"""A word from an interrupt to the loop. MicroPython has `asyncio.ThreadSafeFlag` for it, where interrupts exist.

Functions given to `micropython.schedule` run between any two steps of the program, so also in the middle of a machine,
which is not re-entrant. A flag is seen by a task of the loop, when nobody else is at work.
"""

import asyncio


class LoopFlag:
    """As `ThreadSafeFlag`, for Pythons without interrupts: everything happens in the loop there."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def set(self) -> None:
        """Wake who waits, or who will."""
        self._event.set()

    async def wait(self) -> None:
        """Until it is set; then it no longer is."""
        await self._event.wait()
        self._event.clear()


def make_flag() -> LoopFlag:
    """The flag of this Python."""
    made: LoopFlag = getattr(asyncio, "ThreadSafeFlag", LoopFlag)()
    return made
