"""What app sessions say to the floor above, and how one looks from there."""

from dataclasses import dataclass

from trifocal_shared.message import Message

STARTING, RUNNING, GRACE, RESTARTING, LOST, STOPPING = (
    "starting",
    "running",
    "grace",
    "restarting",
    "lost",
    "stopping",
)

SESSION_REQUEST, STOP_REQUEST = "session_request", "stop_request"


@dataclass(frozen=True)
class Post:
    """POST this to the app's server, and report how it ended: `post_ended` with the same attempt."""

    user: str
    package: str
    attempt: int
    kind: str
    reason: str = ""


@dataclass(frozen=True)
class Acknowledge:
    """The init on this connection is good: the connection is the app's from now on. Send the ack."""

    user: str
    package: str
    connection: int


@dataclass(frozen=True)
class Say:
    """Send this by this connection."""

    connection: int
    message: Message


@dataclass(frozen=True)
class Close:
    """Close this connection; it is not the app's any more."""

    connection: int
    code: int
    reason: str


@dataclass(frozen=True)
class Started:
    """The answer to `start`: the app is running."""

    user: str
    package: str


@dataclass(frozen=True)
class Failed:
    """The answer to `start`: the app is not running, and why."""

    user: str
    package: str
    reason: str
    detail: str = ""


@dataclass(frozen=True)
class Stopped:
    """The session is over."""

    user: str
    package: str


@dataclass(frozen=True)
class Wanted:
    """From now on the app is (or is not) to be started whenever its user is there."""

    user: str
    package: str
    wanted: bool


@dataclass(frozen=True)
class Changed:
    """The session's state is another, or it is over."""

    user: str
    package: str


AppEvent = Post | Acknowledge | Say | Close | Started | Failed | Stopped | Wanted | Changed


@dataclass(frozen=True)
class AppState:
    """How a session looks. `reason` and `detail` tell why the last try failed, empty once the app runs.

    `asking` is the attempt of the start whose init is waited for, None while there is none.
    """

    user: str
    package: str
    state: str
    since_ms: int
    reason: str
    detail: str
    next_try_at: int | None
    connection: int | None
    asking: int | None
