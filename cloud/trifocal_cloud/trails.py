"""Trails: what is known, and may be told, about each recent request: where it stands and the steps it took.

A trail is what long polls and the console look at. It is written only after what it says is durable, so a final
answer read here is never taken back. Bounded: TRAIL_LIMIT requests for each user, STEP_LIMIT steps for each; an open
request is never pushed out by a finished one. What is not here any more is in the database, without its steps.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from trifocal_cloud.events import HEARD, EventRing, moment
from trifocal_cloud.photos import FAILED, REQUESTED, STORED, UNKNOWN
from trifocal_shared import reasons

TRAIL_LIMIT = 300
STEP_LIMIT = 60


class Step(NamedTuple):
    """One thing that happened; `at` is epoch ms."""

    source: str
    step: str
    at: int
    detail: str = ""


@dataclass(slots=True)
class Trail:
    """Where one request (or one press without a request) stands."""

    request_id: str = ""
    press_id: str = ""
    status: str = UNKNOWN
    final: bool = False
    reason: str = ""
    photo_id: str = ""
    sha256: str = ""
    size: int = 0
    steps: list[Step] = field(default_factory=list)

    def add(self, step: Step) -> None:
        """Append a step, unless it repeats the one before it; too many are cut in the middle, where the least is."""
        steps = self.steps
        if steps and steps[-1][:2] == step[:2]:
            return
        steps.append(step)
        if len(steps) > STEP_LIMIT:
            del steps[STEP_LIMIT // 2]


class Trails:
    """The trails of one user; of presses that apps have heard, as long as their events are remembered."""

    def __init__(self, events: EventRing) -> None:
        self._events = events
        self._requests: dict[str, Trail] = {}
        self._presses: dict[str, Trail] = {}

    def request(self, request_id: str, press_id: str = "") -> Trail:
        """The trail of this request, begun when it is new."""
        trail = self._requests.get(request_id)
        if trail is None:
            trail = self._requests[request_id] = Trail(request_id, press_id, REQUESTED)
            _bound(self._requests)
        trail.press_id = trail.press_id or press_id
        return trail

    def press(self, press_id: str) -> Trail:
        """The trail of the press itself: what happened before it had a request, or instead of one."""
        trail = self._presses.get(press_id)
        if trail is None:
            trail = self._presses[press_id] = Trail(press_id=press_id)
            _bound(self._presses)
        return trail

    def of_request(self, request_id: str) -> Trail | None:
        """The trail of this request, if it is still known here."""
        return self._requests.get(request_id)

    def of_press(self, press_id: str) -> Trail | None:
        """What became of a press: its stored photo before any other answer, else its newest request, else itself."""
        found = [trail for trail in self._requests.values() if trail.press_id == press_id]
        own = self._presses.get(press_id) or self._of_heard(press_id)
        return merged(own, found) if own or found else None

    def _of_heard(self, press_id: str) -> Trail | None:
        press = self._events.of_heard(press_id) if press_id else None
        if press is None:
            return None
        _, _, button_id, press_type, timestamp, heard_at = press
        source, at = moment(timestamp, heard_at)
        step = Step(source, "pressed", at, f"{button_id} {press_type}")
        return Trail(press_id=press_id, status=HEARD, final=True, steps=[step])


def merged(press: Trail | None, requests: list[Trail]) -> Trail:
    """One answer for a press out of the requests it led to.

    A request that failed only because the glasses took the photo themselves is not the end: that photo is on its way.
    """
    steps = sorted([step for trail in [press, *requests] if trail for step in trail.steps], key=lambda step: step.at)
    chosen = next((trail for trail in requests if trail.status == STORED), None)
    chosen = chosen or next((trail for trail in reversed(requests) if not _superseded(trail)), None)
    if chosen is None and requests:
        waiting = requests[-1]
        return Trail(waiting.request_id, waiting.press_id, "captured", steps=steps)
    chosen = chosen or press or Trail()
    return Trail(
        request_id=chosen.request_id,
        press_id=chosen.press_id,
        status=chosen.status,
        final=chosen.final,
        reason=chosen.reason,
        photo_id=chosen.photo_id,
        sha256=chosen.sha256,
        size=chosen.size,
        steps=steps,
    )


def _superseded(trail: Trail) -> bool:
    return trail.status == FAILED and trail.reason == reasons.CAPTURED_LOCALLY


def _bound(trails: dict[str, Trail]) -> None:
    if len(trails) <= TRAIL_LIMIT:
        return
    oldest = next(iter(trails))
    if trails[oldest].final:
        del trails[oldest]
        return
    finished = next((key for key, trail in trails.items() if trail.final), None)
    del trails[finished if finished is not None else next(iter(trails))]
