"""A line: everything in order, bounded both ways, closed in one place."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from picows import WSMsgType
from picows.picows import _make_test_ws_frame as frame

from trifocal_cloud.io.line import (
    BURST,
    INTERNAL_ERROR,
    INVALID_TEXT,
    MAILBOX_LIMIT,
    MESSAGE_TOO_BIG,
    PROTOCOL_ERROR,
    WRITE_LIMIT_BYTES,
    Line,
)
from trifocal_cloud.testing import eventually
from trifocal_shared.testing import VirtualClock


class Peer:
    """The other end, as picows shows it."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.closed: tuple[int, str] | None = None
        self.gone: list[bool] = []
        self.reading = True
        self.waiting = 0
        self.pinging = False
        self.is_close_frame_sent = False
        self.underlying_transport = self

    def send(self, kind: WSMsgType, message: bytes) -> None:
        self.heard.append(message)

    def send_close(self, code: int, reason: bytes | None) -> None:
        self.is_close_frame_sent = True
        self.closed = (int(code), (reason or b"").decode())

    def disconnect(self, graceful: bool = True) -> None:
        self.gone.append(graceful)

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    async def measure_roundtrip_time(self, rounds: int) -> list[float]:
        assert not self.pinging, "of several at once picows answers the last only"
        self.pinging = True
        await asyncio.sleep(0)
        self.pinging = False
        return [0.0] * rounds

    def get_write_buffer_size(self) -> int:
        return self.waiting


class Noted(Line):
    """A line that remembers what it heard; `work` is put off for each message where it is given."""

    def __init__(self, work: Callable[[], Awaitable[None]] | None = None) -> None:
        super().__init__(VirtualClock(0, 0))  # type: ignore[arg-type]
        self.texts: list[bytes] = []
        self.ended = 0
        self.work = work

    def heard(self, text: bytes) -> None:
        if text == b"bug":
            raise ZeroDivisionError
        if self.work is not None:
            self.later(self._worked(text))
        else:
            self.texts.append(text)

    def gone(self) -> None:
        self.ended += 1

    async def _worked(self, text: bytes) -> None:
        assert self.work is not None
        await self.work()
        self.texts.append(text)


def lined(work: Callable[[], Awaitable[None]] | None = None) -> tuple[Any, Noted]:
    peer, line = Peer(), Noted(work)
    line.on_ws_connected(peer)  # type: ignore[arg-type]
    return peer, line


def say(peer: Any, line: Line, *payloads: bytes, kind: WSMsgType = WSMsgType.TEXT, fin: bool = True) -> None:
    for payload in payloads:
        line.on_ws_frame(peer, frame(kind, payload, fin, False))


async def test_what_is_said_is_heard_in_order_and_audio_is_not() -> None:
    peer, line = lined()
    say(peer, line, b"a")
    say(peer, line, b"audio", kind=WSMsgType.BINARY)
    say(peer, line, b"b")
    assert line.texts == [b"a", b"b"]


async def test_fragments_are_one_message() -> None:
    peer, line = lined()
    say(peer, line, b"a", fin=False)
    say(peer, line, b"b", kind=WSMsgType.CONTINUATION, fin=False)
    say(peer, line, b"c", kind=WSMsgType.CONTINUATION)
    say(peer, line, b"au", kind=WSMsgType.BINARY, fin=False)
    say(peer, line, b"dio", kind=WSMsgType.CONTINUATION)
    say(peer, line, b"d")
    assert line.texts == [b"abc", b"d"]


@pytest.mark.parametrize(
    ("payload", "kind", "code"),
    [
        (b"x" * (Line.LONGEST_MESSAGE + 1), WSMsgType.TEXT, MESSAGE_TOO_BIG),
        (b"\xff\xfe", WSMsgType.TEXT, INVALID_TEXT),
        (b"x", WSMsgType.CONTINUATION, PROTOCOL_ERROR),
        (b"bug", WSMsgType.TEXT, INTERNAL_ERROR),
    ],
)
async def test_what_breaks_the_rules_ends_the_line(payload: bytes, kind: WSMsgType, code: int) -> None:
    peer, line = lined()
    say(peer, line, payload, kind=kind)
    say(peer, line, b"after")
    assert line.texts == []
    assert peer.closed[0] == code


async def test_fragments_without_end_are_not_kept() -> None:
    peer, line = lined()
    say(peer, line, b"x" * 40_000, fin=False)
    say(peer, line, b"x" * 40_000, kind=WSMsgType.CONTINUATION, fin=False)
    assert peer.closed[0] == MESSAGE_TOO_BIG


