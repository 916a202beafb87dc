import asyncio
import io
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from trifocal_tools import failure, running

DEAF = """
import asyncio, sys
from trifocal_tools import running

async def main(stop):
    print("ready", flush=True)
    await stop.wait()
    print("stopping", flush=True)
    await asyncio.Event().wait()

running.run_until_signal(main)
"""


@pytest.fixture
def _logs_restored() -> Iterator[None]:
    yield
    structlog.reset_defaults()
    logging.basicConfig(force=True)


@pytest.mark.parametrize("number", running.SIGNALS)
def test_a_signal_sets_the_event(number: int) -> None:
    seen = []

    async def main(stop: asyncio.Event) -> None:
        os.kill(os.getpid(), number)
        await asyncio.wait_for(stop.wait(), 5)
        seen.append(number)

    running.run_until_signal(main)
    assert seen == [number]


def test_what_main_raises_comes_out_and_the_signals_are_given_back() -> None:
    before = signal.getsignal(signal.SIGTERM)

    async def main(stop: asyncio.Event) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        running.run_until_signal(main)
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_second_signal_ends_the_process_at_once() -> None:
    with subprocess.Popen([sys.executable, "-c", DEAF], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.terminate()
        assert process.stdout.readline() == "stopping\n"
        process.terminate()
        assert process.wait(10) == failure.INTERRUPTED


@pytest.mark.usefixtures("_logs_restored")
def test_all_logs_go_to_one_stream() -> None:
    stream = io.StringIO()
    running.log_to(stream, logging.WARNING)
    structlog.get_logger().warning("part died", part="cloud")
    structlog.get_logger().info("quiet")
    logging.getLogger("some.library").warning("from a library")
    said = stream.getvalue()
    assert "part died" in said
    assert "part=cloud" in said
    assert "from a library" in said
    assert "quiet" not in said


@pytest.mark.usefixtures("_logs_restored")
def test_a_log_file_is_added_to(tmp_path: Path) -> None:
    path = tmp_path / "up.log"
    path.write_text("before\n")
    with running.log_to_file(path):
        structlog.get_logger().info("now")
    first, second = path.read_text().splitlines()
    assert first == "before"
    assert "now" in second
