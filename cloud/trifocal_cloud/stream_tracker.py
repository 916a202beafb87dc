"""StreamTracker: says of every stream that it is still wanted, and notices when nobody answers.

    ALIVE ── three missed ──▶ DEGRADED ── any answer ──▶ ALIVE
      └──────────── stop ─────────┴──▶ STOPPING ── confirmed, or MOST_STOPS unanswered ──▶ gone

Each keep-alive has an id and is to be answered within ACK_MS. A degraded stream is asked more seldom, but often enough
that glasses which still hear us do not end it: only the way back may be bad. It is never given up here: after LOST_MS
without an answer that is said once, and whoever owns the stream decides. While glasses are known to be out of reach
(`reachable`) nothing is counted as missed; when they are back they are asked at once. After `stop` there are no
keep-alives and no warnings any more, only the stop itself, said again each STOP_MS.

All waits are constants, so those who wait stand in queues that are sorted already: one look at each head tells when to
be woken, whether there are ten streams or a hundred thousand (PERF §3). Nothing is taken out of a queue before its
turn; who is called without reason goes on.
"""

from collections import deque

from trifocal_cloud.stream_events import Event, KeepAlive, Lost, Moved, Quality, Stop, Unconfirmed
from trifocal_shared.stream_messages import KEEP_ALIVE_MS, SILENCE_MS

ACK_MS = 5_000
"""How long an answer may take; at shorter intervals a third of one."""

PROBE_MS = 30_000
"""Between keep-alives of a degraded stream: half of what the glasses' watchdog allows, so that one may get lost."""

MOST_MISSED = 3
LOST_MS = 3 * SILENCE_MS
STOP_MS = 5_000
MOST_STOPS = 4
"""How often a stop is said at all."""

TICK_MS = 50
MOST_A_TICK = 2_000
"""So many waits end in one tick at most; the rest follows in the next: a burst stalls nobody."""

ALIVE, DEGRADED, STOPPING, GONE = "alive", "degraded", "stopping", "gone"


class _Tracked:
    """One stream. Its moments are kept here and not in the queues, which then allocate nothing."""

    __slots__ = (
        "ack_id",
        "answered",
        "asked",
        "asked_at",
        "due",
        "excused",
        "heard_at",
        "missed",
        "pending",
        "reachable",
        "rtt_ms",
        "said_lost",
        "state",
        "stops",
        "stream_id",
        "waiting",
    )

    def __init__(self, stream_id: str, now: int) -> None:
        self.stream_id = stream_id
        self.state = ALIVE
        self.due = 0
        self.asked = self.answered = self.missed = self.stops = 0
        self.ack_id = ""  # of the last word
        self.asked_at = 0
        self.rtt_ms = -1
        self.pending = False  # the last word has no answer yet
        self.waiting = False  # stands in the queue of those whose answer is due
        self.excused = False  # the answer to the last word may have been lost with the link
        self.reachable = True
        self.heard_at = now
        self.said_lost = False


