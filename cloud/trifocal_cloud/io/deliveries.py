"""Drives the deliveries: photos and errors to the servers of apps, written down so that a restart forgets none."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from trifocal_cloud import media
from trifocal_cloud.deliveries import AGAIN, REFUSED, TAKEN, Bring, Deliveries, Done, Parcel
from trifocal_cloud.io import rows
from trifocal_cloud.io.blobs import BlobMissingError, Blobs
from trifocal_cloud.io.database import Database, to_its_end
from trifocal_cloud.io.feed import Feed
from trifocal_cloud.io.outbound import Answer, Outbound, OutboundError, Picture
from trifocal_cloud.io.registry import Registry
from trifocal_cloud.io.tables import AppDeliveryRow, PhotoRow
from trifocal_cloud.photos import CLOUD, FAILED, Finished
from trifocal_cloud.trails import Step
from trifocal_shared import app_words, reasons
from trifocal_shared.clock import Clock
from trifocal_shared.driver import Driver

PHOTO_UPLOAD = "/photo-upload"
POST_S = 10.0
"""How long an app may take to take a photo."""
TRY_LATER = (408, 425, 429)

Failed = Callable[[str, str, str, str], None]
"""Called with user, package, reason and detail of what an app did not take."""

log = structlog.get_logger()


class Courier:
    """Brings what apps have asked for. `failed` hears of what could not be brought."""

    def __init__(
        self,
        *,
        clock: Clock,
        chance: Callable[[], float],
        database: Database,
        blobs: Blobs,
        registry: Registry,
        outbound: Outbound,
        feed: Feed,
        failed: Failed,
    ) -> None:
        self._clock = clock
        self._database = database
        self._blobs = blobs
        self._registry = registry
        self._outbound = outbound
        self._feed = feed
        self._failed = failed
        self._machine = Deliveries(chance)
        self._driver = Driver(self._machine, clock, self._drain)
        self._bringing: set[asyncio.Task[None]] = set()
        self._noting: set[asyncio.Task[None]] = set()
        self._packages: dict[tuple[str, str], str] = {}

    async def restore(self) -> None:
        """Take up what was not done when the cloud went down."""
        async with self._database.reading() as session:
            found = await session.scalars(select(AppDeliveryRow).where(AppDeliveryRow.done_at.is_(None)))
            for row in list(found):
                request = await rows.request(session, row.user, row.request_id)
                self._expect(row)
                key = (row.user, row.package, row.request_id)
                if request is None:  # the cloud went down before it could ask the glasses
                    self._machine.ready(key, reasons.CLOUD_ERROR, "", self._clock.now())
                elif request.finished_at is not None:
                    self._machine.ready(key, request.reason, "", self._clock.now())
        self._driver.poke()

    async def run(self) -> None:
        """Keep time until cancelled."""
        try:
            await self._driver.run()
        finally:
            for task in self._bringing:
                task.cancel()
            # What was brought is written down first, else the next cloud would bring it again.
            await asyncio.gather(*self._bringing, *self._noting, return_exceptions=True)

    async def expect(self, parcel: Parcel) -> None:
        """An app waits for this, which is durable when this returns."""
        row = AppDeliveryRow(
            user=parcel.user,
            request_id=parcel.request_id,
            package=parcel.package,
            webhook_url=parcel.webhook_url,
            auth_token=parcel.auth_token,
            created_at=self._clock.epoch_ms(),
            done_at=None,
            error="",
        )
        async with self._database.writing() as session:
            session.add(row)
        self._expect(row)

    def refuse(self, parcel: Parcel, reason: str, detail: str) -> None:
        """Bring this error at once; no request will answer for it."""
        if self._packages.get((parcel.user, parcel.request_id)) == parcel.package:
            del self._packages[(parcel.user, parcel.request_id)]
        self._machine.expected(parcel, 0, self._clock.now())
        self._machine.ready(parcel.key, reason, detail, self._clock.now())
        self._driver.poke()

    def settled(self, finished: Finished, photo: PhotoRow | None) -> None:
        """A request has its final answer, and that is durable."""
        ticket = finished.ticket
        package = self._packages.pop((ticket.user, ticket.request_id), None)
        if package is None:
            return
        reason = finished.reason if finished.status == FAILED else ""
        key = (ticket.user, package, ticket.request_id)
        self._machine.ready(key, reason, finished.word.detail, self._clock.now())
        self._driver.poke()

    def expire(self) -> None:
        """Look at the clock now, instead of when the next deadline was thought to be: it may have been moved."""
        self._machine.timeout(self._clock.now())
        self._driver.poke()

    def _expect(self, row: AppDeliveryRow) -> None:
        self._packages[(row.user, row.request_id)] = row.package
        parcel = Parcel(row.user, row.package, row.request_id, row.webhook_url, row.auth_token)
        age_ms = max(0, self._clock.epoch_ms() - row.created_at)
        self._machine.expected(parcel, age_ms, self._clock.now())

    def _drain(self) -> None:
        for event in self._machine.events():
            if isinstance(event, Bring):
                task, tasks = asyncio.create_task(self._bring(event)), self._bringing
            else:
                task, tasks = asyncio.create_task(self._note(event)), self._noting
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    async def _bring(self, event: Bring) -> None:
        parcel = event.parcel
        try:
            outcome, detail = _outcome(await self._post(event))
        except OutboundError as error:
            outcome = REFUSED if error.reason == app_words.ADDRESS_FORBIDDEN else AGAIN
            detail = error.detail
        except (BlobMissingError, SQLAlchemyError, OSError):
            log.exception("a photo for an app could not be read", request=parcel.request_id)
            outcome, detail = AGAIN, reasons.SENTENCES[reasons.CLOUD_ERROR]
        self._machine.tried(parcel.key, outcome, detail, self._clock.now())
        self._driver.poke()

    async def _post(self, event: Bring) -> Answer:
        parcel = event.parcel
        url = parcel.webhook_url
        if not url:
            app = self._registry.app(parcel.package)
            if app is None:
                return Answer(410, b"")
            url = app.public_url + PHOTO_UPLOAD
        if event.reason:
            headers = {"Authorization": f"Bearer {parcel.auth_token}"} if parcel.auth_token else {}
            return await self._outbound.post_json(url, self._error(event), POST_S, headers)
        photo = await to_its_end(self._photo(parcel))
        if photo is None or not photo.blob_key:
            return Answer(410, b"")
        name = f"{parcel.request_id}{media.EXTENSIONS[photo.mime_type]}"
        pieces = partial(self._blobs.stream, photo.blob_key)
        picture = Picture(parcel.request_id, photo.size, pieces, photo.mime_type, name)
        return await self._outbound.post_photo(url, picture, POST_S, parcel.auth_token)

    async def _photo(self, parcel: Parcel) -> PhotoRow | None:
        async with self._database.reading() as session:
            return await rows.photo_of_request(session, parcel.user, parcel.request_id)

    def _error(self, event: Bring) -> dict[str, object]:
        sentence = reasons.SENTENCES.get(event.reason, event.reason)
        return {
            "requestId": event.parcel.request_id,
            "type": "photo_error",
            "success": False,
            "errorCode": app_words.error_code(event.reason),
            "errorMessage": f"{sentence}: {event.detail}" if event.detail else sentence,
            "timestamp": datetime.fromtimestamp(self._clock.epoch_ms() / 1000, UTC).isoformat(),
        }

    def _tell(self, event: Done) -> None:
        """The console sees how the journey of a photo ends; a refusal that made no request has none."""
        parcel, at = event.parcel, self._clock.epoch_ms()
        trail = self._feed.trails(parcel.user).of_request(parcel.request_id)
        if trail is None:
            return
        step, detail = ("delivery_failed", event.detail) if event.error else ("delivered", parcel.package)
        trail.add(Step(CLOUD, step, at, detail))
        self._feed.publish(
            parcel.user,
            "step",
            at,
            requestId=parcel.request_id,
            pressId=trail.press_id,
            source=CLOUD,
            step=step,
            detail=detail,
            status=trail.status,
            final=False,
            reason="",
        )

    async def _note(self, event: Done) -> None:
        parcel = event.parcel
        self._tell(event)
        if event.error:
            self._failed(parcel.user, parcel.package, event.error, event.detail)
        done = update(AppDeliveryRow).where(
            AppDeliveryRow.user == parcel.user,
            AppDeliveryRow.request_id == parcel.request_id,
            AppDeliveryRow.package == parcel.package,
        )
        try:
            async with self._database.writing() as session:
                await session.execute(done.values(done_at=self._clock.epoch_ms(), error=event.error))
        except (SQLAlchemyError, OSError):
            log.exception("a delivery could not be written down", request=parcel.request_id)


def _outcome(answer: Answer) -> tuple[str, str]:
    if answer.ok:
        return TAKEN, ""
    later = answer.status >= 500 or answer.status in TRY_LATER
    return AGAIN if later else REFUSED, f"its server answered {answer.status}"
