"""What waits to be said to the glasses: one write at a time, the urgent first, nothing that is of no use any more.

    CLOSED ── opened ──▶ FREE ── a write goes out ──▶ WRITING ── wrote ──▶ RESTING ── the pause is over ──▶ FREE
       ▲                   └───────────────────────────────────────────────────────────────────────────┘
       └── closed: what waits is dropped, for the next link begins with a handshake

A link carries one GATT operation at a time (PROTOCOL-device §11), so each write waits for the end of the one before.
While it does, what is said is put in order: a rank for each kind of message, and within a rank the order in which it
was said. A poll that already waits is not said twice, and of two words about the same thing only the newer one goes.
What has waited past its time is dropped: an answer to a press that the glasses have decided themselves, a wall clock
that no longer tells the time. At most `MOST_WAITING` wait; then the least urgent give way. All of this is counted.

Glasses of June 2025 read their line every 150 ms and lose all but the last frame of a read, so between writes to them
`PAUSE_MS` pass (PROTOCOL-device §2.2). Any glasses may be those until they have shown what they are: `modern` ends it.

A frame longer than what one write takes goes in several, in one piece: nothing comes between them.
"""

from collections import deque
from dataclasses import dataclass

from trifocal_gateway.photos import STALE_MS
from trifocal_shared import messages
from trifocal_shared.control_messages import Control
from trifocal_shared.mentra_messages import BleReadyAck, TakeMentraPhoto
from trifocal_shared.message import Message
from trifocal_shared.pack import Have

PAUSE_MS = 160
MOST_WAITING = 256
CLOCK_MS = 2_000
CONTROL_MS = 10_000
"""Whoever asked for it has turned to something else by then."""
KNOCK_MS = 2_500
"""The next `phone_ready` is due then."""

URGENT, FLOW, USUAL = 0, 1, 2
"""Ranks: what a person waits for, what keeps a transfer moving, everything else."""


@dataclass(frozen=True)
class Rule:
    """How a kind of message waits. `about` names the field that tells two of them apart; "" none, one waits at most."""

    rank: int = USUAL
    life_ms: int | None = None
    about: str | None = None


RULES: dict[type[Message], Rule] = {
    messages.ButtonPressResponse: Rule(URGENT, messages.PRESS_ANSWER_MS),
    messages.TakePhoto: Rule(URGENT, STALE_MS),
    TakeMentraPhoto: Rule(URGENT, STALE_MS),
    BleReadyAck: Rule(FLOW),
    messages.StartVideoRecording: Rule(URGENT, STALE_MS),
    messages.StopVideoRecording: Rule(URGENT),
    messages.GetVideoRecordingStatus: Rule(about=""),
    messages.Ping: Rule(URGENT, about=""),
    Have: Rule(FLOW, about="number"),
    messages.FileHave: Rule(FLOW, about="file_name"),
    messages.TransferComplete: Rule(FLOW),
    messages.PhoneReady: Rule(life_ms=KNOCK_MS, about=""),
    messages.SetSystemTime: Rule(life_ms=CLOCK_MS, about=""),
    messages.AuthToken: Rule(about=""),
    messages.RequestBatteryState: Rule(about=""),
    messages.RequestVersion: Rule(about=""),
    Control: Rule(life_ms=CONTROL_MS),
}
"""Whatever is not here waits as long as it takes, with the rest."""


def key_of(message: Message) -> tuple[object, ...] | None:
    """What a message is about, of which only the newest word counts; None when each counts."""
    about = RULES.get(type(message), Rule()).about
    return None if about is None else (type(message), getattr(message, about) if about else "")


@dataclass
class _Waiting:
    frames: list[bytes]
    until: int | None
    key: tuple[object, ...] | None


