"""The one live stream of the glasses: how it begins, what keeps it alive, and that it ends.

    IDLE ── wanted ──▶ STARTING ── opened ──▶ LIVE ── lost ──▶ RECONNECTING ── opened ──▶ LIVE
                          └────── lost ──▶ RECONNECTING             │
     ▲                                                              │
     └───── stop · refusal · silence of the cloud · limit ──────────┘   from every state

The watchdog is armed with the start, not with the first frame, and only a keep-alive for this very stream feeds it:
60 s without one end the stream. Each attempt to connect has a number; what is said of an older one counts no more. A
connection through which no bytes have gone for STALL_MS is lost, whatever the socket thinks (PROTOCOL-device §9 S1).
Attempts to reconnect wait 1 s · 1.5ⁿ; after MOST_ATTEMPTS of them, about two minutes, the stream is over.

It promises that whatever ends a stream, `close` comes before its one final word, and that a word about a stream which
does not run, keep-alive or stop, changes nothing: it is answered with `stopped` under that id, which is true.
"""

from trifocal_shared import reasons
from trifocal_shared.stream_messages import SILENCE_MS, GlassesStreamStatus, KeepAliveAck, StartRtmpStream
from trifocal_shared.watchdog import Watchdog

IDLE = "idle"
STARTING = "initializing"
LIVE = "streaming"
RECONNECTING = "reconnecting"
"""The states, as the wire spells those that it knows."""

OPEN_MS = 15_000
"""How long an attempt may take from its begin to the first bytes of media that went out."""

STALL_MS = 8_000
STEADY_MS = 10_000
"""A connection that has lasted so long was a good one: the next loss begins counting anew."""

STATS_MS = 5_000
"""How often a live stream says how it does."""

MOST_ATTEMPTS = 10
RETRY_MS = 1_000

# Events, as tuples:
#   ("open", number, start)   publish as this StartRtmpStream says, leaving what was open; answer `opened` or `lost`
#   ("close", number)         publish no more; the camera goes off
#   ("say", message)
#   ("final", message)        the last word about a stream: it must arrive


