"""Which live streams run, kept over a restart of the cloud, and written in the order in which it was decided."""

import asyncio
from typing import NamedTuple

import structlog
from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError

from trifocal_cloud import stream_words as words
from trifocal_cloud.io.database import Database, to_its_end
from trifocal_cloud.io.tables import LiveStreamRow
from trifocal_cloud.restreams import Wanted
from trifocal_cloud.stream import Stream, Wishes

log = structlog.get_logger()


class _Noted(NamedTuple):
    """To be written down, or with no row to be removed."""

    stream_id: str
    row: LiveStreamRow | None


class StreamRows:
    """Rows of the streams that have begun and not ended."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._noted: asyncio.Queue[_Noted] = asyncio.Queue()

    async def load(self) -> list[Stream]:
        """Every stream that ran when the cloud went down."""
        async with self._database.reading() as session:
            return [_stream(row) for row in await session.scalars(select(LiveStreamRow))]

    def keep(self, stream: Stream) -> None:
        """Write it down, as it is now, as soon as can be."""
        self._noted.put_nowait(_Noted(stream.stream_id, _row(stream)))

    def forget(self, stream_id: str) -> None:
        """It is over."""
        self._noted.put_nowait(_Noted(stream_id, None))

    async def run(self) -> None:
        """Write until cancelled."""
        while True:
            noted = await self._noted.get()
            try:
                await to_its_end(self._write(noted))
            except (SQLAlchemyError, OSError):
                log.exception("a stream could not be written down", stream=noted.stream_id)

    async def close(self) -> None:
        """Write down what was decided last: it counts after the restart too."""
        while not self._noted.empty():
            await self._write(self._noted.get_nowait())

    async def _write(self, noted: _Noted) -> None:
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
        stopping=stream.status == words.STOPPING,
        destinations=[list(wanted) for wanted in stream.destinations],
    )


def _stream(row: LiveStreamRow) -> Stream:
    wishes = Wishes(row.video, row.audio, row.options)
    stream = Stream(row.stream_id, row.user, row.owner, wishes, row.created_at, row.url)
    stream.viewers = list(row.viewers)
    stream.destinations = [Wanted(*wanted) for wanted in row.destinations]
    if row.stopping:
        stream.status = words.STOPPING
    return stream
