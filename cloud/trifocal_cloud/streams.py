"""Streams: at most one live stream of each user's glasses, from its start to the one word that ends it.

    INITIALIZING ──▶ ACTIVE ⇄ DEGRADED, RECONNECTING
         └──────────────┴───────────┴──▶ STOPPING ──▶ STOPPED | ERROR | TIMEOUT

A direct stream goes to an address of an app's own, and only that app stops it; a managed one goes through our media
plane and belongs to all apps that joined it: the first starts it, GRACE_MS after the last has left it ends. A second
stream beside the first is refused, to whoever asks, with the name of who has the camera.

The glasses are the source of truth. What they say of a stream that nobody here knows of is answered with a stop; what
they say of one that was kept over a restart takes it up again. A direct stream is ACTIVE when the glasses say that
bytes go out, a managed one when media is at the ingest. Keep-alives are the tracker's; while the glasses are out of
reach nothing is final until their own watchdog must have ended the stream.

It promises that each app that was told of a stream is told its end, once; that a stop is confirmed by the glasses or
said again; and that a status which came by another user's glasses changes nothing.
"""

from trifocal_cloud import stream_events, stream_tracker
from trifocal_cloud import stream_words as words
from trifocal_cloud.stream import Event, Forget, Keep, Playback, Provision, Release, Stream, Tell, TellBusy, ToGlasses
from trifocal_cloud.stream_tracker import StreamTracker
from trifocal_cloud.waits import Waits
from trifocal_shared import reasons
from trifocal_shared import stream_messages as wire

START_MS = 25_000
"""From the wish to the first media; the real client of managed streams waits 30 s (PROTOCOL-apps §5.2)."""

AWAY_MS = wire.SILENCE_MS + 5_000
"""After so long out of reach the glasses have ended the stream by themselves."""

AGAIN_MS = 5_000
"""After so long without a word of the glasses the start is said again: the same one twice is one."""

GRACE_MS = 30_000
"""How long a managed stream goes on without an app."""

START, AGAIN, AWAY, GRACE = "start", "again", "away", "grace"