async def test_a_message_within_a_message_breaks_the_rules() -> None:
    peer, line = lined()
    say(peer, line, b"x", fin=False)
    say(peer, line, b"y", fin=False)
    assert peer.closed[0] == PROTOCOL_ERROR


async def test_compression_that_nobody_agreed_on_breaks_the_rules() -> None:
    peer, line = lined()
    line.on_ws_frame(peer, frame(WSMsgType.TEXT, b"x", True, True))
    assert peer.closed[0] == PROTOCOL_ERROR


async def test_nothing_is_said_after_the_close() -> None:
    peer, line = lined()
    line.send({"n": 1})
    line.close(4001, "replaced")
    line.send({"n": 2})
    line.close(1000)
    assert [json.loads(text)["n"] for text in peer.heard] == [1]
    assert peer.closed == (4001, "replaced")
    assert not line.open


async def test_a_long_reason_is_cut_between_letters() -> None:
    peer, line = lined()
    line.close(1000, "ä" * 100)
    assert peer.closed == (1000, "ä" * 61)


async def test_a_close_is_answered() -> None:
    peer, line = lined()
    line.on_ws_frame(peer, frame(WSMsgType.CLOSE, b"\x03\xe8bye", True, False))
    assert peer.closed == (1000, "bye")
    assert peer.gone == [True]


async def test_a_peer_that_does_not_read_is_let_go() -> None:
    peer, line = lined()
    line.pause_writing()
    peer.waiting = WRITE_LIMIT_BYTES
    line.send({"n": 1})
    assert peer.gone == []
    peer.waiting += 1
    line.send({"n": 2})
    assert peer.gone == [False]


async def test_whoever_writes_much_waits_for_room() -> None:
    _, line = lined()
    line.pause_writing()
    waiting = asyncio.create_task(line.room.wait())
    await asyncio.sleep(0)
    assert not waiting.done()
    line.resume_writing()
    await waiting


async def test_whoever_talks_too_fast_is_listened_to_more_slowly() -> None:
    peer, line = lined()
    say(peer, line, *[b"x"] * (BURST + 3))
    assert len(line.texts) == BURST + 1
    assert not peer.reading
    await eventually(lambda: peer.reading)
    assert len(line.texts) == BURST + 3


async def test_what_was_said_before_the_end_is_heard() -> None:
    peer, line = lined()
    say(peer, line, *[b"x"] * (BURST + 5))
    line.on_ws_disconnected(peer)
    assert len(line.texts) == BURST + 5
    assert line.ended == 1


async def test_work_is_done_in_order_and_the_end_comes_after_it() -> None:
    turn = asyncio.Event()
    peer, line = lined(lambda: _until(turn))
    say(peer, line, b"a", b"b")
    line.on_ws_disconnected(peer)
    assert (line.texts, line.ended) == ([], 0)
    turn.set()
    await eventually(lambda: line.ended == 1)
    assert line.texts == [b"a", b"b"]


async def test_several_may_wait_at_once_until_all_is_heard() -> None:
    turn = asyncio.Event()
    peer, line = lined(turn.wait)
    say(peer, line, b"a")
    waits = [asyncio.create_task(line.settled()) for _ in range(3)]
    turn.set()
    async with asyncio.timeout(1):
        await asyncio.gather(*waits)
    assert line.texts == [b"a"]


async def test_too_much_work_stops_the_reading() -> None:
    turn = asyncio.Event()
    peer, line = lined(lambda: _until(turn))
    await asyncio.sleep(0)
    say(peer, line, *[b"x"] * (MAILBOX_LIMIT + 5))
    assert not peer.reading
    turn.set()
    await eventually(lambda: peer.reading)
    await eventually(lambda: len(line.texts) == MAILBOX_LIMIT + 5)


async def test_a_bug_in_the_work_ends_the_line() -> None:
    async def bug() -> None:
        raise ZeroDivisionError

    peer, line = lined(bug)
    say(peer, line, b"x", b"y")
    await eventually(lambda: peer.closed is not None)
    assert peer.closed[0] == INTERNAL_ERROR
    assert line.texts == []


async def test_whoever_counts_is_told() -> None:
    peer, line = Peer(), Noted()
    told: list[bool] = []
    line.watch = told.append
    line.on_ws_connected(peer)  # type: ignore[arg-type]
    line.on_ws_disconnected(peer)  # type: ignore[arg-type]
    line.send({"n": 1})
    line.close(1000)
    line.abort()
    assert told == [True, False]
    assert peer.heard == []


async def _until(turn: asyncio.Event) -> None:
    await turn.wait()