class Outgoing:
    """One link after the other."""

    def __init__(self) -> None:
        self.counts = {"expired": 0, "replaced": 0, "crowded_out": 0}
        self._queues: tuple[deque[_Waiting], ...] = (deque(), deque(), deque())
        self._writes: deque[bytes] = deque()  # what is left of the frame that is being written
        self._open = self._writing = False
        self._most = 0
        self._pause_ms = PAUSE_MS
        self._free_at = 0
        self._events: list[bytes] = []

    def opened(self, most: int, now: int) -> None:
        """A link to glasses of which nothing is known yet; a write takes `most` bytes, 0 any number."""
        self.closed()
        self._open, self._most, self._pause_ms, self._free_at = True, most, PAUSE_MS, now

    def closed(self) -> None:
        """Nothing can be said any more."""
        self._open = self._writing = False
        self._writes.clear()
        self._events.clear()
        for queue in self._queues:
            queue.clear()

    def modern(self, now: int) -> None:
        """These glasses lose nothing when frames follow one another."""
        self._pause_ms = 0
        self._free_at = now
        self._next(now)

    def say(self, message: Message, frames: list[bytes], now: int) -> None:
        """The frames of one message; they stay together."""
        if not self._open:
            return
        rule = RULES.get(type(message), Rule())
        until = None if rule.life_ms is None else now + rule.life_ms
        self._put(self._queues[rule.rank], _Waiting(frames, until, key_of(message)))
        self._next(now)

    def again(self, message: Message, frames: list[bytes], said_at: int, now: int) -> bool:
        """The same once more, which was said at `said_at` and has not arrived. False when it is of no use any more;
        what has not gone out yet needs no repeat.
        """
        rule = RULES.get(type(message), Rule())
        until = None if rule.life_ms is None else said_at + rule.life_ms
        if until is not None and now > until:
            self.counts["expired"] += 1
            return False
        if self._open and not any(each.frames is frames for queue in self._queues for each in queue):
            self._put(self._queues[rule.rank], _Waiting(frames, until, key_of(message)))
            self._next(now)
        return True

    def answer(self, frame: bytes, now: int) -> None:
        """A frame that the link says of itself: an acknowledgement, or a word to a controller."""
        if self._open:
            self._put(self._queues[URGENT], _Waiting([frame], None, None))
            self._next(now)

    def wrote(self, now: int) -> None:
        """The last write has gone."""
        if self._writing:
            self._writing = False
            self._free_at = now + self._pause_ms
            self._next(now)

    def deadline(self) -> int | None:
        """When the pause is over, if anything waits for that."""
        return self._free_at if self._open and not self._writing and (self._writes or any(self._queues)) else None

    def timeout(self, now: int) -> None:
        """The pause may be over."""
        self._next(now)

    def events(self) -> list[bytes]:
        """Drain the write that is to be made now; to be answered with `wrote`."""
        events, self._events = self._events, []
        return events

    def _put(self, queue: deque[_Waiting], new: _Waiting) -> None:
        for place, old in enumerate(queue):
            if new.key is not None and old.key == new.key:
                queue[place] = new
                self.counts["replaced"] += 1
                return
        queue.append(new)
        if sum(map(len, self._queues)) > MOST_WAITING:
            next(each for each in reversed(self._queues) if each).popleft()
            self.counts["crowded_out"] += 1

    def _next(self, now: int) -> None:
        if not self._open or self._writing or now < self._free_at:
            return
        if not self._writes:
            self._writes.extend(piece for frame in self._choose(now) for piece in self._cut(frame))
        if self._writes:
            self._writing = True
            self._events.append(self._writes.popleft())

    def _choose(self, now: int) -> list[bytes]:
        for queue in self._queues:
            while queue:
                chosen = queue.popleft()
                if chosen.until is None or now <= chosen.until:
                    return chosen.frames
                self.counts["expired"] += 1
        return []

    def _cut(self, frame: bytes) -> list[bytes]:
        most = self._most or len(frame)
        return [frame[at : at + most] for at in range(0, len(frame), most)]
