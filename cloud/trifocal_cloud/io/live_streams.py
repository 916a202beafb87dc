"""Drives the live streams: joins them with the apps that want them, the gateways, and what is kept over a restart."""

import asyncio
import json
from collections.abc import Callable

import structlog

from trifocal_cloud import stream_words as words
from trifocal_cloud.apps import App
from trifocal_cloud.io.app_streams import HEARING
from trifocal_cloud.io.database import Database
from trifocal_cloud.io.gateways import Gateways
from trifocal_cloud.io.refusals import RefusedError
from trifocal_cloud.io.restreaming import Restreaming
from trifocal_cloud.io.running_apps import RunningApps
from trifocal_cloud.io.stream_rows import StreamRows
from trifocal_cloud.limits import Allowance
from trifocal_cloud.live.io.ingest import Ingest
from trifocal_cloud.live.stream import Event as Moved
from trifocal_cloud.live.stream import Flowing, Publishing, Statistics
from trifocal_cloud.sessions import Session
from trifocal_cloud.stream import Event, Forget, Keep, Playback, Provision, Stream, Tell, TellBusy, ToGlasses, Wishes
from trifocal_cloud.stream_address import checked
from trifocal_cloud.streams import Streams
from trifocal_cloud.switchboard import Switchboard
from trifocal_shared import app_words, reasons
from trifocal_shared.app_messages import (
    ManagedStreamRequest,
    ManagedStreamStatus,
    RtmpStreamRequest,
    RtmpStreamStatus,
)
from trifocal_shared.clock import Clock
from trifocal_shared.driver import Driver
from trifocal_shared.message import Message, ProtocolError
from trifocal_shared.stream_messages import GlassesStreamStatus, KeepAliveAck, KeepRtmpStreamAlive, StartRtmpStream

PER_SECOND, BURST = 1, 10
"""Streams that one app may ask of one user."""

ID_DIGITS = 12
"""Of a stream's id: it travels in every keep-alive, over Bluetooth too."""

PLACE_S = 86_400
"""How long the addresses of a managed stream are good."""

NAMES = ("rtmp_stream_status",)

STATUSES = {reasons.BAD_URL: 422, app_words.RATE_LIMITED: 429}
"""What HTTP answers with; anything else is a conflict with how things stand."""

log = structlog.get_logger()


