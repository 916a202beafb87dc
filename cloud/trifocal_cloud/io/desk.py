"""Drives the photo desk: its rows, the trails and the events follow what it decides, in that order.

A final answer is told only after it is durable. One task writes and tells, so that everybody sees one order.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import SQLAlchemyError

from trifocal_cloud.io import rows
from trifocal_cloud.io.answers import photo_body
from trifocal_cloud.io.database import Database, to_its_end
from trifocal_cloud.io.feed import Feed
from trifocal_cloud.io.refusals import RefusedError
from trifocal_cloud.io.tables import PhotoRequestRow, PhotoRow
from trifocal_cloud.io.turns import Turns
from trifocal_cloud.media import PHOTO, VIDEO
from trifocal_cloud.photos import (
    CAPTURED,
    FAILED,
    REQUESTED,
    STORED,
    SYSTEM_BUDGET_MS,
    VIDEO_BUDGET_MS,
    Finished,
    PhotoDesk,
    Stepped,
    Ticket,
)
from trifocal_cloud.trails import Step, Trail
from trifocal_shared import reasons
from trifocal_shared.clock import Clock
from trifocal_shared.driver import Driver
from trifocal_shared.messages import LOCAL_PREFIX, PhotoStatus

OPEN_LIMIT = 50
"""How many requests of one user may be open."""

CLOCK_SLACK_MS = 5_000
"""A step's own time is believed unless it lies this far in the future."""

Settled = Callable[[Finished, PhotoRow | None], None]

log = structlog.get_logger()


@dataclass(frozen=True)
class _Noted:
    event: Stepped | Finished
    at: int


