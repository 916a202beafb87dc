"""Awaited: who waits for one answer each, by an id; an answer that comes too late, or twice, is nobody's."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

T = TypeVar("T")


class Awaited(Generic[T]):
    """All of one kind."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Future[T]] = {}

    @contextmanager
    def answer(self, key: str) -> Iterator[asyncio.Future[T]]:
        """Inside the block an answer under this id is waited for."""
        self._waiting[key] = answer = asyncio.get_running_loop().create_future()
        try:
            yield answer
        finally:
            del self._waiting[key]

    def answered(self, key: str, result: T) -> None:
        """The answer has come."""
        if (waiting := self._of(key)) is not None:
            waiting.set_result(result)

    def failed(self, key: str, error: Exception) -> None:
        """There will be none; this is raised where it is waited for."""
        if (waiting := self._of(key)) is not None:
            waiting.set_exception(error)

    def _of(self, key: str) -> asyncio.Future[T] | None:
        waiting = self._waiting.get(key)
        return None if waiting is None or waiting.done() else waiting