class Streams:
    """See the top of the file. `interval_ms` is how often a stream is kept alive."""

    def __init__(self, interval_ms: int = wire.KEEP_ALIVE_MS) -> None:
        self.tracker = StreamTracker(interval_ms)
        self._streams: dict[str, Stream] = {}
        self._of_user: dict[str, Stream] = {}
        self._away: set[str] = set()
        self._waits: Waits[tuple[str, str]] = Waits()
        self._events: list[Event] = []

    def of(self, user: str) -> Stream | None:
        """The stream of this user's glasses."""
        return self._of_user.get(user)

    def by_id(self, stream_id: str) -> Stream | None:
        """The stream with this id."""
        return self._streams.get(stream_id)

    def wanted(self, stream: Stream, package: str, now: int) -> str:
        """An app asks for this stream: the reason why it cannot be had, which only the app is to be told of.

        Else empty, and the app is told `initializing`, or the present state of the one that it joins.
        """
        running = self._of_user.get(stream.user)
        if running is not None and running.managed and stream.managed and running.status != words.STOPPING:
            self._join(running, package)
            return ""
        if running is not None:
            self._events.append(TellBusy(stream.user, running.app_id, running.stream_id))
            return reasons.CAMERA_BUSY
        if stream.user in self._away:
            return reasons.GLASSES_OFFLINE
        self._begin(stream, package, now)
        return ""

    def restored(self, stream: Stream, now: int) -> None:
        """Before the restart this one ran, and perhaps it does; or it was to end, and still is."""
        self._streams[stream.stream_id] = self._of_user[stream.user] = stream
        self.tracker.track(stream.stream_id, now)
        self._waits.set((stream.stream_id, AWAY), now + AWAY_MS)
        if stream.status == words.STOPPING:
            self.tracker.stop(stream.stream_id, now)
            self._carry(now)
        elif stream.managed:
            self._events.append(Provision(stream))
            if not stream.viewers:
                self._waits.set((stream.stream_id, GRACE), now + GRACE_MS)

    def provisioned(self, stream_id: str, url: str, playback: Playback, now: int) -> None:
        """There is a place for this managed stream: glasses publish to `url`."""
        stream = self._streams.get(stream_id)
        if stream is None:
            self._events.append(Release(stream_id))
            return
        stream.playback = playback
        if not stream.url:
            stream.url = url
            self._events.append(Keep(stream))
            self._say_start(stream, now)

    def not_provisioned(self, stream_id: str, reason: str, now: int) -> None:
        """There is none."""
        if stream_id in self._streams:
            self._over(self._streams[stream_id], words.ERROR, reason)

    def flowing(self, stream_id: str, flowing: bool, now: int) -> None:
        """Media of a managed stream has come to the ingest, or its publisher is gone."""
        stream = self._streams.get(stream_id)
        if stream is not None and stream.status != words.STOPPING:
            stream.flowing = flowing
            if flowing:
                self._waits.cancel((stream_id, START))
            self._become(stream, words.ACTIVE if flowing else words.RECONNECTING)

    def unwanted(self, user: str, package: str, managed: bool, stream_id: str, now: int) -> None:
        """An app wants its stream no more; with an empty id whichever it has. It is told `stopped` in any case."""
        stream = self._of_user.get(user)
        mine = stream is not None and stream.managed == managed and package in stream.viewers
        if stream is None or not mine or stream_id not in ("", stream.stream_id):
            self._events.append(Tell(user, package, managed, stream_id, words.STOPPED))
        elif not managed:
            self._stop(stream, now)
        else:
            self._leave(stream, package, now, at_once=True)

    def app_gone(self, user: str, package: str, now: int) -> None:
        """This app has stopped running for the user."""
        stream = self._of_user.get(user)
        if stream is None or package not in stream.viewers:
            return
        if stream.managed:
            self._leave(stream, package, now, at_once=False)
        else:
            self._stop(stream, now)

    def glasses_said(self, user: str, said: wire.GlassesStreamStatus, now: int) -> None:
        """The user's glasses say where a stream stands."""
        stream = self._of_user.get(user)
        meant = words.SAID.get(said.status)
        if meant is None:
            return
        if stream is None or said.stream_id != stream.stream_id:
            if meant not in wire.FINAL and said.stream_id:
                self._events.append(ToGlasses(user, wire.StopRtmpStream(stream_id=said.stream_id)))
            return
        self._waits.cancel((stream.stream_id, AGAIN))
        if meant in wire.FINAL:
            asked = stream.status == words.STOPPING
            self._over(stream, words.STOPPED if asked else meant, "" if asked else said.error_details)
        elif stream.status != words.STOPPING:
            self.tracker.heard(stream.stream_id, now)
            self._moved(stream, meant, said)

    def acked(self, user: str, ack: wire.KeepAliveAck, now: int) -> None:
        """The user's glasses answer a keep-alive."""
        stream = self._of_user.get(user)
        if stream is not None and stream.stream_id == ack.stream_id:
            self.tracker.acked(ack.stream_id, ack.ack_id, now)
            self._carry(now)

    def reachable(self, user: str, reachable: bool, now: int) -> None:
        """Whether this user's glasses are within reach."""
        (self._away.discard if reachable else self._away.add)(user)
        stream = self._of_user.get(user)
        if stream is None:
            return
        self.tracker.reachable(stream.stream_id, reachable, now)
        if reachable:
            self._waits.cancel((stream.stream_id, AWAY))
        elif (stream.stream_id, AWAY) not in self._waits:
            self._waits.set((stream.stream_id, AWAY), now + AWAY_MS)
            if stream.status != words.STOPPING:
                self._become(stream, words.RECONNECTING, reasons.GLASSES_OFFLINE)
        self._carry(now)

    def deadline(self) -> int | None:
        """When to be woken."""
        return min((at for at in (self.tracker.deadline(), self._waits.deadline()) if at is not None), default=None)

    def timeout(self, now: int) -> None:
        """Time has passed."""
        while (due := self._waits.next(now)) is not None:
            self._overdue(*due, now)
        self.tracker.timeout(now)
        self._carry(now)

    def events(self) -> list[Event]:
        """Drain what is to be done, in this order."""
        events, self._events = self._events, []
        return events

    def _begin(self, stream: Stream, package: str, now: int) -> None:
        stream.viewers = [package]
        self._streams[stream.stream_id] = self._of_user[stream.user] = stream
        self._waits.set((stream.stream_id, START), now + START_MS)
        self._events.append(Keep(stream))
        self._tell(stream, package)
        if stream.managed:
            self._events.append(Provision(stream))
        else:
            self._say_start(stream, now)

    def _say_start(self, stream: Stream, now: int) -> None:
        self._events.append(ToGlasses(stream.user, stream.start()))
        self._waits.set((stream.stream_id, AGAIN), now + AGAIN_MS)
        self.tracker.track(stream.stream_id, now)

    def _join(self, stream: Stream, package: str) -> None:
        self._waits.cancel((stream.stream_id, GRACE))
        if package not in stream.viewers:
            stream.viewers.append(package)
            self._events.append(Keep(stream))
        self._tell(stream, package)

    def _leave(self, stream: Stream, package: str, now: int, at_once: bool) -> None:
        stream.viewers.remove(package)
        self._events.append(Keep(stream))
        self._events.append(Tell(stream.user, package, True, stream.stream_id, words.STOPPED))
        if not stream.viewers and at_once:
            self._stop(stream, now)
        elif not stream.viewers:
            self._waits.set((stream.stream_id, GRACE), now + GRACE_MS)

    def _moved(self, stream: Stream, meant: str, said: wire.GlassesStreamStatus) -> None:
        if meant == words.ACTIVE and (stream.flowing or not stream.managed):
            self._waits.cancel((stream.stream_id, START))
            self._become(stream, words.ACTIVE, stats=said.stats)
        elif meant == words.RECONNECTING:
            self._become(stream, words.RECONNECTING, said.error_details)

    def _become(self, stream: Stream, status: str, reason: str = "", stats: dict[str, object] | None = None) -> None:
        if (status, reason) == (stream.status, stream.reason) and not stats:
            return
        stream.status, stream.reason = status, reason
        for package in stream.viewers:
            self._tell(stream, package, stats)

    def _tell(self, stream: Stream, package: str, stats: dict[str, object] | None = None) -> None:
        word = stream.status, stream.reason, stats or {}, stream.playback
        self._events.append(Tell(stream.user, package, stream.managed, stream.stream_id, *word))

    def _stop(self, stream: Stream, now: int) -> None:
        """End it on the glasses; until they confirm that, it is there."""
        for what in (START, AGAIN, GRACE):
            self._waits.cancel((stream.stream_id, what))
        if not stream.url:
            self._over(stream, words.STOPPED)
        elif stream.status != words.STOPPING:
            self._become(stream, words.STOPPING)
            self._events.append(Keep(stream))
            self.tracker.stop(stream.stream_id, now)
            self._carry(now)

    def _fail(self, stream: Stream, reason: str, now: int) -> None:
        """It is over for the apps, whatever the glasses still do until they hear of it."""
        self._become(stream, words.ERROR, reason)
        stream.viewers.clear()
        self._stop(stream, now)

    def _over(self, stream: Stream, status: str, reason: str = "") -> None:
        self._become(stream, status, reason)
        self.tracker.ended(stream.stream_id)
        for what in (START, AGAIN, AWAY, GRACE):
            self._waits.cancel((stream.stream_id, what))
        del self._streams[stream.stream_id], self._of_user[stream.user]
        if stream.managed:
            self._events.append(Release(stream.stream_id))
        self._events.append(Forget(stream.stream_id))

    def _overdue(self, stream_id: str, what: str, now: int) -> None:
        stream = self._streams[stream_id]
        if what == GRACE:
            self._stop(stream, now)
        elif what == AGAIN:
            self._say_start(stream, now)
        elif what == START:
            self._fail(stream, stream.reason or reasons.TIMED_OUT, now)
        else:
            self._over(
                stream, words.STOPPED if stream.status == words.STOPPING else words.ERROR, reasons.GLASSES_OFFLINE
            )

    def _carry(self, now: int) -> None:
        for event in self.tracker.events():
            stream = self._streams[event.stream_id]
            if isinstance(event, stream_events.KeepAlive):
                self._events.append(ToGlasses(stream.user, stream.keep_alive(event.ack_id)))
            elif isinstance(event, stream_events.Stop):
                self._events.append(ToGlasses(stream.user, stream.stop()))
            elif isinstance(event, stream_events.Unconfirmed):
                self._over(stream, words.STOPPED, reasons.GLASSES_SILENT)
            elif isinstance(event, stream_events.Lost):
                self._fail(stream, reasons.GLASSES_SILENT, now)
            elif event.state == stream_tracker.DEGRADED and stream.status == words.ACTIVE:
                self._become(stream, words.DEGRADED, reasons.GLASSES_SILENT)
            elif event.state == stream_tracker.ALIVE and stream.status == words.DEGRADED:
                self._become(stream, words.ACTIVE)
