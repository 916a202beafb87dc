import asyncio
import contextlib
import os
import pty
import sys
import termios
from collections.abc import Iterator

import pytest

from trifocal_tools import keys


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """stdin is a terminal; the end where a person types."""
    person, program = pty.openpty()
    with os.fdopen(program) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        yield person
    os.close(person)


async def test_keys_come_one_by_one_without_enter(terminal: int) -> None:
    pushed: asyncio.Queue[str] = asyncio.Queue()
    with keys.pressed(pushed) as keyed:
        assert keyed
        os.write(terminal, b"pq")
        assert [await asyncio.wait_for(pushed.get(), 5) for _ in "pq"] == ["p", "q"]


async def test_the_terminal_is_put_back_as_it_was(terminal: int) -> None:
    before = termios.tcgetattr(sys.stdin.fileno())
    with contextlib.suppress(OSError), keys.pressed(asyncio.Queue()):
        assert termios.tcgetattr(sys.stdin.fileno()) != before
        raise OSError("tripped")
    assert termios.tcgetattr(sys.stdin.fileno()) == before


async def test_without_a_terminal_there_are_no_keys() -> None:
    with keys.pressed(asyncio.Queue()) as keyed:
        assert not keyed
