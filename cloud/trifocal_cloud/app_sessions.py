"""AppSessions: the sessions of all apps of all users, and who of those users is there.

A user is present from `user_came` (their gateway's session lives) until `user_went`. What an app does then is written
in `app_session`; here is what goes beyond one of them:

 * An app is wanted from its first init until it is stopped, fails to start or is forgotten; the floor above keeps that
   durable (`Wanted`). When its user goes its session ends and it stays wanted; when they come back it starts again.
 * After a restart of the cloud the wanted apps are `restored`. Their users count as present for PRESUMED_MS, in which
   gateways come back as well; who has not come by then is taken for gone.
 * Connections are known by number. One that is no app's, or no longer, may say what it will.

Refusals: starting an app for a user who is not there; an init that nothing waits for.
"""

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count

from trifocal_cloud.app_events import AppEvent, AppState, Close, Post, Wanted
from trifocal_cloud.app_session import AppSession
from trifocal_cloud.sessions import GRACE_MS
from trifocal_shared import reasons

PRESUMED_MS = GRACE_MS
"""How long a user counts as present whose gateway has not come back after a restart."""


class AppSessions:
    """See the top of the file. Times in ms; `chance` gives a number in [0, 1) for each wait between tries."""

    def __init__(self, chance: Callable[[], float]) -> None:
        self._chance = chance
        self._attempts = count(1)
        self._sessions: dict[str, dict[str, AppSession]] = {}
        self._connections: dict[int, AppSession] = {}
        self._present: dict[str, int | None] = {}
        self._wanted: dict[str, set[str]] = {}
        self._alarms: list[tuple[int, str, str]] = []
        self._events: list[AppEvent] = []

    def user_came(self, user: str, now: int) -> None:
        """The user's gateway has a session; may be said again."""
        self._present[user] = None
        for package in sorted(self._wanted.get(user, ())):
            if self._find(user, package) is None:
                session = self._new(user, package)
                session.resume(now)
                self._after(session)

    def user_went(self, user: str, now: int) -> None:
        """That session is over."""
        self._present.pop(user, None)
        for session in list(self._sessions.get(user, {}).values()):
            session.user_went(now)
            self._after(session)

    def restored(self, user: str, package: str, now: int) -> None:
        """This user wanted this app when the cloud went down."""
        self._wanted.setdefault(user, set()).add(package)
        if user not in self._present:
            self._present[user] = now + PRESUMED_MS
            heappush(self._alarms, (now + PRESUMED_MS, user, ""))
        if self._find(user, package) is None:
            session = self._new(user, package)
            session.restored(now)
            self._after(session)

    def start(self, user: str, package: str, now: int) -> str:
        """Have the app run: empty when one `Started` or `Failed` follows, else the reason why it cannot."""
        if user not in self._present:
            return reasons.GATEWAY_OFFLINE
        session = self._find(user, package) or self._new(user, package)
        session.start(now)
        self._after(session)
        return ""

    def stop(self, user: str, package: str, now: int) -> bool:
        """The app is not wanted any more: whether there was a session, whose `Stopped` follows."""
        session = self._find(user, package)
        if session is None:
            self._unwant(user, package)
            return False
        session.stop(now)
        self._after(session)
        return True

    def post_ended(self, post: Post, reason: str, detail: str, now: int) -> None:
        """This came to its end: `reason` is empty when it was answered with 2xx. Older attempts mean nothing."""
        session = self._find(post.user, post.package)
        if session is not None:
            session.post_ended(post.attempt, reason, detail, now)
            self._after(session)

    def opened(self, user: str, package: str, connection: int, now: int) -> bool:
        """A valid init for this user and app came by this connection; False when nothing waits for it."""
        session = self._find(user, package)
        if session is None or self._connections.get(connection, session) is not session:
            return False
        taken = session.opened(connection, now)
        if taken:
            self._connections[connection] = session
        self._after(session)
        return taken

    def closed(self, connection: int, now: int) -> None:
        """A connection is gone."""
        session = self._connections.pop(connection, None)
        if session is not None:
            session.closed(now)
            self._after(session)

    def released(self, connection: int, now: int) -> None:
        """By this connection the app said `ownership_release`: when it closes, that is meant."""
        session = self._connections.get(connection)
        if session is not None:
            session.released()

    def forgotten(self, package: str, now: int) -> None:
        """The app is registered no more."""
        for mine in list(self._sessions.values()):
            session = mine.get(package)
            if session is not None:
                session.forgotten(now)
                self._after(session)
        for user in [user for user, packages in self._wanted.items() if package in packages]:
            self._unwant(user, package)

    def state(self, user: str, package: str) -> AppState | None:
        """How this app of this user is; None when it has no session."""
        session = self._find(user, package)
        return session.look() if session else None

    def states(self, user: str) -> list[AppState]:
        """How every app of this user is that has a session."""
        return [session.look() for session in self._sessions.get(user, {}).values()]

    def deadline(self) -> int | None:
        while self._alarms and not self._rings(*self._alarms[0]):
            heappop(self._alarms)
        return self._alarms[0][0] if self._alarms else None

    def timeout(self, now: int) -> None:
        while (at := self.deadline()) is not None and at <= now:
            _, user, package = heappop(self._alarms)
            session = self._find(user, package)
            if session is None:
                self.user_went(user, now)
            else:
                session.timeout(now)
                self._after(session)

    def events(self) -> list[AppEvent]:
        drained, self._events = self._events, []
        return drained

    def _find(self, user: str, package: str) -> AppSession | None:
        return self._sessions.get(user, {}).get(package)

    def _new(self, user: str, package: str) -> AppSession:
        session = AppSession(user, package, self._attempts, self._chance)
        self._sessions.setdefault(user, {})[package] = session
        return session

    def _rings(self, at: int, user: str, package: str) -> bool:
        """Whether an alarm still stands: a session's may have been moved since, and so may a user's."""
        if not package:
            return self._present.get(user) == at
        session = self._find(user, package)
        return session is not None and session.deadline() == at

    def _after(self, session: AppSession) -> None:
        """Take over what the session said, its new deadline, and its end."""
        user, package = session.user, session.package
        for event in session.events():
            if isinstance(event, Close):
                self._connections.pop(event.connection, None)
            elif isinstance(event, Wanted):
                self._note(event)
            self._events.append(event)
        if session.over:
            del self._sessions[user][package]
            if not self._sessions[user]:
                del self._sessions[user]
            return
        at = session.deadline()
        if at is not None and (not self._alarms or self._alarms[0] != (at, user, package)):
            heappush(self._alarms, (at, user, package))

    def _note(self, event: Wanted) -> None:
        packages = self._wanted.setdefault(event.user, set())
        (packages.add if event.wanted else packages.discard)(event.package)
        if not packages:
            del self._wanted[event.user]

    def _unwant(self, user: str, package: str) -> None:
        if package in self._wanted.get(user, ()):
            self._note(event := Wanted(user, package, False))
            self._events.append(event)
