"""Turns: whoever works on the same thing waits for the other; different things do not."""

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager


class Turns:
    """A lock for each key, held by at most `width` at a time, kept only while somebody holds it or waits for it."""

    def __init__(self, width: int = 1) -> None:
        self._width = width
        self._locks: dict[Hashable, tuple[asyncio.Semaphore, int]] = {}

    @property
    def held(self) -> int:
        """How many keys are held or waited for."""
        return len(self._locks)

    @asynccontextmanager
    async def holding(self, key: Hashable) -> AsyncIterator[None]:
        """Inside the block fewer than `width` others hold this key: nobody, unless it was given."""
        lock, users = self._locks.get(key) or (asyncio.Semaphore(self._width), 0)
        self._locks[key] = (lock, users + 1)
        try:
            async with lock:
                yield
        finally:
            lock, users = self._locks[key]
            if users == 1:
                del self._locks[key]
            else:
                self._locks[key] = (lock, users - 1)
