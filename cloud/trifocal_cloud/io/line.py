"""Line: one WebSocket connection, over picows: heard at a bounded pace, spoken to at once, closed in one place.

A door subclasses it and says what `opened`, `heard` and `gone` mean. What a peer says is handed on in order and in the
same turn of the loop; work that has to wait goes to `later`, which does one thing after the other. Whoever talks too
fast, or asks for more than gets done, is read more slowly: nothing is lost, and TCP tells them. Whoever does not read
what we say until WRITE_LIMIT_BYTES wait for them is let go.
"""

import asyncio
import contextlib
import json
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

import structlog
from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport

from trifocal_cloud.limits import Bucket
from trifocal_shared.clock import Clock

PER_SECOND, BURST = 50, 200
MAILBOX_LIMIT = 32
"""So much work may wait before reading stops."""
WRITE_LIMIT_BYTES = 4 * 2**20
CLOSE_S = 5.0
"""How long a peer may take to answer our close."""
LONGEST_MESSAGE = 2**20
"""Bytes of one frame on any line; a line may have a smaller bound of its own for its messages."""
REASON_BYTES = 123
"""The longest reason that a close frame holds (RFC 6455 §5.5)."""

POLICY_VIOLATION = 1008
MESSAGE_TOO_BIG = 1009
PROTOCOL_ERROR = 1002
INVALID_TEXT = 1007
INTERNAL_ERROR = 1011
SERVICE_RESTART = 1012
TRY_AGAIN_LATER = 1013
REPLACED = 4001
"""Ours: a newer connection of the same user took over; there is no point in coming back at once."""

TEXT, BINARY, CONTINUATION, CLOSE = WSMsgType.TEXT, WSMsgType.BINARY, WSMsgType.CONTINUATION, WSMsgType.CLOSE

log = structlog.get_logger()