class StreamGuard:
    """At most one stream. The camera is its owner's business: ask for it on `open` and give it back on `close`."""

    def __init__(self) -> None:
        self.state = IDLE
        self.stream_id = ""
        self._start: StartRtmpStream | None = None
        self._number = 0
        self._attempt = 0
        self._trying = False  # to connect
        self._since = 0  # of this state, or of the attempt to connect
        self._moved_at = 0  # the last bytes that went out
        self._said_at = 0
        self._ends_at: int | None = None
        self._stats: dict[str, object] = {}
        self._seq = 0
        self._watchdog = Watchdog(SILENCE_MS)
        self._events: list[tuple[object, ...]] = []

    def wanted(self, start: StartRtmpStream, now: int) -> None:
        """Begin this stream. The same one again is told where it stands; another one ends what runs."""
        stream_id = start.stream_id or "s%d" % (self._number + 1)
        if self.state != IDLE and stream_id == self.stream_id:
            self._watchdog.feed(now)
            self.tell(now)
            return
        self._end("stopped", reasons.REPLACED, now)
        self.stream_id = stream_id
        self._start = start
        self._attempt = 0
        self._stats = {}
        limit = start.stream.get("durationLimit")
        self._ends_at = now + limit * 1000 if type(limit) is int and limit > 0 else None
        self._watchdog.start(now)
        self._open(STARTING, now)
        self.tell(now)

    def opened(self, number: int, stats: "dict[str, object]", now: int) -> None:
        """Media goes out on attempt `number`, as `stats` say."""
        if number == self._number and self.state in (STARTING, RECONNECTING):
            self._enter(LIVE, now)
            self._stats = stats
            self._moved_at = now
            self.tell(now)

    def sent(self, number: int, stats: "dict[str, object]", now: int) -> None:
        """Bytes have gone out, which is what being live means; `stats` are measured, as the wire names them."""
        if number == self._number and self.state == LIVE:
            self._moved_at = now
            self._stats = stats

    def lost(self, number: int, reason: str, now: int) -> None:
        """Attempt `number` failed, or its connection broke; there may be another one."""
        if number != self._number or self.state == IDLE:
            return
        if self.state == LIVE and now - self._since >= STEADY_MS:
            self._attempt = 0
        if self._attempt >= MOST_ATTEMPTS:
            self._end("error", reason, now)
            return
        self._attempt += 1
        self._number += 1  # until the next attempt nothing that is said counts
        self._enter(RECONNECTING, now)
        self.tell(now, reason)

    def refused(self, number: int, reason: str, now: int) -> None:
        """Attempt `number` failed in a way that another one would not mend."""
        if number == self._number:
            self._end("error", reason, now)

    def limited(self, reason: str, now: int) -> None:
        """Something forbids the stream to go on: battery, heat, folded temples."""
        self._end("stopped", reason, now)

    def stop(self, stream_id: str, now: int) -> None:
        """End this stream, or with an empty id the one that runs."""
        if self.state != IDLE and stream_id in ("", self.stream_id):
            self._end("stopped", "", now)
        else:
            self._not_running(stream_id)

    def keep_alive(self, stream_id: str, ack_id: str, now: int) -> None:
        """The cloud still wants this stream."""
        if self.state == IDLE or stream_id != self.stream_id:
            self._not_running(stream_id)
            return
        self._watchdog.feed(now)
        self._events.append(("say", KeepAliveAck(stream_id=stream_id, ack_id=ack_id)))

    def tell(self, now: int, reason: str = "") -> None:
        """Say where the stream stands: asked for, after a handshake, or because it moved."""
        if self.state == IDLE:
            self._not_running("")
            return
        self._said_at = now
        self._events.append(("say", self._word(self.state, self.stream_id, reason)))

    def deadline(self) -> "int | None":
        """When to be woken."""
        if self.state == IDLE:
            return None
        dues = [self._watchdog.deadline(), self._ends_at, self._due()]
        if self.state == LIVE:
            dues.append(self._said_at + STATS_MS)
        return min([due for due in dues if due is not None])

    def timeout(self, now: int) -> None:
        """Time has passed."""
        if self.state == IDLE:
            return
        if self._watchdog.expired(now):
            self._end("timeout", reasons.NOT_KEPT_ALIVE, now)
        elif self._ends_at is not None and now >= self._ends_at:
            self._end("stopped", reasons.DURATION_LIMIT, now)
        elif now >= self._due():
            self._overdue(now)
        elif self.state == LIVE and now >= self._said_at + STATS_MS:
            self.tell(now)

    def events(self) -> "list[tuple[object, ...]]":
        """Drain what is to be done, in this order."""
        events, self._events = self._events, []
        return events

    def _due(self) -> int:
        if self.state == LIVE:
            return self._moved_at + STALL_MS
        if self.state == RECONNECTING and not self._trying:
            return self._since + int(RETRY_MS * 1.5 ** (self._attempt - 1))
        return self._since + OPEN_MS

    def _overdue(self, now: int) -> None:
        if self.state == RECONNECTING and not self._trying:
            self._open(RECONNECTING, now)
        else:
            self.lost(self._number, reasons.STALLED if self.state == LIVE else reasons.TIMED_OUT, now)

    def _open(self, state: str, now: int) -> None:
        self._number += 1
        self._enter(state, now)
        self._trying = True
        self._events.append(("open", self._number, self._start))

    def _enter(self, state: str, now: int) -> None:
        self.state = state
        self._since = now
        self._trying = False

    def _end(self, status: str, reason: str, now: int) -> None:
        if self.state == IDLE:
            return
        self._enter(IDLE, now)
        self._watchdog.stop()
        self._start = None
        self._events.append(("close", self._number))
        self._events.append(("final", self._word(status, self.stream_id, reason)))

    def _not_running(self, stream_id: str) -> None:
        self._events.append(("say", self._word("stopped", stream_id, reasons.UNKNOWN_STREAM)))

    def _word(self, status: str, stream_id: str, reason: str) -> GlassesStreamStatus:
        self._seq += 1
        stats = self._stats if status == LIVE else {}
        return GlassesStreamStatus(
            status=status,
            stream_id=stream_id,
            error_details=reason,
            attempt=self._attempt if status == RECONNECTING else 0,
            stats=stats,
            seq=self._seq,
        )
