"""The two streams that a session may have: one to an RTMP address of the app's own, one managed by the cloud (§5).

Each goes through the same states on its own:

    IDLE ── start ──▶ STARTING ── live ──▶ RUNNING ── stop ──▶ STOPPING
      ▲                  │ final status      │ final status      │ final status
      └──────────────────┴───────────────────┴───────────────────┘

Every call (`start`, `stop`, `check`) has a number and ends in exactly one `Settled`: with what the cloud said, or with
an error. A start that is not live in time is given up, and the cloud is told to stop it (`GiveUp`), so that nothing
runs that nobody knows of. A stop with nothing to stop is settled at once.

A cloud that is asked for a new stream may first say `stopped` of an older one: a `stopped` without error, of a stream
whose beginning was not told, ends no start. "busy" says that the camera belongs to another app: it ends a start, and
nothing else. A status "disconnected" or "reconnect_failed" is final here, as the cloud
says nothing after it. While the connection is away statuses may be missed: when it is back, a stream that ran is
asked after (`Ask`), and one that is no longer there is told as `stopped`; so is one that ends with its session.
"""

from dataclasses import dataclass

from trifocal_sdk import errors
from trifocal_sdk.errors import StreamError, stream_error
from trifocal_sdk.events import ManagedStreamStatus, StreamStatus

IDLE, STARTING, RUNNING, STOPPING = "idle", "starting", "running", "stopping"
RTMP, MANAGED = "rtmp", "managed"
BUSY = "busy"

Status = StreamStatus | ManagedStreamStatus


@dataclass(frozen=True)
class Existing:
    """A stream of this person that runs, whoever started it; `kind` is "rtmp" or "managed"."""

    kind: str
    stream_id: str
    status: str
    hls_url: str = ""
    dash_url: str = ""
    webrtc_url: str = ""


@dataclass(frozen=True)
class Settled:
    """The end of a call: what it gives (a status, an `Existing`, or None), or the error that it raises."""

    call: int
    value: Status | Existing | None = None
    error: StreamError | None = None


@dataclass(frozen=True)
class GiveUp:
    """Tell the cloud to stop what did not begin in time; `stream_id` is "" when it never said one."""

    kind: str
    stream_id: str


@dataclass(frozen=True)
class Ask:
    """Ask the cloud whether a stream runs."""


@dataclass(frozen=True)
class Changed:
    """A status that the cloud could not tell, for the floor above."""

    kind: str
    status: Status


Event = Settled | GiveUp | Ask | Changed


