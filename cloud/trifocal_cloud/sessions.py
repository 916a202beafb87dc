"""Sessions: one for each user whose gateway is, or a moment ago was, connected to `/glasses-ws`.

A session lives from the first connection until GRACE_MS after the last one was lost; a gateway that returns in time
finds it as it was. Each connection has an epoch, and a word counts only when it comes by the newest one:

 * a newer connection displaces the older (`Displaced`); what the older one still says, or that it closes, is counted
   and changes nothing;
 * a connection ends when its token does (`Expired`).

What the gateway says about the glasses is kept (`Glasses`), photo reports are handed on. `connection_ack`
is sent unasked at once, and again for each `connection_init`, which begins nothing anew.
"""

from dataclasses import dataclass, field, replace

from trifocal_shared.cloud_messages import (
    GLASSES_READY,
    LINK_SCANNING,
    LINK_STANDS,
    LONGEST_SSID,
    MCU_READY,
    ConnectionAck,
    ConnectionInit,
    GlassesBatteryUpdate,
    GlassesConnectionState,
    PhotoProgress,
    PhotoRequest,
)
from trifocal_shared.message import Message
from trifocal_shared.messages import PhotoStatus

LINKS = (LINK_SCANNING, LINK_STANDS, MCU_READY, GLASSES_READY)

GRACE_MS = 60_000
"""PROTOCOL-device §5.2: a session outlives its connection by so much."""


@dataclass(frozen=True)
class Glasses:
    """What the gateway last said of the glasses; `battery` is -1, texts are empty while unknown."""

    status: str = ""
    model: str = ""
    battery: int = -1
    charging: bool = False
    wifi: bool = False
    wifi_ssid: str = ""
    link: str = ""

    @property
    def reachable(self) -> bool:
        """False only when the gateway said that they are away."""
        return self.status in ("", "CONNECTED")


@dataclass
class Session:
    """One user's session; `epoch` is that of the newest connection, `connected` whether it is open."""

    user: str
    session_id: str
    started_ms: int
    epoch: int = 0
    connected: bool = False
    grace_ends_at: int | None = None
    expires_at: int | None = None
    glasses: Glasses = field(default_factory=Glasses)


@dataclass(frozen=True)
class Outgoing:
    """Send this to the gateway by this connection."""

    user: str
    epoch: int
    message: Message


@dataclass(frozen=True)
class Displaced:
    """A newer connection took over: tell this one and close it."""

    user: str
    epoch: int


@dataclass(frozen=True)
class Expired:
    """The connection's token has expired: tell it and close it."""

    user: str
    epoch: int


@dataclass(frozen=True)
class Changed:
    """Gateway or glasses came, went or said something new about themselves."""

    user: str
    gateway: bool
    glasses: Glasses


@dataclass(frozen=True)
class Heard:
    """The gateway passed on a photo report."""

    user: str
    message: PhotoStatus


@dataclass(frozen=True)
class Moved:
    """So much of a photo has come from the glasses: to be shown, and forgotten."""

    user: str
    message: PhotoProgress


Happening = Outgoing | Displaced | Expired | Changed | Heard | Moved


