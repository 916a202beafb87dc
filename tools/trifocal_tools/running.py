"""How long-running commands run: one event loop, two signals to stop it, one log."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TextIO

import structlog

from trifocal_tools import failure

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run_until_signal(main: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Run `main` with an event that SIGINT and SIGTERM set; a second signal ends the process at once."""
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_with_signals(main))


async def _with_signals(main: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def caught() -> None:
        if stop.is_set():
            os._exit(failure.INTERRUPTED)
        stop.set()

    for number in SIGNALS:
        loop.add_signal_handler(number, caught)
    try:
        await main(stop)
    finally:
        for number in SIGNALS:
            loop.remove_signal_handler(number)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop
    return uvloop.new_event_loop


def log_to(stream: TextIO, level: int = logging.INFO) -> None:
    """Send the logs of every part, ours and the libraries', to one stream, a line each."""
    colors = stream.isatty()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer(colors=colors),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(
        stream=stream, level=max(level, logging.WARNING), force=True, format="%(levelname)s %(message)s"
    )


def log_to_file(path: Path) -> TextIO:
    """Send the logs to the end of a file, for when the terminal shows something else; the file is the caller's."""
    stream = path.open("a", buffering=1)
    log_to(stream)
    return stream


def log_to_stderr() -> None:
    """Send warnings and worse to stderr."""
    log_to(sys.stderr, logging.WARNING)
