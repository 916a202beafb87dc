"""AppSession: one app of one user, from being asked to start until it is over (PROTOCOL-apps §1).

    starting ---- init ----> running <---- init ---- grace, restarting, lost
    running -- socket lost -> grace -- GRACE_MS over -> restarting -- no init -> lost -- by backoff -> restarting
    any ----- stop() ------> stopping -> over        starting -- no init --> over

An app is started by a POST to its server (`Post`), and has started when its `init` comes by a socket of its own; what
becomes of the POST after that means nothing, for the real client answers it only when the app's own code is through.

Promises
 * Every `start` is answered by exactly one `Started` or `Failed`; those that come before the answer share it. One that
   fails for the first time is over and not wanted; one that ran before is tried again and again until it is stopped
   or its user goes.
 * Every session ends with exactly one `Stopped`, its last event but for a `start` that waited for that end.
 * At most one connection is the app's: a newer one displaces it, and what the older one does means nothing. There is
   one only while the app is running or stopping.
 * A lost socket may come back within GRACE_MS, and whenever else the app is wanted: the real client tries three times
   within 7 s, others for ever. Then the app is told to stop and asked anew.
 * An app that has heard such a stop after it came back by itself is asked anew at once.

Refusals: an init while nothing waits for it (`opened` is False). Answers to POSTs of earlier attempts are ignored.
"""

from collections.abc import Callable, Iterator

from trifocal_cloud.app_events import (
    GRACE,
    LOST,
    RESTARTING,
    RUNNING,
    SESSION_REQUEST,
    STARTING,
    STOP_REQUEST,
    STOPPING,
    Acknowledge,
    AppEvent,
    AppState,
    Changed,
    Close,
    Failed,
    Post,
    Say,
    Started,
    Stopped,
    Wanted,
)
from trifocal_shared import app_words, reasons
from trifocal_shared.app_messages import AppStopped
from trifocal_shared.backoff import Backoff

CONNECT_MS = 15_000
"""From asking an app to start until its init: the real client gives up 5 s after it dials."""
GRACE_MS = 10_000
"""How long a lost socket may stay away: the real client's last try comes 7 s after the loss."""
STOP_MS = 5_000
"""How long to wait for the answer to a stop."""
SECOND_TRY_MS = 1_000
"""Until the one more try of a start whose app could not be reached."""
RETRY_BASE_MS = 5_000
RETRY_CAP_MS = 300_000

CLOSE_NORMAL = 1000
"""To the real client: do not come back (PROTOCOL-apps §1.6)."""


