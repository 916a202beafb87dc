"""Drives the live streams: joins them with the apps that want them, the gateways, and what is kept over a restart."""

import asyncio
import json
from collections.abc import Callable
from typing import NamedTuple

import structlog
from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError

from trifocal_cloud import stream_words as words
from trifocal_cloud.apps import App
from trifocal_cloud.io.app_streams import HEARING
from trifocal_cloud.io.database import Database, to_its_end
from trifocal_cloud.io.gateways import Gateways
from trifocal_cloud.io.refusals import RefusedError
from trifocal_cloud.io.running_apps import RunningApps
from trifocal_cloud.io.tables import LiveStreamRow
from trifocal_cloud.limits import Allowance
from trifocal_cloud.sessions import Session
from trifocal_cloud.stream import Forget, Keep, Provision, Release, Stream, Tell, TellBusy, ToGlasses, Wishes
from trifocal_cloud.stream_address import checked
from trifocal_cloud.streams import Streams
from trifocal_cloud.switchboard import Switchboard
from trifocal_shared import app_words, reasons
from trifocal_shared.app_messages import ManagedStreamStatus, RtmpStreamRequest, RtmpStreamStatus
from trifocal_shared.clock import Clock
from trifocal_shared.driver import Driver
from trifocal_shared.message import Message
from trifocal_shared.stream_messages import GlassesStreamStatus, KeepAliveAck, KeepRtmpStreamAlive, StartRtmpStream

PER_SECOND, BURST = 1, 10
"""Streams that one app may ask of one user."""

ID_DIGITS = 12
"""Of a stream's id: it travels in every keep-alive, over Bluetooth too."""

NAMES = ("rtmp_stream_status",)

STATUSES = {reasons.BAD_URL: 422, app_words.RATE_LIMITED: 429}
"""What HTTP answers with; anything else is a conflict with how things stand."""

log = structlog.get_logger()