class Line(WSListener):
    """See the top of the file. `per_second` is the pace at which a peer is heard in the long run."""

    LONGEST_MESSAGE = 64 * 1024
    """Bytes of one message; a longer one ends the connection with 1009."""

    # Of a class made in C the attributes would lie in a dict, and each message asks for twenty of them.
    # fmt: off
    __slots__ = (
        "_bucket", "_clock_now", "_closing", "_crowded", "_deaf", "_held", "_is_audio", "_longest", "_mailbox",
        "_parts", "_pinging", "_resting", "_transport", "_worker", "dismissed", "now", "room", "watch",
    )
    # fmt: on

    def __init__(self, clock: Clock, per_second: int = PER_SECOND) -> None:
        self._clock_now = clock.now
        self._bucket = Bucket(per_second, max(BURST, per_second))
        self._transport: WSTransport | None = None
        self._parts: list[bytes] | None = None
        self._is_audio = False
        self._held: deque[bytes] = deque()
        self._resting: asyncio.TimerHandle | None = None
        self._mailbox: deque[Coroutine[Any, Any, None]] = deque()
        self._worker: asyncio.Task[None] | None = None
        self._closing: asyncio.TimerHandle | None = None
        self._pinging = asyncio.Lock()
        self.now = 0
        """When the message came that is dealt with: whoever deals with it looks at the clock no more."""
        self.room = asyncio.Event()
        """Set while the peer has read most of what was said."""
        self.room.set()
        self._crowded = False
        self._longest = self.LONGEST_MESSAGE
        self._deaf = False  # one of us has closed: nothing that comes now is heard
        self.dismissed = False
        """Whether we closed it: what the peer says counts no more, also what it had said before."""
        self.watch: Callable[[bool], None] = _nobody
        """Told True when the connection stands and False when it has ended: for whoever counts connections."""

    def opened(self) -> None:
        """The connection stands."""

    def heard(self, text: bytes) -> None:
        """The peer said this: one text message, valid UTF-8."""

    def gone(self) -> None:
        """The connection has ended, and everything that the peer said before has been dealt with."""

    @property
    def open(self) -> bool:
        """Whether what is said now can still get there."""
        return self._transport is not None and not self.dismissed

    def send(self, message: dict[str, object]) -> None:
        """Say a message."""
        self.send_text(json.dumps(message, separators=(",", ":")).encode())

    def send_text(self, text: bytes) -> None:
        """Say a message that is JSON already."""
        if self._transport is None or self.dismissed:
            return
        self._transport.send(TEXT, text)
        if self._crowded:
            self._hurry()

    def _hurry(self) -> None:
        """Let go of a peer that does not read what we say."""
        if self._transport is not None and self._waiting() > WRITE_LIMIT_BYTES:
            self.abort()

    async def settled(self) -> None:
        """Return when everything is dealt with that the peer said before now: it answers a ping after that."""
        transport = self._transport
        if transport is not None and not self.dismissed:
            with contextlib.suppress(ConnectionError):
                async with self._pinging:  # of several at once picows answers the last only
                    await transport.measure_roundtrip_time(1)
        while self._worker is not None and self._worker is not asyncio.current_task():
            await asyncio.wait({self._worker})

    def close(self, code: int, reason: str = "") -> None:
        """Close once everything said so far is sent. What the peer says from now on is not heard."""
        if self._transport is None or self.dismissed:
            return
        self.dismissed = self._deaf = True
        self._closing = asyncio.get_running_loop().call_later(CLOSE_S, self.abort)
        self._transport.send_close(_code(code), reason.encode()[:REASON_BYTES].decode("utf-8", "ignore").encode())

    def abort(self) -> None:
        """Let go of the connection without a word."""
        if self._transport is not None:
            self._transport.disconnect(graceful=False)

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Do this after everything that was put off before it; what it raises is a bug and closes the line."""
        self._mailbox.append(work)
        if self._worker is None:
            self._worker = asyncio.create_task(self._work())

    # What picows calls

    def on_ws_connected(self, transport: WSTransport) -> None:
        """The handshake is through."""
        self._transport = transport
        self.watch(True)
        self.opened()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """A frame has come; pings and their answers picows sees to."""
        kind = frame.msg_type
        if kind is CLOSE:
            self._answer_close(transport, frame)
        elif self._deaf:
            return
        elif frame.rsv1 or frame.rsv2 or frame.rsv3:
            self.close(PROTOCOL_ERROR, "compression was not agreed on")
        elif kind is TEXT and frame.fin and self._parts is None:
            text = frame.get_payload_as_bytes()
            # Most messages are short and plain, and nothing is in their way.
            if text.isascii() and len(text) <= self._longest and self._resting is None and not self._mailbox:
                self._take(text)
            else:
                self._receive(text)
        elif kind in (TEXT, BINARY, CONTINUATION):
            self._assemble(kind, frame)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """The connection is gone."""
        for timer in (self._closing, self._resting):
            if timer is not None:
                timer.cancel()
        self.watch(False)
        self._transport = self._resting = None
        self.room.set()
        self.now = self._clock_now()
        while self._held and not self.dismissed:
            self.heard(self._held.popleft())
        if self._worker is None:
            self.gone()  # else the worker says so when it is done

    def pause_writing(self) -> None:
        """Much of what was said has not been read."""
        self._crowded = True
        self.room.clear()

    def resume_writing(self) -> None:
        """Most of it has been read now."""
        self._crowded = False
        self.room.set()

    def _receive(self, text: bytes) -> None:
        if len(text) > self._longest:
            self.close(MESSAGE_TOO_BIG, "the message is too long")
        elif not text.isascii() and not _is_utf8(text):
            self.close(INVALID_TEXT, "a text message is UTF-8")
        elif self._resting is not None or len(self._mailbox) >= MAILBOX_LIMIT:
            self._held.append(text)
            self._stop_reading()
        else:
            self._take(text)

    def _take(self, text: bytes) -> None:
        self.now = now = self._clock_now()
        try:
            self.heard(text)
        except Exception:
            log.exception("a message could not be dealt with")
            self.close(INTERNAL_ERROR)
            return
        wait_ms = self._bucket.taken(now)
        if wait_ms and self._transport is not None:
            self._stop_reading()
            self._resting = asyncio.get_running_loop().call_later(wait_ms / 1000, self._rested)

    def _rested(self) -> None:
        self._resting = None
        self._go_on()

    def _go_on(self) -> None:
        """Take what was held back, as far as pace and mailbox allow; read on when nothing is left."""
        while self._held and self.open:
            if self._resting is not None or len(self._mailbox) >= MAILBOX_LIMIT:
                return
            self._take(self._held.popleft())
        if self._transport is not None and self._resting is None:
            self._transport.underlying_transport.resume_reading()

    def _stop_reading(self) -> None:
        if self._transport is not None:
            self._transport.underlying_transport.pause_reading()

    def _assemble(self, kind: WSMsgType, frame: WSFrame) -> None:
        """Messages in fragments, and binary ones, which are audio: read and ignored."""
        if (kind is CONTINUATION) != (self._parts is not None):
            self.close(PROTOCOL_ERROR, "fragments out of order")
            return
        if kind is BINARY and frame.fin:
            return
        if self._parts is None:
            self._parts, self._is_audio = [], kind is BINARY
        self._parts.append(frame.get_payload_as_bytes())
        if sum(map(len, self._parts)) > self._longest:
            self.close(MESSAGE_TOO_BIG, "the message is too long")
        elif frame.fin:
            parts, self._parts = self._parts, None
            if not self._is_audio:
                self._receive(b"".join(parts))

    def _answer_close(self, transport: WSTransport, frame: WSFrame) -> None:
        self._deaf = True
        if not transport.is_close_frame_sent:
            transport.send_close(frame.get_close_code(), frame.get_close_message())
        transport.disconnect()

    async def _work(self) -> None:
        try:
            while self._mailbox:
                await self._mailbox.popleft()
                if self._held:
                    self._go_on()
        except Exception:
            log.exception("a line failed")
            for undone in self._mailbox:
                undone.close()
            self._mailbox.clear()
            self.close(INTERNAL_ERROR)
        finally:
            self._worker = None
        if self._transport is None:
            self.gone()

    def _waiting(self) -> int:
        return self._transport.underlying_transport.get_write_buffer_size() if self._transport is not None else 0


def _nobody(there: bool) -> None:
    pass


def _code(code: int) -> WSCloseCode:
    return code  # type: ignore[return-value] # picows takes any number here; ours above 4000 have no name


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True