class AppSession:
    """See the top of the file. Times in ms; `attempts` yields a new number for each POST, `chance` one in [0, 1).

    Begin with one of `start`, `resume` and `restored`; when `over`, drop it.
    """

    def __init__(self, user: str, package: str, attempts: Iterator[int], chance: Callable[[], float]) -> None:
        self.user = user
        self.package = package
        self.over = True
        self.connection: int | None = None
        self._attempts = attempts
        self._chance = chance
        self._backoff = Backoff(RETRY_BASE_MS, 200, RETRY_CAP_MS)
        self._state = ""
        self._since_ms = 0
        self._reason = self._detail = ""
        self._at: int | None = None
        self._asking: int | None = None
        self._clearing: int | None = None
        self._asked = self._again = self._second_try = self._wanted = self._released = False
        self._events: list[AppEvent] = []

    def start(self, now: int) -> None:
        """Somebody wants the app to run; joins a try that is under way."""
        if self._state == STOPPING and not self.over:
            self._again = True
        elif self._state == RUNNING and not self._released:
            self._events.append(Started(self.user, self.package))
        else:
            self._asked = self._second_try = True
            self._try(now)

    def resume(self, now: int) -> None:
        """The user is back, for whom the app ran before."""
        self._wanted = True
        self._become(RESTARTING, now)
        self._ask(now)

    def restored(self, now: int) -> None:
        """The app was running when the cloud went down: its socket has just been lost."""
        self._wanted = True
        self._become(GRACE, now, now + GRACE_MS)

    def stop(self, now: int) -> None:
        """Nobody wants the app any more."""
        self._want(False)
        if self._state != STOPPING:
            self._become(STOPPING, now)
            self._clear(now)
        self._answer(app_words.APP_STOPPED)

    def post_ended(self, attempt: int, reason: str, detail: str, now: int) -> None:
        """The POST of this attempt was answered (`reason` empty: with 2xx), or failed."""
        if attempt == self._clearing:
            self._cleared(not reason, now)
        elif attempt == self._asking and reason:
            self._failed(reason, detail, now)

    def opened(self, connection: int, now: int) -> bool:
        """A valid init came by this connection; False when nothing waits for it."""
        if self._state == STOPPING:
            return False
        self._events.append(Acknowledge(self.user, self.package, connection))
        if self.connection not in (None, connection):
            self._close("Replaced by a newer connection")
        self.connection = connection
        self._released = False
        self._asking = None
        if self._state != RUNNING:
            self._reason = self._detail = ""
            self._backoff.reset()
            self._become(RUNNING, now)
            self._want(True)
        if self._asked:
            self._asked = self._second_try = False
            self._events.append(Started(self.user, self.package))
        return True

    def closed(self, now: int) -> None:
        """The app's connection is gone."""
        self.connection = None
        if self._state != RUNNING:
            return
        if self._released and self._clearing is None:
            self._want(False)
            self._end(now)
        else:
            self._become(GRACE, now, now + GRACE_MS)

    def released(self) -> None:
        """The app said that when its connection closes, that is meant."""
        self._released = True

    def user_went(self, now: int) -> None:
        """The user's session is over, and with it the app's; a stop that is under way takes its course."""
        self._answer(reasons.GATEWAY_OFFLINE)
        if self._state != STOPPING:
            self._farewell("system_stop", "User session ended")
            self._end(now)

    def forgotten(self, now: int) -> None:
        """There is no such app any more, hence no server to tell."""
        self._want(False)
        self._answer(app_words.APP_STOPPED)
        self._farewell("user_disabled", "App stopped")
        self._end(now)

    def look(self) -> AppState:
        """How the session looks now."""
        next_try_at = self._at if self._state == LOST else None
        told = self._reason, self._detail, next_try_at, self.connection, self._asking
        return AppState(self.user, self.package, self._state, self._since_ms, *told)

    def deadline(self) -> int | None:
        return self._at

    def timeout(self, now: int) -> None:
        if self._at is None or now < self._at:
            return
        if self._state == GRACE:
            self._become(RESTARTING, now)
            self._clear(now)
        elif self._clearing is not None:
            self._cleared(False, now)
        elif self._asking is not None:
            self._failed(app_words.APP_SILENT, "", now)
        else:
            self._try(now)

    def events(self) -> list[AppEvent]:
        drained, self._events = self._events, []
        return drained

    def _try(self, now: int) -> None:
        """Have the app asked now, in the way that its state wants, unless that is under way."""
        if self._state == GRACE:
            self._become(RESTARTING, now)
            self._clear(now)
        elif self._state == LOST:
            self._become(RESTARTING, now)
            self._ask(now)
        elif self._state in ("", RUNNING):
            self._close("App stopped")
            self._become(STARTING, now)
            self._ask(now)
        elif self._asking is None and self._clearing is None:
            self._ask(now)

    def _ask(self, now: int) -> None:
        self._clearing = None
        self._asking = self._post(SESSION_REQUEST, "")
        self._at = now + CONNECT_MS

    def _clear(self, now: int) -> None:
        self._asking = None
        self._clearing = self._post(STOP_REQUEST, "user_disabled")
        self._at = now + STOP_MS

    def _cleared(self, heard: bool, now: int) -> None:
        """The stop was answered, or will not be."""
        self._clearing = None
        if self._state == STOPPING:
            self._farewell("user_disabled", "App stopped")
            self._end(now)
        elif self._state == RESTARTING:
            self._ask(now)
        elif heard:
            # It had come back by itself, and then heard the stop: whatever it shows, its session is gone.
            self._close("App stopped")
            self._become(RESTARTING, now)
            self._ask(now)

    def _failed(self, reason: str, detail: str, now: int) -> None:
        self._asking = None
        if self._second_try and reason == app_words.APP_UNREACHABLE:
            self._second_try = False
            self._at = now + SECOND_TRY_MS
            return
        self._reason, self._detail = reason, detail
        if self._state == STARTING:
            self._want(False)
            self._answer(reason, detail)
            self._end(now)
        else:
            self._become(LOST, now, now + self._backoff.next(self._chance()))
            self._answer(reason, detail)

    def _answer(self, reason: str, detail: str = "") -> None:
        """Tell those who wait for a start, if any, that it comes to nothing."""
        if self._asked or self._again:
            self._asked = self._again = self._second_try = False
            self._events.append(Failed(self.user, self.package, reason, detail))

    def _want(self, wanted: bool) -> None:
        if self._wanted != wanted:
            self._wanted = wanted
            self._events.append(Wanted(self.user, self.package, wanted))

    def _become(self, state: str, now: int, at: int | None = None) -> None:
        self.over = False
        self._state = state
        self._since_ms = now
        self._at = at
        self._events.append(Changed(self.user, self.package))

    def _end(self, now: int) -> None:
        self.over = True
        self._state = ""
        self._at = self._asking = self._clearing = None
        self._events += [Changed(self.user, self.package), Stopped(self.user, self.package)]
        if self._again:
            self._again = False
            self.start(now)

    def _farewell(self, reason: str, text: str) -> None:
        if self.connection is not None:
            self._events.append(Say(self.connection, AppStopped(reason=reason, message=text)))
            self._close(text)

    def _close(self, text: str) -> None:
        if self.connection is not None:
            self._events.append(Close(self.connection, CLOSE_NORMAL, text))
            self.connection = None

    def _post(self, kind: str, reason: str) -> int:
        attempt = next(self._attempts)
        self._events.append(Post(self.user, self.package, attempt, kind, reason))
        return attempt