class _Track:
    """One of the two: where it stands, and who waits for it until when."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.state = IDLE
        self.status: Status | None = None
        self.stream_id = ""
        self.starting: tuple[int, int] | None = None
        self.stopping: list[tuple[int, int]] = []


class Streams:
    """Both streams of one session."""

    def __init__(self) -> None:
        self._tracks = {RTMP: _Track(RTMP), MANAGED: _Track(MANAGED)}
        self._checks: list[tuple[int | None, int]] = []
        self._calls = 0
        self._events: list[Event] = []

    def state(self, kind: str) -> str:
        """Where this stream stands."""
        return self._tracks[kind].state

    def status(self, kind: str) -> Status | None:
        """What the cloud said of it last."""
        return self._tracks[kind].status

    def stream_id(self, kind: str) -> str:
        """Its id, "" while unknown."""
        return self._tracks[kind].stream_id

    def start(self, kind: str, timeout_ms: int, now: int) -> int:
        """The stream is being asked for; the call's number. Raises StreamError when it runs already."""
        track = self._tracks[kind]
        if track.state != IDLE:
            raise stream_error(track.stream_id, "ALREADY_STREAMING", "a stream runs already; stop it first")
        track.state = STARTING
        track.stream_id = ""
        self._calls += 1
        track.starting = (self._calls, now + timeout_ms)
        return self._calls

    def stop(self, kind: str, timeout_ms: int, now: int) -> int:
        """The cloud is being told to stop it; the call's number."""
        track = self._tracks[kind]
        self._calls += 1
        if track.state == IDLE:
            self._events.append(Settled(self._calls))
            return self._calls
        self._fail_start(track, "stopped", "the stream was stopped before it began")
        track.state = STOPPING
        track.stopping.append((self._calls, now + timeout_ms))
        return self._calls

    def check(self, timeout_ms: int, now: int) -> int:
        """The cloud is being asked what runs; the call's number."""
        self._calls += 1
        self._checks.append((self._calls, now + timeout_ms))
        return self._calls

    def told(self, kind: str, status: Status) -> None:
        """The cloud said where a stream stands."""
        track = self._tracks[kind]
        if status.final and self._is_of_another(track, status):
            return
        track.status = status
        if status.status == BUSY:
            if track.state == STARTING:
                self._over(track, status)
            return
        if status.final:
            self._over(track, status)
            return
        track.stream_id = status.stream_id or track.stream_id
        if track.state == STARTING and status.live and self._watchable(status):
            track.state = RUNNING
            assert track.starting is not None
            self._events.append(Settled(track.starting[0], value=status))
            track.starting = None
        elif track.state == IDLE and status.live:
            track.state = RUNNING

    def checked(self, found: Existing | None) -> None:
        """The cloud said what runs: the answer to the oldest question."""
        if not self._checks:
            return
        call, _ = self._checks.pop(0)
        if call is not None:
            self._events.append(Settled(call, value=found))
        elif found is None:
            self._vanished()

    def came_back(self, timeout_ms: int, now: int) -> None:
        """The connection stands again."""
        if any(track.state == RUNNING for track in self._tracks.values()):
            self._checks.append((None, now + timeout_ms))
            self._events.append(Ask())

    def given_up(self, kind: str) -> None:
        """Whoever started it no longer waits."""
        track = self._tracks[kind]
        if track.state == STARTING:
            track.starting = None
            self._abandon(track)

    def ended(self) -> None:
        """The session is over, and all that waits or runs with it."""
        for track in self._tracks.values():
            if track.state in (RUNNING, STOPPING):
                self._tell_stopped(track)
            self._fail_start(track, errors.SESSION_ENDED, "the session ended before the stream began")
            self._release_stops(track)
            track.state = IDLE
        for call, _ in self._checks:
            if call is not None:
                error = stream_error("", errors.SESSION_ENDED, "the session ended before the answer came")
                self._events.append(Settled(call, error=error))
        self._checks = []

    def deadline(self) -> int | None:
        """When the first wait is over."""
        waits = [at for _, at in self._checks]
        for track in self._tracks.values():
            waits += [at for _, at in (*track.stopping, *((track.starting,) if track.starting else ()))]
        return min(waits, default=None)

    def timeout(self, now: int) -> None:
        """End the waits whose time is over."""
        for track in self._tracks.values():
            if track.starting is not None and track.starting[1] <= now:
                self._fail_start(track, errors.TIMEOUT, "the stream did not begin in time")
                self._abandon(track)
            for call, _ in [wait for wait in track.stopping if wait[1] <= now]:
                error = stream_error(track.stream_id, errors.TIMEOUT, "the cloud did not say that the stream stopped")
                self._events.append(Settled(call, error=error))
            track.stopping = [wait for wait in track.stopping if wait[1] > now]
        for asked, _ in [wait for wait in self._checks if wait[1] <= now]:
            if asked is not None:
                error = stream_error("", errors.TIMEOUT, "the cloud did not say whether a stream runs")
                self._events.append(Settled(asked, error=error))
        self._checks = [wait for wait in self._checks if wait[1] > now]

    def events(self) -> list[Event]:
        """Drain what is to be done, in order."""
        events, self._events = self._events, []
        return events

    @staticmethod
    def _is_of_another(track: _Track, status: Status) -> bool:
        if track.stream_id:
            return bool(status.stream_id) and status.stream_id != track.stream_id
        return track.state == STARTING and status.status == "stopped" and not _why(status)

    @staticmethod
    def _watchable(status: Status) -> bool:
        return isinstance(status, StreamStatus) or bool(status.hls_url)

    def _over(self, track: _Track, status: Status) -> None:
        self._fail_start(track, status.status, _why(status) or f"the stream ended: {status.status}")
        self._release_stops(track)
        track.state = IDLE

    def _fail_start(self, track: _Track, code: str, message: str) -> None:
        if track.starting is not None:
            self._events.append(Settled(track.starting[0], error=stream_error(track.stream_id, code, message)))
            track.starting = None

    def _release_stops(self, track: _Track) -> None:
        self._events += [Settled(call) for call, _ in track.stopping]
        track.stopping = []

    def _abandon(self, track: _Track) -> None:
        track.state = IDLE
        self._events.append(GiveUp(track.kind, track.stream_id))

    def _vanished(self) -> None:
        for track in self._tracks.values():
            if track.state == RUNNING:
                self._tell_stopped(track)

    def _tell_stopped(self, track: _Track) -> None:
        kind = StreamStatus if track.kind == RTMP else ManagedStreamStatus
        status = kind.of({"status": "stopped", "streamId": track.stream_id})
        self.told(track.kind, status)
        self._events.append(Changed(track.kind, status))


def _why(status: Status) -> str:
    return status.error_details if isinstance(status, StreamStatus) else status.message
