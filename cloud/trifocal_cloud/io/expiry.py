"""Expiry: what is not to be kept goes after a while: apps' photos outside the gallery, and what was delivered."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from sqlalchemy import delete
from sqlalchemy.exc import SQLAlchemyError

from trifocal_cloud.io import rows
from trifocal_cloud.io.database import Database, to_its_end
from trifocal_cloud.io.tables import AppDeliveryRow, PhotoRow
from trifocal_cloud.io.turns import Turns
from trifocal_shared.clock import Clock

HOUR_MS = 3_600_000
PHOTO_MS = 24 * HOUR_MS
DELIVERY_MS = 7 * 24 * HOUR_MS
BATCH = 100

log = structlog.get_logger()


class Expiry:
    """Looks each hour. `erase` removes the bytes of a photo whose row says that it is deleted, `partials` uploads
    that nobody goes on with.
    """

    def __init__(
        self,
        clock: Clock,
        database: Database,
        turns: Turns,
        erase: Callable[[PhotoRow], Awaitable[None]],
        partials: Callable[[], Awaitable[None]],
    ) -> None:
        self._clock = clock
        self._database = database
        self._turns = turns
        self._erase = erase
        self._partials = partials

    async def run(self) -> None:
        """Look now, and each hour until cancelled."""
        while True:
            try:
                await to_its_end(self.look())
            except (SQLAlchemyError, OSError):
                log.exception("what is over could not be removed; it will be in an hour")
            await asyncio.sleep(HOUR_MS / 1000)

    async def look(self) -> None:
        """Remove what is over by now."""
        await self._partials()
        now = self._clock.epoch_ms()
        done = delete(AppDeliveryRow).where(AppDeliveryRow.done_at < now - DELIVERY_MS)
        async with self._database.writing() as session:
            await session.execute(done)
        while True:
            async with self._database.reading() as session:
                photos = await rows.passing_photos(session, now - PHOTO_MS, BATCH)
            for photo in photos:
                await self._forget(photo, now)
            if len(photos) < BATCH:
                return

    async def _forget(self, photo: PhotoRow, now: int) -> None:
        """The row first: nobody sees a photo without bytes, and the next start sweeps what a crash leaves behind."""
        async with self._turns.holding((photo.user, photo.request_id)):
            async with self._database.writing() as session:
                row = await rows.photo(session, photo.user, photo.photo_id)
                if row is None:
                    return
                row.deleted_at = now
            await self._erase(row)
