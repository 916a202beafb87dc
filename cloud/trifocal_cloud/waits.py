"""Waits: many named moments at which something is due, each of which may be moved or called off."""

import heapq
from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


class Waits(Generic[Key]):
    """A heap that forgets lazily: what was called off stays in it until its moment, and means nothing then."""

    def __init__(self) -> None:
        self._due: dict[Key, tuple[int, int]] = {}
        self._heap: list[tuple[int, int, Key]] = []
        self._count = 0

    def __contains__(self, key: Key) -> bool:
        return key in self._due

    def set(self, key: Key, at: int) -> None:
        """This is due at `at`, and not when it was before."""
        self._count += 1  # so that keys are never compared
        self._due[key] = at, self._count
        heapq.heappush(self._heap, (at, self._count, key))

    def cancel(self, key: Key) -> None:
        """This is not due any more."""
        self._due.pop(key, None)
        if len(self._heap) > 2 * len(self._due) + 64:
            self._heap = [(at, count, key) for key, (at, count) in self._due.items()]
            heapq.heapify(self._heap)

    def deadline(self) -> int | None:
        """When the first is due."""
        while self._heap and self._due.get(self._heap[0][2]) != self._heap[0][:2]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def next(self, now: int) -> Key | None:
        """Take out the first that is due, or None: one at a time, since what is done about it may call others off."""
        at = self.deadline()
        if at is None or at > now:
            return None
        key = heapq.heappop(self._heap)[2]
        del self._due[key]
        return key