class Sessions:
    """See the top of the file. Times in ms."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}
        self._events: list[Happening] = []
        self.stale = 0
        """Words by displaced connections, counted and ignored."""

    def opened(self, user: str, session_id: str, epoch_ms: int, expires_in_ms: int, now: int) -> int:
        """A connection stands; its epoch. `session_id` and `epoch_ms` (the wall clock) are used by a new session."""
        session = self._sessions.get(user)
        if session is None:
            session = self._sessions[user] = Session(user, session_id, epoch_ms)
        if session.connected:
            self._events.append(Displaced(user, session.epoch))
        was_connected = session.connected
        session.epoch += 1
        session.connected = True
        session.grace_ends_at = None
        session.expires_at = now + expires_in_ms
        self._acknowledge(session)
        if not was_connected:
            self._changed(session)
        return session.epoch

    def received(self, user: str, epoch: int, message: Message, now: int) -> None:
        """The gateway said something."""
        session = self._current(user, epoch)
        if session is None:
            self.stale += 1
        elif isinstance(message, ConnectionInit):
            self._acknowledge(session)
        elif isinstance(message, GlassesConnectionState):
            model = message.model_name or session.glasses.model
            wifi, ssid = message.wifi.get("connected") is True, message.wifi.get("ssid")
            name = ssid[:LONGEST_SSID] if wifi and isinstance(ssid, str) else ""
            link = message.link if message.link in LINKS else ""
            seen = replace(session.glasses, status=message.status, link=link, model=model, wifi=wifi, wifi_ssid=name)
            self._update(session, seen)
        elif isinstance(message, GlassesBatteryUpdate):
            self._update(session, replace(session.glasses, battery=message.level, charging=message.charging))
        elif isinstance(message, PhotoStatus):
            self._events.append(Heard(user, message))
        elif isinstance(message, PhotoProgress):
            self._events.append(Moved(user, message))

    def speaks(self, user: str, epoch: int) -> bool:
        """Whether what comes by this connection counts; what does not is counted as stale."""
        if self._current(user, epoch) is None:
            self.stale += 1
            return False
        return True

    def closed(self, user: str, epoch: int, now: int) -> None:
        """A connection is gone. Only the newest one's end means anything."""
        session = self._current(user, epoch)
        if session is None:
            self.stale += 1
            return
        session.connected = False
        session.expires_at = None
        session.grace_ends_at = now + GRACE_MS
        self._changed(session)

    def ask(self, user: str, request: PhotoRequest, now: int) -> bool:
        """Send a photo request to this user's gateway; False when there is none."""
        session = self._sessions.get(user)
        if session is None or not session.connected:
            return False
        self._events.append(Outgoing(user, session.epoch, request))
        return True

    def session(self, user: str) -> Session | None:
        """This user's session, to look at."""
        return self._sessions.get(user)

    def deadline(self) -> int | None:
        deadlines = (
            at
            for session in self._sessions.values()
            for at in (session.grace_ends_at, session.expires_at)
            if at is not None
        )
        return min(deadlines, default=None)

    def timeout(self, now: int) -> None:
        for session in list(self._sessions.values()):
            if session.grace_ends_at is not None and session.grace_ends_at <= now:
                del self._sessions[session.user]
                self._events.append(Changed(session.user, False, Glasses()))
            elif session.expires_at is not None and session.expires_at <= now:
                self._events.append(Expired(session.user, session.epoch))
                self.closed(session.user, session.epoch, now)

    def events(self) -> list[Happening]:
        drained, self._events = self._events, []
        return drained

    def _current(self, user: str, epoch: int) -> Session | None:
        session = self._sessions.get(user)
        return session if session is not None and session.connected and session.epoch == epoch else None

    def _acknowledge(self, session: Session) -> None:
        ack = ConnectionAck(session_id=session.session_id, user_session=session_view(session, [], [], {}))
        self._events.append(Outgoing(session.user, session.epoch, ack))

    def _update(self, session: Session, glasses: Glasses) -> None:
        if session.glasses != glasses:
            session.glasses = glasses
            self._changed(session)

    def _changed(self, session: Session) -> None:
        self._events.append(Changed(session.user, session.connected, session.glasses))


def session_view(
    session: Session, running: list[str], loading: list[str], streams: dict[str, list[str]]
) -> dict[str, object]:
    """A session as phones are told of it, with the packages of its apps and what each listens for."""
    return {
        "userId": session.user,
        "startTime": session.started_ms,
        "activeAppSessions": running,
        "loadingApps": loading,
        "appSubscriptions": streams,
        "requiresAudio": False,
        "minimumTranscriptionLanguages": [],
        "isTranscribing": False,
    }