class Desk:
    """What the rest of the cloud asks of the photo desk."""

    def __init__(self, clock: Clock, database: Database, feed: Feed) -> None:
        self._clock = clock
        self._database = database
        self._feed = feed
        self._machine = PhotoDesk()
        self._driver = Driver(self._machine, clock, self._drain)
        self._noted: asyncio.Queue[_Noted] = asyncio.Queue()
        self._stored: dict[tuple[str, str], PhotoRow] = {}
        self.settled: list[Settled] = []
        """Called with every final answer, once it is durable, and the photo if there is one."""
        self.turns = Turns()

    async def restore(self) -> None:
        """Take up the requests that were open when the cloud went down; their time begins again."""
        async with self._database.reading() as session:
            for row in await rows.open_requests(session):
                budget_ms = VIDEO_BUDGET_MS if row.media_type == VIDEO else SYSTEM_BUDGET_MS
                self._machine.restored(_ticket(row), row.status, self._clock.now(), budget_ms)
        self._drain()

    async def run(self) -> None:
        """Keep time, write and tell until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._driver.run())
            group.create_task(self._tell())

    async def request(
        self, ticket: Ticket, app_id: str, save_to_gallery: bool, budget_ms: int = SYSTEM_BUDGET_MS
    ) -> None:
        """Begin a request: durable first, then its time runs. Raises RefusedError when too many are open."""
        await self._begin(ticket, app_id, save_to_gallery, PHOTO, budget_ms)

    async def request_video(self, ticket: Ticket, app_id: str) -> None:
        """The same for a video, which has more time."""
        await self._begin(ticket, app_id, True, VIDEO, VIDEO_BUDGET_MS)

    async def _begin(self, ticket: Ticket, app_id: str, save_to_gallery: bool, media_type: str, budget_ms: int) -> None:
        if self._machine.open_requests(ticket.user) >= OPEN_LIMIT:
            raise RefusedError(429, reasons.TOO_MANY)
        await self._write_request(ticket, app_id, save_to_gallery, media_type)
        self._machine.requested(ticket, self._clock.now(), budget_ms)
        self._driver.poke()

    async def report(self, user: str, report: PhotoStatus) -> None:
        """Glasses or gateway said how far a photo is; one that nobody asked for gets its row now."""
        request_id = report.request_id
        if request_id.startswith(LOCAL_PREFIX) and not self._machine.watches(user, request_id):
            async with self.turns.holding((user, request_id)):
                await self._adopt(Ticket(user, request_id, report.press_id))
        self._machine.reported(user, report, self._clock.now())
        self._driver.poke()

    def presence(self, user: str, gateway: bool, glasses: bool) -> None:
        """Whether gateway and glasses are there."""
        self._machine.presence(user, gateway, glasses, self._clock.now())
        self._driver.poke()

    def storing(self, ticket: Ticket) -> None:
        """A photo has come and is being written down; one that nobody asked for is known from here on."""
        if ticket.local:
            self._machine.adopted(ticket, self._clock.now())
        self._machine.storing(ticket.user, ticket.request_id, self._clock.now())

    def stored(self, ticket: Ticket, photo: PhotoRow) -> None:
        """It is written down."""
        self._stored[(ticket.user, ticket.request_id)] = photo
        self._machine.stored(ticket, self._clock.now())
        self._driver.poke()

    def unstored(self, ticket: Ticket) -> None:
        """It could not be written down."""
        self._machine.unstored(ticket.user, ticket.request_id, self._clock.now())
        self._driver.poke()

    def expire(self) -> None:
        """Look at the clock now, instead of when the next deadline was thought to be: it may have been moved."""
        self._machine.timeout(self._clock.now())
        self._driver.poke()

    def open(self, ticket: Ticket) -> bool:
        """Whether the request waits for its final answer."""
        return self._machine.watches(ticket.user, ticket.request_id)

    async def _adopt(self, ticket: Ticket) -> None:
        async with self._database.reading() as session:
            row = await rows.request(session, ticket.user, ticket.request_id)
        if row is None:
            await self._write_request(ticket, "", True)
        if row is None or row.finished_at is None:
            self._machine.adopted(ticket, self._clock.now())

    async def _write_request(self, ticket: Ticket, app_id: str, save_to_gallery: bool, media_type: str = PHOTO) -> None:
        row = PhotoRequestRow(
            user=ticket.user,
            request_id=ticket.request_id,
            press_id=ticket.press_id,
            app_id=app_id,
            media_type=media_type,
            save_to_gallery=save_to_gallery,
            status=REQUESTED,
            reason="",
            created_at=self._clock.epoch_ms(),
        )
        async with self._database.writing() as session:
            session.add(row)

    def _drain(self) -> None:
        at = self._clock.epoch_ms()
        for event in self._machine.events():
            self._noted.put_nowait(_Noted(event, at))

    async def _tell(self) -> None:
        while True:
            noted = await self._noted.get()
            try:
                await to_its_end(self._write(noted))
            except (SQLAlchemyError, OSError):
                # The waiting still get their answer; after a restart the row is open and will be closed again.
                log.exception("an answer could not be written down", request=noted.event.ticket.request_id)
            photo = self._publish(noted)
            if isinstance(noted.event, Finished):
                for hears in self.settled:
                    hears(noted.event, photo)

    async def _write(self, noted: _Noted) -> None:
        """What the upload has not written already: failures, and that a photo was taken (said after a restart)."""
        event = noted.event
        if isinstance(event, Finished) and event.status == FAILED:
            async with self._database.writing() as session:
                await rows.failed(session, event.ticket, event.reason, noted.at)
        elif isinstance(event, Stepped) and event.step == CAPTURED and event.status == CAPTURED:
            async with self._database.writing() as session:
                await rows.reached(session, event.ticket, CAPTURED)

    def _publish(self, noted: _Noted) -> PhotoRow | None:
        """Tell everybody; the photo that was told of, if it was one."""
        event, ticket = noted.event, noted.event.ticket
        finished = isinstance(event, Finished)
        step = event.status if isinstance(event, Finished) else event.step
        detail = event.reason if isinstance(event, Finished) and event.reason else event.word.detail
        said_at = event.word.timestamp
        at = said_at if 0 < said_at <= noted.at + CLOCK_SLACK_MS else noted.at
        trails = self._feed.trails(ticket.user)
        trail = trails.of_request(ticket.request_id)
        if trail is not None or finished or event.status:
            trail = trails.request(ticket.request_id, ticket.press_id)
        photo = self._stored.pop((ticket.user, ticket.request_id), None) if step == STORED else None
        if trail is not None:
            trail.add(Step(event.word.source, step, at, detail))
            _follow(trail, event, photo)
        self._feed.publish(
            ticket.user,
            "step",
            at,
            requestId=ticket.request_id,
            pressId=ticket.press_id,
            source=event.word.source,
            step=step,
            detail=detail,
            status=trail.status if trail else "unknown",
            final=finished,
            reason=event.reason if isinstance(event, Finished) else "",
        )
        if photo is not None and photo.in_gallery:
            self._feed.publish(
                ticket.user, "gallery", change="added", photo=photo_body(photo).model_dump(by_alias=True)
            )
        return photo


def _follow(trail: Trail, event: Stepped | Finished, photo: PhotoRow | None) -> None:
    if isinstance(event, Finished):
        trail.status, trail.final, trail.reason = event.status, True, event.reason
    elif event.status and not trail.final:
        trail.status = event.status
    if photo is not None:
        trail.photo_id, trail.sha256, trail.size = photo.photo_id, photo.sha256, photo.size


def _ticket(row: PhotoRequestRow) -> Ticket:
    return Ticket(row.user, row.request_id, row.press_id)
