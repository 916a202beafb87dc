"""The app's end of one session: how it comes to the cloud, and how it comes back (PROTOCOL-apps §1.2 to §1.8).

    NEW ── start ──▶ DIALLING ── opened ──▶ GREETING ── ack ──▶ UP
                      ▲    │ failed           │ silent           │
                      │    ▼                  ▼                  │ closed
                      └─ WAITING ◀────────────┴──────────────────┘
                                   ENDED, from everywhere

`Dial` is said once for each try; what io then tells of it (`opened`, `failed`, `received`, `closed`) carries the try's
number, and what is told of an older one is ignored. A socket that opens is greeted with `tpa_connection_init`, and has
`GREET_MS` to answer. The very first try is the only one that may fail for good: nobody works with the session yet, and
the cloud asks again when it wants the app. After the first acknowledgement the session never gives up: it tries again
with the same id, after 1 s, 2 s, then each `CAP_MS`, until the cloud says that it is over:

    1000                                  a real stop
    1008                                  the cloud does not want this session (any more)
    any code with "App stopped" or        the same, said in words
    "User session ended" in its reason

1001 is a cloud that goes away, and comes back. A released session (`release`) says first that its end is meant, so that
the cloud does not start the app anew; `leave` goes without a word, for an app that will be back.

The list of streams is sent whole after each acknowledgement, empty or not; and when it has changed, once for all
changes within `COALESCE_MS`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from trifocal_sdk.wire import Received
from trifocal_shared.app_messages import (
    AppConnectionAck,
    AppConnectionError,
    AppConnectionInit,
    OwnershipRelease,
    SubscriptionUpdate,
)
from trifocal_shared.backoff import Backoff
from trifocal_shared.message import Message

DIAL_MS = 5_000
GREET_MS = 5_000
BASE_MS, CAP_MS = 1_000, 4_000
"""Three tries within 7 s of a loss, as the real client makes them; and never so long a pause that a cloud which is up
again would take the app for lost (it waits 10 s), or a press that waits for the app would be too late (5 s)."""
STEADY_MS = 10_000
COALESCE_MS = 5

NORMAL, GOING_AWAY, POLICY_VIOLATION = 1000, 1001, 1008
LAST_WORDS = ("App stopped", "User session ended")

NEW, DIALLING, GREETING, UP, WAITING, ENDED = "new", "dialling", "greeting", "up", "waiting", "ended"


@dataclass(frozen=True)
class Dial:
    """Open a socket; the older ones are gone or going."""

    attempt: int


@dataclass(frozen=True)
class Say:
    """Over the socket of this try."""

    attempt: int
    message: Message


@dataclass(frozen=True)
class Hangup:
    """Close the socket of this try once everything is said; an unopened one is not to be opened any more."""

    attempt: int
    code: int
    reason: str


@dataclass(frozen=True)
class Acknowledged:
    """The session stands; `first` when it never stood before."""

    ack: AppConnectionAck
    first: bool


@dataclass(frozen=True)
class Heard:
    """A message of a session that stands."""

    received: Received


@dataclass(frozen=True)
class Lost:
    """The connection is gone, and is being made again."""

    reason: str


@dataclass(frozen=True)
class Ended:
    """It is over; said once. `failed` when the session never stood, `code` is the cloud's word for why."""

    reason: str
    code: str
    failed: bool


Event = Dial | Say | Hangup | Acknowledged | Heard | Lost | Ended