class StreamTracker:
    """See the top of the file. `interval_ms` is how often a stream is kept alive."""

    def __init__(self, interval_ms: int = KEEP_ALIVE_MS) -> None:
        """Raises ValueError for an interval that is not below half of the glasses' SILENCE_MS."""
        if not 0 < interval_ms <= PROBE_MS:
            raise ValueError("a stream is kept alive at least twice within the glasses' silence")
        self._interval_ms = interval_ms
        self._ack_ms = min(ACK_MS, interval_ms // 3)
        self._streams: dict[str, _Tracked] = {}
        self._alive: deque[_Tracked] = deque()
        self._degraded: deque[_Tracked] = deque()
        self._waiting: deque[_Tracked] = deque()
        self._stopping: deque[_Tracked] = deque()
        self._ticked_at = -TICK_MS
        self._events: list[Event] = []

    def __len__(self) -> int:
        return len(self._streams)

    def state(self, stream_id: str) -> str:
        """Where a stream stands; GONE when it is not tracked."""
        found = self._streams.get(stream_id)
        return GONE if found is None else found.state

    def quality(self, stream_id: str) -> Quality:
        """How well it goes; of a stream that is not tracked nothing is known."""
        found = self._streams.get(stream_id)
        if found is None:
            return Quality(0, 0, 0, -1)
        return Quality(found.asked, found.answered, found.missed, found.rtt_ms)

    def track(self, stream_id: str, now: int) -> None:
        """The glasses were told to begin this stream, or run it as we find; one that is tracked goes on as it is."""
        if stream_id not in self._streams:
            found = self._streams[stream_id] = _Tracked(stream_id, now)
            found.due = now + self._interval_ms
            self._alive.append(found)

    def heard(self, stream_id: str, now: int) -> None:
        """The glasses said something of a stream that runs."""
        found = self._streams.get(stream_id)
        if found is not None:
            self._sign_of_life(found, now)

    def acked(self, stream_id: str, ack_id: str, now: int) -> None:
        """The glasses answered a keep-alive; a late answer shows as well that they hear us, a foreign one nothing."""
        found = self._streams.get(stream_id)
        if found is None:
            return
        if found.pending and found.ack_id == ack_id:
            found.pending = False
            found.answered += 1
            rtt_ms = now - found.asked_at
            found.rtt_ms = rtt_ms if found.rtt_ms < 0 else (found.rtt_ms * 7 + rtt_ms) // 8
        elif not 0 < _number(ack_id) <= found.asked:
            return
        found.heard_at = now
        if found.missed or found.said_lost:
            self._sign_of_life(found, now)

    def reachable(self, stream_id: str, reachable: bool, now: int) -> None:
        """Whether the glasses are within reach; back again they are asked at once, or told to stop."""
        found = self._streams.get(stream_id)
        if found is None or found.reachable == reachable:
            return
        found.reachable = reachable
        found.excused = found.pending
        if reachable and found.state == STOPPING:
            self._say_stop(found)
        elif reachable and not found.waiting:
            self._ask(found, now)

    def stop(self, stream_id: str, now: int) -> None:
        """This stream is to end, and was never tracked or no more wanted: there are no keep-alives from now on."""
        self.track(stream_id, now)
        found = self._streams[stream_id]
        if found.state != STOPPING:
            found.state = STOPPING
            self._say_stop(found)
            found.due = now + STOP_MS
            self._stopping.append(found)

    def ended(self, stream_id: str) -> None:
        """The glasses say that it does not run any more."""
        found = self._streams.pop(stream_id, None)
        if found is not None:
            found.state = GONE

    def deadline(self) -> int | None:
        """When to be woken: when the first in a queue is due, but not before the next tick."""
        heads = [queue[0].due for queue in (self._alive, self._degraded, self._stopping) if queue]
        if self._waiting:
            heads.append(self._waiting[0].asked_at + self._ack_ms)
        return max(min(heads), self._ticked_at + TICK_MS) if heads else None

    def timeout(self, now: int) -> None:
        """Do what is due."""
        self._ticked_at = now
        left = MOST_A_TICK
        for queue, turn in (
            (self._alive, self._keep),
            (self._degraded, self._keep),
            (self._stopping, self._stop_again),
        ):
            while left and queue and queue[0].due <= now:
                left -= 1
                turn(queue.popleft(), now)
        waiting = self._waiting
        asked_before = now - self._ack_ms
        while waiting and waiting[0].asked_at <= asked_before:
            found = waiting.popleft()
            found.waiting = False
            if found.pending:
                self._answer_due(found, now)

    def events(self) -> list[Event]:
        """Drain what is to be said, and what happened."""
        events, self._events = self._events, []
        return events

    def _keep(self, found: _Tracked, now: int) -> None:
        if found.state in (STOPPING, GONE):
            return
        if now - found.heard_at >= LOST_MS and not found.said_lost:
            found.said_lost = True
            self._events.append(Lost(found.stream_id))
        degraded = found.state == DEGRADED
        found.due = now + (PROBE_MS if degraded else self._interval_ms)
        (self._degraded if degraded else self._alive).append(found)
        if found.reachable and not found.waiting:
            self._ask(found, now)

    def _ask(self, found: _Tracked, now: int) -> None:
        found.asked += 1
        found.asked_at = now
        found.pending = found.waiting = True
        found.excused = False
        found.ack_id = ack_id = f"a{found.asked}"
        self._waiting.append(found)
        self._events.append(KeepAlive(found.stream_id, ack_id))

    def _answer_due(self, found: _Tracked, now: int) -> None:
        found.pending = False
        if found.state in (STOPPING, GONE):
            return
        if found.excused or not found.reachable:
            if found.reachable:
                self._ask(found, now)
            return
        found.missed += 1
        if found.missed >= MOST_MISSED and found.state == ALIVE:
            self._become(found, DEGRADED)

    def _stop_again(self, found: _Tracked, now: int) -> None:
        if found.state == GONE:
            return
        if not found.reachable and now - found.heard_at < LOST_MS:
            pass  # nobody would hear it; it is said when they are back
        elif found.stops >= MOST_STOPS:
            self.ended(found.stream_id)
            self._events.append(Unconfirmed(found.stream_id))
            return
        else:
            self._say_stop(found)
        found.due = now + STOP_MS
        self._stopping.append(found)

    def _say_stop(self, found: _Tracked) -> None:
        found.stops += 1
        self._events.append(Stop(found.stream_id, found.stops))

    def _sign_of_life(self, found: _Tracked, now: int) -> None:
        found.heard_at = now
        found.missed = 0
        found.said_lost = False
        if found.state == DEGRADED:
            self._become(found, ALIVE)

    def _become(self, found: _Tracked, state: str) -> None:
        found.state = state
        self._events.append(Moved(found.stream_id, state, found.missed))


def _number(ack_id: str) -> int:
    """Which keep-alive this answers; 0 for none of ours."""
    digits = ack_id[1:]
    return int(digits) if ack_id[:1] == "a" and digits.isascii() and digits.isdigit() and len(digits) < 10 else 0
