"""Calls what app developers wrote: plain functions and asynchronous ones, neither of which can harm the SDK."""

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from trifocal_sdk.errors import AppError

MOST = 1_000
"""Asynchronous calls of one session that run at the same time; more are not begun."""

log = logging.getLogger("trifocal_sdk")


class Calls:
    """Calls of one session, or of a server."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()
        self._refused = 0

    def call(self, listener: Callable[..., object], *arguments: object) -> asyncio.Task[None] | None:
        """Call it; an asynchronous one goes on as the task that is returned. What it raises is written down."""
        if len(self._running) >= MOST:
            self._refuse(listener)
            return None
        self._refused = 0
        try:
            result = listener(*arguments)
        except Exception as error:
            complain(listener, error)
            return None
        if not inspect.isawaitable(result):
            return None
        task = asyncio.ensure_future(_finished(listener, result))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def finish(self, within_s: float) -> None:
        """Wait for what runs; what takes longer than `within_s` is cancelled."""
        ours = self._running - {asyncio.current_task()}
        if not ours:
            return
        _, late = await asyncio.wait(ours, timeout=within_s)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _refuse(self, listener: Callable[..., object]) -> None:
        if self._refused == 0:
            log.error("%d calls run at once: %s is not called until some of them end", MOST, name_of(listener))
        self._refused += 1


async def _finished(listener: Callable[..., object], result: Awaitable[Any]) -> None:
    try:
        await result
    except Exception as error:
        complain(listener, error)


def complain(listener: Callable[..., object], error: Exception) -> None:
    """Write down what a listener raised: our own errors in a line, others with the way they came."""
    if isinstance(error, AppError):
        log.error("%s: %s: %s", name_of(listener), type(error).__name__, error)
    else:
        log.error("%s failed", name_of(listener), exc_info=error)


def name_of(listener: Callable[..., object]) -> str:
    """What a listener is called, for a log."""
    inner = getattr(listener, "func", listener)
    return str(getattr(inner, "__qualname__", type(inner).__name__))
