"""EventRing: the last things that happened to one user, each with a rising number, bounded.

Kinds: `step` (something happened to a photo or a press), `gallery` (a photo came or went), and the states `glasses`,
`sim`, `app` and `progress` (how much of a photo has come), of which only the newest is kept, of `app` that of each
package: an older state says nothing that the newer one does not.

A press that apps have heard comes as often as apps like, and seldom does anybody look: it is kept as it came (`Heard`),
and made into its event, and into its trail, when somebody asks. The last PRESSES of them have a place of their own, so
that however many come, they push out nothing else.
"""

from collections import deque

from trifocal_cloud.photos import CLOUD, GLASSES

CAPACITY = 500
PRESSES = 100
STATES = ("glasses", "sim", "app", "progress")

Event = dict[str, object]

Heard = tuple[int, str, str, str, int, int]
"""A press that apps have heard: its number, id, button and kind, when it was as the glasses say, and when we heard."""

FRESH_MS = 10_000
"""A press said to be older, or later than now, was timed by a clock that is wrong: the budget for its report is 5 s."""

HEARD = "heard"
"""Where such a press stands: it is the apps' now, and what they make of it is not ours to know."""


class EventRing:
    """Numbers start at `first_id`; a restarted cloud starts higher, so that a reader's last number stays behind it."""

    def __init__(self, first_id: int, capacity: int = CAPACITY) -> None:
        self._next_id = first_id
        self._events: deque[Event] = deque(maxlen=capacity)
        self._presses: deque[Heard] = deque(maxlen=PRESSES)

    @property
    def last_id(self) -> int:
        """The number of the newest event; nothing is after it yet."""
        return self._next_id - 1

    def add(self, kind: str, at: int, event: Event) -> Event:
        """Append an event, which becomes the ring's own; `at` is epoch ms. The oldest falls out of a full ring."""
        number = self._next_id
        event["id"], event["at"], event["kind"] = number, at, kind
        if kind in STATES:
            self._forget(kind, event.get("package"))
        self._events.append(event)
        self._next_id = number + 1
        return event

    def heard(self, press_id: str, button_id: str, press_type: str, timestamp: int, at: int) -> None:
        """Append a press that apps have heard at `at`; `timestamp` is when it was as the glasses say."""
        number = self._next_id
        self._presses.append((number, press_id, button_id, press_type, timestamp, at))
        self._next_id = number + 1

    def of_heard(self, press_id: str) -> Heard | None:
        """The press with this id that apps have heard, while it is remembered."""
        return next((press for press in reversed(self._presses) if press[1] == press_id), None)

    def after(self, number: int, limit: int = CAPACITY) -> list[Event]:
        """The oldest `limit` events with a number above this one."""
        found = [event for event in self._events if _number(event) > number]
        presses = [told(press) for press in self._presses if press[0] > number]
        return sorted(found + presses, key=_number)[:limit] if presses else found[:limit]

    def _forget(self, kind: str, package: object) -> None:
        for event in self._events:
            if event["kind"] == kind and event.get("package") == package:
                self._events.remove(event)
                return


def moment(timestamp: int, at: int) -> tuple[str, int]:
    """Who says when a press was that we heard of at `at`, and that: the glasses, if their clock can be believed."""
    return (GLASSES, timestamp) if at - FRESH_MS <= timestamp <= at else (CLOUD, at)


def told(press: Heard) -> Event:
    """The event of a press that apps have heard."""
    number, press_id, button_id, press_type, timestamp, heard_at = press
    source, at = moment(timestamp, heard_at)
    return {
        "requestId": "",
        "pressId": press_id,
        "source": source,
        "step": "pressed",
        "detail": f"{button_id} {press_type}",
        "status": HEARD,
        "final": True,
        "reason": "",
        "id": number,
        "at": at,
        "kind": "step",
    }


def _number(event: Event) -> int:
    number = event["id"]
    assert isinstance(number, int)
    return number