class LiveStreams:
    """See the top of the file. `interval_ms` is how often a stream is kept alive."""

    def __init__(
        self,
        *,
        clock: Clock,
        new_id: Callable[[], str],
        database: Database,
        gateways: Gateways,
        apps: RunningApps,
        switchboard: Switchboard,
        ingest: Ingest,
        networks: str,
        interval_ms: int,
    ) -> None:
        self._clock = clock
        self._new_id = new_id
        self._gateways = gateways
        self._apps = apps
        self._switchboard = switchboard
        self._networks = networks
        self._machine = Streams(interval_ms)
        self._driver = Driver(self._machine, clock, self._drain)
        self._allowance = Allowance(PER_SECOND, BURST)
        self._rows = StreamRows(database)
        self._ingest = ingest
        self._restreaming = Restreaming(ingest, self._sent_on)
        ingest.changed.append(self._ingest_changed)
        self.told: list[Callable[[str, str, str, bytes, int], None]] = []
        """Called with user, package, stream, the JSON of a status, and when that was: for the app's other ears."""
        gateways.changed.append(self._glasses_changed)
        gateways.of_streams.append(self._glasses_said)
        apps.changed.append(self._app_changed)

    async def restore(self) -> None:
        """Take up the streams that ran when the cloud went down, as the glasses perhaps still do; then `expire`."""
        for stream in await self._rows.load():
            self._machine.restored(stream, self._clock.now())
            self._drain()
            self._restreaming.restored(stream)

    async def run(self) -> None:
        """Keep time and write down until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._driver.run())
            group.create_task(self._rows.run())

    async def close(self) -> None:
        """Write down what was decided last."""
        await self._rows.close()

    def of(self, user: str) -> Stream | None:
        """The stream of this user's glasses."""
        return self._machine.of(user)

    def by_id(self, stream_id: str) -> Stream | None:
        """The stream with this id, while it runs."""
        return self._machine.by_id(stream_id)

    def want_direct(self, app: App, user: str, request: RtmpStreamRequest) -> None:
        """An app wants to stream to an address of its own; it is told how that goes, also when it does not."""
        stream = self._direct(app, user, request)
        self._asked(app, stream, self._refusal(app, stream))

    def want_managed(self, app: App, user: str, request: ManagedStreamRequest) -> None:
        """An app wants to stream through this cloud, or to join the stream that runs."""
        if self._asked(app, self._managed(user, request), self._unable(app, user)):
            self._send_on(user, app.package, request.restream_destinations)

    def begin_direct(self, app: App, user: str, request: RtmpStreamRequest) -> Stream:
        """The same for whoever waits for an answer. Raises RefusedError when it cannot begin."""
        stream = self._direct(app, user, request)
        return self._begun(app, stream, self._refusal(app, stream))

    def begin_managed(self, app: App, user: str, request: ManagedStreamRequest) -> Stream:
        """The same for a stream through this cloud; the one that runs, if one does."""
        stream = self._begun(app, self._managed(user, request), self._unable(app, user))
        self._send_on(user, app.package, request.restream_destinations)
        return stream

    def outputs(self, stream: Stream, package: str) -> list[dict[str, str]]:
        """Where an app's stream is sent on to, and how that goes."""
        return self._restreaming.outputs(stream.stream_id, package)

    def unwanted(self, user: str, package: str, managed: bool, stream_id: str) -> None:
        """An app wants its stream no more; with an empty id whichever it has."""
        self._machine.unwanted(user, package, managed, stream_id, self._clock.now())
        self._driver.poke()

    def expire(self) -> None:
        """Look at the clock now, instead of when the next deadline was thought to be: it may have been moved."""
        self._machine.timeout(self._clock.now())
        self._driver.poke()

    def _direct(self, app: App, user: str, request: RtmpStreamRequest) -> Stream:
        stream_id = "s" + self._new_id()[:ID_DIGITS]
        wishes = Wishes(request.video, request.audio, request.stream)
        return Stream(stream_id, user, app.package, wishes, self._clock.epoch_ms(), request.rtmp_url.strip())

    def _managed(self, user: str, request: ManagedStreamRequest) -> Stream:
        wishes = Wishes(request.video, request.audio, request.stream)
        return Stream("m" + self._new_id()[:ID_DIGITS], user, "", wishes, self._clock.epoch_ms())

    def _want(self, stream: Stream, app: App) -> str:
        reason = self._machine.wanted(stream, app.package, self._clock.now())
        self._driver.poke()
        return reason

    def _asked(self, app: App, stream: Stream, reason: str) -> bool:
        reason = reason or self._want(stream, app)
        if reason:
            self._tell(Tell(stream.user, app.package, stream.managed, "", words.ERROR, reason))
        return not reason

    def _begun(self, app: App, stream: Stream, reason: str) -> Stream:
        running = self.of(stream.user)
        reason = reason or self._want(stream, app)
        if reason == reasons.CAMERA_BUSY and running is not None:
            holder = running.owner or "a stream through this cloud"
            raise RefusedError(409, reason, f"{reasons.SENTENCES[reason]}, by {holder}")
        if reason:
            raise RefusedError(STATUSES.get(reason, 409), reason)
        found = self.of(stream.user)
        assert found is not None
        return found

    def _refusal(self, app: App, stream: Stream) -> str:
        try:
            checked(stream.url, self._networks)
        except ProtocolError as error:
            return error.code
        return self._unable(app, stream.user)

    def _unable(self, app: App, user: str) -> str:
        session = self._gateways.session(user)
        if session is None or not session.connected:
            return reasons.GATEWAY_OFFLINE
        granted = self._allowance.granted((app.package, user), self._clock.now())
        return "" if granted else app_words.RATE_LIMITED

    def _glasses_changed(self, user: str, session: Session | None) -> None:
        reachable = session is not None and session.connected and session.glasses.reachable
        self._machine.reachable(user, reachable, self._clock.now())
        self._driver.poke()

    def _glasses_said(self, user: str, message: Message) -> None:
        now = self._clock.now()
        if isinstance(message, KeepAliveAck):
            self._machine.acked(user, message, now)
        elif isinstance(message, GlassesStreamStatus):
            self._machine.glasses_said(user, message, now)
        self._driver.poke()

    def _app_changed(self, user: str, package: str) -> None:
        view = self._apps.view(user, package)
        if view is None or view.state not in HEARING:
            self._machine.app_gone(user, package, self._clock.now())
            self._driver.poke()

    def _drain(self) -> None:
        while events := self._machine.events():  # a place that is provided leads to more
            for event in events:
                self._do(event)

    def _do(self, event: Event) -> None:
        if isinstance(event, ToGlasses):
            if isinstance(event.message, (StartRtmpStream, KeepRtmpStreamAlive)):
                event.message.timestamp = self._clock.epoch_ms()
            self._gateways.tell(event.user, event.message)
        elif isinstance(event, Tell):
            self._tell(event)
        elif isinstance(event, TellBusy):
            self._tell_busy(event)
        elif isinstance(event, Keep):
            self._rows.keep(event.stream)
        elif isinstance(event, Forget):
            self._rows.forget(event.stream_id)
        elif isinstance(event, Provision):
            self._provide(event.stream)
        else:
            self._restreaming.over(event.stream_id)
            self._ingest.release(event.stream_id)

    def _provide(self, stream: Stream) -> None:
        made = self._ingest.provision(stream.stream_id, PLACE_S)
        self._ingest.webrtc.prepare()
        playback = Playback(made.hls_url, made.dash_url, made.webrtc_url, made.page_url, made.still_url)
        self._machine.provisioned(stream.stream_id, made.publish_url, playback, self._clock.now())

    def _send_on(self, user: str, package: str, wanted: list[object]) -> None:
        stream = self.of(user)
        if wanted and stream is not None and stream.managed and package in stream.viewers:
            self._restreaming.wanted(stream, package, wanted)
            self._rows.keep(stream)

    def _sent_on(self, stream_id: str, package: str) -> None:
        stream = self.by_id(stream_id)
        if stream is not None and stream.status == words.ACTIVE and package in stream.viewers:
            self._tell(Tell(stream.user, package, True, stream_id, words.ACTIVE, playback=stream.playback))

    def _ingest_changed(self, stream_id: str, event: Moved, statistics: Statistics) -> None:
        if not isinstance(event, Publishing):
            self._machine.flowing(stream_id, isinstance(event, Flowing), self._clock.now())
            self._driver.poke()

    def _tell(self, word: Tell) -> None:
        log.info("stream", user=word.user, package=word.package, stream=word.stream_id, status=word.status)
        details = words.explained(word.reason)
        status: ManagedStreamStatus | RtmpStreamStatus
        if word.managed:
            status = ManagedStreamStatus(status=word.status, stream_id=word.stream_id, message=details)
            if word.playback is not None:
                status.hls_url, status.dash_url, status.webrtc_url = word.playback[:3]
                status.preview_url, status.thumbnail_url = word.playback[3:]
        else:
            status = RtmpStreamStatus(
                status=word.status, stream_id=word.stream_id, error_details=details, app_id=word.package
            )
        more: dict[str, object] = {"stats": word.stats} if word.stats else {}
        if outputs := self._restreaming.outputs(word.stream_id, word.package):
            more["outputs"] = outputs
        for line in self._apps.lines.of_user(word.user):
            if line.package == word.package:
                line.say(status, **more)
        raw = json.dumps(status.to_wire() | more, separators=(",", ":")).encode()
        for tells in self.told:
            tells(word.user, word.package, status.TYPE, raw, self._clock.epoch_ms())
        if word.reason and word.status == words.ERROR:
            self._apps.fault(word.user, word.package, word.reason, "")
        if word.managed and word.status in (words.STOPPED, words.ERROR):
            self._restreaming.left(word.stream_id, word.package)

    def _tell_busy(self, word: TellBusy) -> None:
        said = {"type": NAMES[0], "status": words.BUSY, "streamId": word.stream_id, "appId": word.package}
        raw = json.dumps(said, separators=(",", ":")).encode()
        self._switchboard.relay(word.user, NAMES, raw, self._clock.epoch_ms())
