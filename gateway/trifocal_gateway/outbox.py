"""What is said to the cloud, and what is kept for it while it is away.

AWAY until `opened`, OPEN until `closed`. While OPEN everything goes out at once. While AWAY last words are kept, at
most `MOST_KEPT`, one for each request, and go out in their order as soon as the cloud listens; all else is dropped and
counted, for the present state is said anew by whoever owns it. A last word said within the last 10 s of a connection
may not have arrived: it is kept again when the connection closes. The cloud takes the first one of a request and
ignores its echo.

Storage belongs to the floor above: `Keep` and `Forget` say what must survive a restart, `restored` brings it back.
"""

from collections import OrderedDict
from dataclasses import dataclass

from trifocal_shared.message import Message
from trifocal_shared.messages import PhotoStatus

MOST_KEPT = 256
RECENT_MS = 10_000


@dataclass(frozen=True)
class Send:
    """To the cloud, now."""

    message: Message


@dataclass(frozen=True)
class Keep:
    """This result waits for the cloud; it must survive a restart."""

    result: PhotoStatus


@dataclass(frozen=True)
class Forget:
    """The result of this request is kept no longer."""

    request_id: str


Event = Send | Keep | Forget


class Outbox:
    """See the top of the file."""

    def __init__(self) -> None:
        self.open = False
        self.counts = {"unsaid": 0, "results_dropped": 0}
        self._kept: OrderedDict[str, PhotoStatus] = OrderedDict()
        self._recent: list[tuple[int, PhotoStatus]] = []
        self._events: list[Event] = []

    def restored(self, results: list[PhotoStatus]) -> None:
        """What was kept when the gateway went down, oldest first."""
        for result in results:
            self._kept[result.request_id] = result
        self._bound()

    def say(self, message: Message) -> None:
        """Say it if the cloud listens."""
        if self.open:
            self._events.append(Send(message))
        else:
            self.counts["unsaid"] += 1

    def say_finally(self, result: PhotoStatus, now: int) -> None:
        """Say it now, or when the cloud listens again."""
        if not self.open:
            self._keep(result)
            return
        self._recent = [item for item in self._recent if now - item[0] <= RECENT_MS][-MOST_KEPT:]
        self._recent.append((now, result))
        self._events.append(Send(result))

    def opened(self, now: int) -> None:
        """The cloud listens."""
        self.open = True
        kept, self._kept = self._kept, OrderedDict()
        for request_id, result in kept.items():
            self.say_finally(result, now)
            self._events.append(Forget(request_id))

    def closed(self, now: int) -> None:
        """The cloud is away."""
        self.open = False
        recent, self._recent = self._recent, []
        for said_at, result in recent:
            if now - said_at <= RECENT_MS:
                self._keep(result)

    def events(self) -> list[Event]:
        """Drain what is to be done."""
        events, self._events = self._events, []
        return events

    def _keep(self, result: PhotoStatus) -> None:
        self._kept[result.request_id] = result
        self._kept.move_to_end(result.request_id)
        self._events.append(Keep(result))
        self._bound()

    def _bound(self) -> None:
        while len(self._kept) > MOST_KEPT:
            request_id, _ = self._kept.popitem(last=False)
            self.counts["results_dropped"] += 1
            self._events.append(Forget(request_id))
