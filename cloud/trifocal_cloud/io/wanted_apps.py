"""Which apps run for whom, kept over a restart of the cloud, and written in the order in which it was decided."""

import asyncio

import structlog
from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError

from trifocal_cloud.app_events import Wanted
from trifocal_cloud.io.database import Database, to_its_end
from trifocal_cloud.io.tables import RunningAppRow
from trifocal_shared.clock import Clock

log = structlog.get_logger()


class WantedApps:
    """Rows of the apps that are to run."""

    def __init__(self, clock: Clock, database: Database) -> None:
        self._clock = clock
        self._database = database
        self.restored: dict[str, list[str]] = {}
        """What was running for each user when the cloud went down."""
        self._noted: asyncio.Queue[Wanted] = asyncio.Queue()

    async def load(self) -> list[tuple[str, str]]:
        """User and package of each."""
        async with self._database.reading() as session:
            found = [(row.user, row.package) for row in await session.scalars(select(RunningAppRow))]
        for user, package in found:
            self.restored.setdefault(user, []).append(package)
        return found

    def note(self, event: Wanted) -> None:
        """Write this down as soon as can be."""
        self._noted.put_nowait(event)

    async def run(self) -> None:
        """Write until cancelled."""
        while True:
            event = await self._noted.get()
            try:
                await to_its_end(self._write(event))
            except (SQLAlchemyError, OSError):
                log.exception("it could not be written down which app runs", user=event.user, package=event.package)

    async def _write(self, event: Wanted) -> None:
        async with self._database.writing() as session:
            if event.wanted:
                await session.merge(RunningAppRow(user=event.user, package=event.package, since=self._clock.epoch_ms()))
                return
            await session.execute(
                delete(RunningAppRow).where(RunningAppRow.user == event.user, RunningAppRow.package == event.package)
            )
