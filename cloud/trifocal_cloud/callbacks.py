"""Callbacks: what happens to a user, on its way to the URLs that apps have given for it, one thing after the other.

Each callback has a queue of its own. The thing at its head is sent, and sent again after a wait while that has not
worked, until it is taken, refused or has been tried TRIES times; then it is the next one's turn.

Promises
 * What one callback is sent comes in order, one thing at a time; no callback waits for another.
 * A thing that is tried again keeps its delivery id.
 * A queue holds QUEUE_LIMIT things; when it is full the oldest that is not under way gives place, and is counted.
 * A callback that fails says so once (`Failing`, with what was lost by then) and not again until something was taken.

Refusals: what is said to a callback that nobody added, and news of a delivery that is not under way, mean nothing.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from trifocal_shared.backoff import Backoff

QUEUE_LIMIT = 200
TRIES = 4
RETRY_BASE_MS, RETRY_CAP_MS = 1_000, 10_000

TAKEN, REFUSED, AGAIN = "taken", "refused", "again"
"""What came of sending it: the app has it, does not want it, or might take it later."""


@dataclass(frozen=True)
class Said:
    """Something that happened, as it is to be sent."""

    delivery_id: str
    content: bytes


@dataclass(frozen=True)
class Send:
    """Send this, and report how that went: `tried`."""

    callback_id: str
    said: Said


@dataclass(frozen=True)
class Failing:
    """The app did not take it, nor `lost` things before it."""

    callback_id: str
    detail: str
    lost: int


@dataclass
class _Queue:
    backoff: Backoff = field(default_factory=lambda: Backoff(RETRY_BASE_MS, 200, RETRY_CAP_MS))
    waiting: deque[Said] = field(default_factory=deque)
    under_way: bool = False
    again_at: int | None = None
    lost: int = 0
    failing: bool = False


class Callbacks:
    """See the top of the file. Times in ms; `chance` gives a number in [0, 1) for each wait."""

    def __init__(self, chance: Callable[[], float]) -> None:
        self._chance = chance
        self._queues: dict[str, _Queue] = {}
        self._events: list[Send | Failing] = []

    def added(self, callback_id: str, now: int) -> None:
        """From now on things may be said to it."""
        self._queues.setdefault(callback_id, _Queue())

    def removed(self, callback_id: str, now: int) -> None:
        """Nothing is sent to it any more."""
        self._queues.pop(callback_id, None)

    def said(self, callback_id: str, said: Said, now: int) -> None:
        """This is to be sent to it."""
        queue = self._queues.get(callback_id)
        if queue is None:
            return
        if len(queue.waiting) >= QUEUE_LIMIT:
            del queue.waiting[1]  # the one at the head may be under way
            queue.lost += 1
        queue.waiting.append(said)
        if not queue.under_way and queue.again_at is None:
            self._send(callback_id, queue)

    def tried(self, callback_id: str, delivery_id: str, outcome: str, detail: str, now: int) -> None:
        """What was to be sent was sent: `outcome` is TAKEN, REFUSED or AGAIN, `detail` what there is to say."""
        queue = self._queues.get(callback_id)
        if queue is None or not queue.under_way or queue.waiting[0].delivery_id != delivery_id:
            return
        queue.under_way = False
        if outcome == AGAIN and queue.backoff.attempts < TRIES - 1:
            queue.again_at = now + queue.backoff.next(self._chance())
            return
        self._settle(callback_id, queue, outcome == TAKEN, detail)
        if queue.waiting:
            self._send(callback_id, queue)

    def lost(self, callback_id: str) -> int:
        """How many things this callback was never given, since it last took one."""
        queue = self._queues.get(callback_id)
        return queue.lost if queue else 0

    def deadline(self) -> int | None:
        return min((queue.again_at for queue in self._queues.values() if queue.again_at is not None), default=None)

    def timeout(self, now: int) -> None:
        for callback_id, queue in self._queues.items():
            if queue.again_at is not None and queue.again_at <= now:
                queue.again_at = None
                self._send(callback_id, queue)

    def events(self) -> list[Send | Failing]:
        drained, self._events = self._events, []
        return drained

    def _settle(self, callback_id: str, queue: _Queue, taken: bool, detail: str) -> None:
        queue.waiting.popleft()
        queue.backoff.reset()
        if taken:
            queue.lost, queue.failing = 0, False
            return
        queue.lost += 1
        if not queue.failing:
            queue.failing = True
            self._events.append(Failing(callback_id, detail, queue.lost))

    def _send(self, callback_id: str, queue: _Queue) -> None:
        queue.under_way = True
        self._events.append(Send(callback_id, queue.waiting[0]))