class Connection:
    """One session. `chance` gives numbers in [0, 1)."""

    def __init__(self, session_id: str, package_name: str, api_key: str, chance: Callable[[], float]) -> None:
        self.state = NEW
        self._init = AppConnectionInit(session_id=session_id, package_name=package_name, api_key=api_key)
        self._chance = chance
        self._backoff = Backoff(BASE_MS, cap_ms=CAP_MS)
        self._attempt = 0
        self._stood = False
        self._up_at = 0
        self._due: int | None = None
        self._streams: tuple[str, ...] = ()
        self._said: tuple[str, ...] | None = None
        self._say_at: int | None = None
        self._refusal = AppConnectionError(message="")
        self._events: list[Event] = []

    @property
    def up(self) -> bool:
        """Whether messages get through now."""
        return self.state == UP

    def start(self, now: int) -> None:
        """The cloud has asked for this session."""
        if self.state == NEW:
            self._dial(now)

    def opened(self, attempt: int, now: int) -> None:
        """The socket is open."""
        if self.state == DIALLING and attempt == self._attempt:
            self.state = GREETING
            self._due = now + GREET_MS
            self._say(self._init)

    def failed(self, attempt: int, reason: str, now: int) -> None:
        """The socket did not open."""
        if self.state == DIALLING and attempt == self._attempt:
            self._down(reason, now)

    def received(self, attempt: int, received: Received, now: int) -> None:
        """The cloud said something."""
        message = received.message
        if attempt != self._attempt or self.state not in (GREETING, UP):
            return
        if isinstance(message, AppConnectionAck):
            self._acknowledged(message, now)
        elif self.state == UP:
            self._events.append(Heard(received))
        elif isinstance(message, AppConnectionError):
            self._refusal = message
            if not self._stood:
                self._hang_up(NORMAL, "refused")
                self._end(message.message, message.code)

    def closed(self, attempt: int, code: int, reason: str, now: int) -> None:
        """The socket is gone; 1006 without a goodbye."""
        if attempt != self._attempt or self.state not in (GREETING, UP):
            return
        if code in (NORMAL, POLICY_VIOLATION) or any(words in reason for words in LAST_WORDS):
            self._end(reason or self._refusal.message or f"closed with {code}", self._refusal.code)
        else:
            self._down(reason or f"the connection broke ({code})", now)

    def listens(self, streams: tuple[str, ...], now: int) -> None:
        """These are the streams that the app wants to hear now, in order."""
        self._streams = streams
        if self.state == UP and self._say_at is None and streams != self._said:
            self._say_at = now + COALESCE_MS

    def say(self, message: Message) -> bool:
        """Send this now; False when there is no connection for it."""
        if self.state != UP:
            return False
        self._tell_streams()
        self._say(message)
        return True

    def release(self, reason: str) -> None:
        """End the session; the cloud is told that it is meant."""
        if self.state == UP:
            self._say(OwnershipRelease(reason=reason))
        self._go(NORMAL, reason)

    def leave(self, reason: str, code: int = GOING_AWAY) -> None:
        """End the session without that word: the cloud may bring the app back."""
        self._go(code, reason)

    def deadline(self) -> int | None:
        """When something is to be done without being told."""
        return min((at for at in (self._due, self._say_at) if at is not None), default=None)

    def timeout(self, now: int) -> None:
        """Do what is due."""
        if self._say_at is not None and now >= self._say_at:
            self._tell_streams()
        if self._due is None or now < self._due:
            return
        if self.state == WAITING:
            self._dial(now)
        elif self.state in (DIALLING, GREETING):
            self._hang_up(NORMAL, "no answer in time")
            self._down(self._refusal.message or "the cloud did not answer in time", now)

    def events(self) -> list[Event]:
        """Drain what is to be done, in order."""
        events, self._events = self._events, []
        return events

    def _dial(self, now: int) -> None:
        self.state = DIALLING
        self._attempt += 1
        self._due = now + DIAL_MS
        self._refusal = AppConnectionError(message="")
        self._events.append(Dial(self._attempt))

    def _acknowledged(self, ack: AppConnectionAck, now: int) -> None:
        if self.state == GREETING:
            self.state = UP
            self._up_at = now
            self._due = None
        first, self._stood = not self._stood, True
        self._said = None
        self._tell_streams()
        self._events.append(Acknowledged(ack, first))

    def _tell_streams(self) -> None:
        self._say_at = None
        if self.state == UP and self._said != self._streams:
            self._said = self._streams
            self._say(SubscriptionUpdate(subscriptions=list(self._streams)))

    def _down(self, reason: str, now: int) -> None:
        if not self._stood:
            self._end(reason, self._refusal.code)
            return
        if self.state == UP:
            self._events.append(Lost(reason))
            if now - self._up_at >= STEADY_MS:
                self._backoff.reset()
        self.state = WAITING
        self._say_at = None
        self._due = now + self._backoff.next(self._chance())

    def _go(self, code: int, reason: str) -> None:
        if self.state in (DIALLING, GREETING, UP):
            self._hang_up(code, reason)
        self._end(reason, "")

    def _end(self, reason: str, code: str) -> None:
        if self.state != ENDED:
            self.state = ENDED
            self._due = self._say_at = None
            self._events.append(Ended(reason, code, not self._stood))

    def _say(self, message: Message) -> None:
        self._events.append(Say(self._attempt, message))

    def _hang_up(self, code: int, reason: str) -> None:
        self._events.append(Hangup(self._attempt, code, reason))