class _Row(NamedTuple):
    """To be written down, or with no row to be removed."""

    stream_id: str
    row: LiveStreamRow | None


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
        networks: str,
        interval_ms: int,
    ) -> None:
        self._clock = clock
        self._new_id = new_id
        self._database = database
        self._gateways = gateways
        self._apps = apps
        self._switchboard = switchboard
        self._networks = networks
        self._machine = Streams(interval_ms)
        self._driver = Driver(self._machine, clock, self._drain)
        self._allowance = Allowance(PER_SECOND, BURST)
        self._noted: asyncio.Queue[_Row] = asyncio.Queue()
        self.told: list[Callable[[str, str, str, bytes, int], None]] = []
        """Called with user, package, stream, the JSON of a status, and when that was: for the app's other ears."""
        gateways.changed.append(self._glasses_changed)
        gateways.of_streams.append(self._glasses_said)
        apps.changed.append(self._app_changed)

    async def restore(self) -> None:
        """Take up the streams that ran when the cloud went down, as the glasses perhaps still do."""
        async with self._database.reading() as session:
            found = list(await session.scalars(select(LiveStreamRow)))
        for row in found:
            wishes = Wishes(row.video, row.audio, row.options)
            stream = Stream(row.stream_id, row.user, row.owner, wishes, row.created_at, row.url)
            stream.viewers = row.viewers
            self._machine.restored(stream, self._clock.now())
        self._driver.poke()

    async def run(self) -> None:
        """Keep time and write down until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._driver.run())
            group.create_task(self._write())

    async def close(self) -> None:
        """Write down what was decided last: it counts after the restart too."""
        while not self._noted.empty():
            await self._write_row(self._noted.get_nowait())

    def of(self, user: str) -> Stream | None:
        """The stream of this user's glasses."""
        return self._machine.of(user)

    def by_id(self, stream_id: str) -> Stream | None:
        """The stream with this id, while it runs."""
        return self._machine.by_id(stream_id)

    def want_direct(self, app: App, user: str, request: RtmpStreamRequest) -> None:
        """An app wants to stream to an address of its own; it is told how that goes, also when it does not."""
        stream = self._direct(app, user, request)
        reason = self._refusal(app, stream)
        if reason:
            self._tell(Tell(user, app.package, False, "", words.ERROR, reason))
            return
        self._machine.wanted(stream, app.package, self._clock.now())
        self._driver.poke()

    def begin_direct(self, app: App, user: str, request: RtmpStreamRequest) -> Stream:
        """The same for whoever waits for an answer. Raises RefusedError when it cannot begin."""
        stream, running, session = self._direct(app, user, request), self.of(user), self._gateways.session(user)
        reason = self._refusal(app, stream)
        if not reason and session is not None and not session.glasses.reachable:
            reason = reasons.GLASSES_OFFLINE
        if reason:
            raise RefusedError(STATUSES.get(reason, 409), reason)
        if running is not None:
            sentence = f"{reasons.SENTENCES[reasons.CAMERA_BUSY]}, by {running.owner or 'a stream through this cloud'}"
            raise RefusedError(409, reasons.CAMERA_BUSY, sentence)
        self._machine.wanted(stream, app.package, self._clock.now())
        self._driver.poke()
        return stream

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

    def _refusal(self, app: App, stream: Stream) -> str:
        try:
            checked(stream.url, self._networks)
        except ValueError:
            return reasons.BAD_URL
        session = self._gateways.session(stream.user)
        if session is None or not session.connected:
            return reasons.GATEWAY_OFFLINE
        granted = self._allowance.granted((app.package, stream.user), self._clock.now())
        return "" if granted else app_words.RATE_LIMITED

    # What others tell

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

    # What the machine says

    def _drain(self) -> None:
        for event in self._machine.events():
            if isinstance(event, ToGlasses):
                if isinstance(event.message, (StartRtmpStream, KeepRtmpStreamAlive)):
                    event.message.timestamp = self._clock.epoch_ms()
                self._gateways.tell(event.user, event.message)
            elif isinstance(event, Tell):
                self._tell(event)
            elif isinstance(event, TellBusy):
                self._tell_busy(event)
            elif isinstance(event, Keep):
                self._noted.put_nowait(_Row(event.stream.stream_id, _row(event.stream)))
            elif isinstance(event, Forget):
                self._noted.put_nowait(_Row(event.stream_id, None))
            elif isinstance(event, Provision):
                self._machine.not_provisioned(event.stream.stream_id, reasons.UNSUPPORTED, self._clock.now())
            else:
                assert isinstance(event, Release), "nothing is provided yet"

    def _tell(self, word: Tell) -> None:
        log.info("stream", user=word.user, package=word.package, stream=word.stream_id, status=word.status)
        details = word.reason  # glasses of MentraOS say a sentence of their own
        if word.reason in reasons.SENTENCES:
            details = f"{word.reason}: {reasons.SENTENCES[word.reason]}"
        status: ManagedStreamStatus | RtmpStreamStatus
        if word.managed:
            status = ManagedStreamStatus(status=word.status, stream_id=word.stream_id, message=details)
        else:
            status = RtmpStreamStatus(
                status=word.status, stream_id=word.stream_id, error_details=details, app_id=word.package
            )
        more: dict[str, object] = {"stats": word.stats} if word.stats else {}
        for line in self._apps.lines.of_user(word.user):
            if line.package == word.package:
                line.say(status, **more)
        raw = json.dumps(status.to_wire() | more, separators=(",", ":")).encode()
        for tells in self.told:
            tells(word.user, word.package, status.TYPE, raw, self._clock.epoch_ms())
        if word.reason and word.status == words.ERROR:
            self._apps.fault(word.user, word.package, word.reason, "")

    def _tell_busy(self, word: TellBusy) -> None:
        said = {"type": NAMES[0], "status": words.BUSY, "streamId": word.stream_id, "appId": word.package}
        raw = json.dumps(said, separators=(",", ":")).encode()
        self._switchboard.relay(word.user, NAMES, raw, self._clock.epoch_ms())

    async def _write(self) -> None:
        while True:
            noted = await self._noted.get()
            try:
                await to_its_end(self._write_row(noted))
            except (SQLAlchemyError, OSError):
                log.exception("a stream could not be written down", stream=noted.stream_id)

    async def _write_row(self, noted: _Row) -> None:
        async with self._database.writing() as session:
            if noted.row is not None:
                await session.merge(noted.row)
            else:
                await session.execute(delete(LiveStreamRow).where(LiveStreamRow.stream_id == noted.stream_id))


def _row(stream: Stream) -> LiveStreamRow:
    return LiveStreamRow(
        stream_id=stream.stream_id,
        user=stream.user,
        owner=stream.owner,
        url=stream.url,
        video=stream.wishes.video,
        audio=stream.wishes.audio,
        options=stream.wishes.stream,
        viewers=list(stream.viewers),
        created_at=stream.created_ms,
    )
