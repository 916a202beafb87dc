"""The sockets by which apps hear what happens to a user, beside those of their sessions, and tickets for them."""

from collections.abc import Callable
from dataclasses import dataclass

from trifocal_cloud.apps import App
from trifocal_cloud.io.app_line import Stamp
from trifocal_cloud.io.app_streams import AppStreams, Listener, told
from trifocal_cloud.io.identity import unknown
from trifocal_cloud.io.line import Line
from trifocal_cloud.io.refusals import RefusedError
from trifocal_cloud.io.registry import Registry
from trifocal_shared import reasons
from trifocal_shared.clock import Clock

TICKET_MS = 60_000
LIMIT = 20
"""Tickets and open sockets of one app for one user."""
ENDED = 1000


@dataclass(frozen=True)
class _Ticket:
    subscription_id: str
    user: str
    package: str
    streams: tuple[str, ...]
    good_until: int


class AppEvents:
    """Gives tickets, each good for one socket, and knows the sockets that are open."""

    def __init__(self, clock: Clock, new_id: Callable[[], str], registry: Registry, streams: AppStreams) -> None:
        self.clock = clock
        self.stamp = Stamp(clock)
        self._new_id = new_id
        self._registry = registry
        self._streams = streams
        self._tickets: dict[str, _Ticket] = {}
        self._lines: dict[str, EventLine] = {}
        registry.changed.append(self._changed)

    def ticket(self, app: App, user: str, streams: tuple[str, ...]) -> tuple[str, str]:
        """A subscription's id, and the ticket that opens its socket within TICKET_MS. Raises RefusedError: too many."""
        now = self.clock.now()
        self._tickets = {key: ticket for key, ticket in self._tickets.items() if ticket.good_until > now}
        held = [*self._tickets.values(), *[line.ticket for line in self._lines.values()]]
        if sum((ticket.user, ticket.package) == (user, app.package) for ticket in held) >= LIMIT:
            raise RefusedError(429, reasons.TOO_MANY, f"an app has at most {LIMIT} sockets for one user")
        key = self._new_id()
        self._tickets[key] = _Ticket(self._new_id(), user, app.package, streams, now + TICKET_MS)
        return self._tickets[key].subscription_id, key

    def admit(self, key: str) -> "EventLine":
        """The line that a ticket opens. Raises RefusedError: 401."""
        ticket = self._tickets.pop(key, None)
        if ticket is None or ticket.good_until <= self.clock.now() or self._registry.app(ticket.package) is None:
            raise unknown(reasons.TOKEN_REJECTED)
        return EventLine(self, ticket)

    def remove(self, package: str, subscription_id: str) -> bool:
        """End a subscription: its ticket opens nothing, its socket is closed. False when this app has none such."""
        for key, ticket in self._tickets.items():
            if (ticket.package, ticket.subscription_id) == (package, subscription_id):
                del self._tickets[key]
                return True
        line = self._lines.get(subscription_id)
        if line is None or line.ticket.package != package:
            return False
        line.close(ENDED, "unsubscribed")
        return True

    def joined(self, line: "EventLine", listener: Listener) -> None:
        """Its connection stands."""
        self._lines[line.ticket.subscription_id] = line
        self._streams.join(listener)

    def left(self, line: "EventLine", listener: Listener) -> None:
        """Its connection is gone."""
        self._lines.pop(line.ticket.subscription_id, None)
        self._streams.leave(listener)

    def _changed(self, package: str) -> None:
        if self._registry.app(package) is None:
            for line in [line for line in self._lines.values() if line.ticket.package == package]:
                line.close(ENDED, "the app was removed")


class EventLine(Line):
    """One socket of an app for one user; what the app says on it is ignored."""

    def __init__(self, events: AppEvents, ticket: _Ticket) -> None:
        super().__init__(events.clock)
        self.ticket = ticket
        self._events = events
        key = f"socket {ticket.subscription_id}"
        self._listener = Listener(key, ticket.user, ticket.package, ticket.streams, self._hear)

    def opened(self) -> None:
        self._events.joined(self, self._listener)

    def gone(self) -> None:
        self._events.left(self, self._listener)

    def _hear(self, stream: str, raw: bytes, at: int) -> None:
        tail = self._events.stamp.tail(at)
        self.send_text(told(self.ticket.subscription_id, self.ticket.user, stream, raw, tail))
