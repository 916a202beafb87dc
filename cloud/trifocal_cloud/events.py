"""EventRing: the last things that happened to one user, each with a rising number, bounded.

Kinds: `step` (something happened to a photo or a press), `gallery` (a photo came or went), and the states `glasses`,
`sim`, `app` and `progress` (how much of a photo has come), of which only the newest is kept, of `app` that of each
package: an older state says nothing that the newer one does not.
"""

from collections import deque

CAPACITY = 500
STATES = ("glasses", "sim", "app", "progress")

Event = dict[str, object]


class EventRing:
    """Numbers start at `first_id`; a restarted cloud starts higher, so that a reader's last number stays behind it."""

    def __init__(self, first_id: int, capacity: int = CAPACITY) -> None:
        self._next_id = first_id
        self._events: deque[tuple[int, Event]] = deque(maxlen=capacity)

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
        self._events.append((number, event))
        self._next_id = number + 1
        return event

    def after(self, number: int, limit: int = CAPACITY) -> list[Event]:
        """The oldest `limit` events with a number above this one."""
        found: list[Event] = []
        for event_id, event in self._events:
            if event_id > number and len(found) < limit:
                found.append(event)
        return found

    def _forget(self, kind: str, package: object) -> None:
        for entry in self._events:
            if entry[1]["kind"] == kind and entry[1].get("package") == package:
                self._events.remove(entry)
                return
