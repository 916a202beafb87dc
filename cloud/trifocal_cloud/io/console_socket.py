"""`/console-ws`: events as they happen, the same objects that `GET /api/events` gives."""

import asyncio

from starlette.requests import HTTPConnection

from trifocal_cloud.io.cloud import Cloud
from trifocal_cloud.io.line import TRY_AGAIN_LATER, Line
from trifocal_cloud.io.refusals import RefusedError


class ConsoleLine(Line):
    """A page that looks on; what it says is ignored."""

    def __init__(self, cloud: Cloud, user: str, after: int | None) -> None:
        super().__init__(cloud.clock)
        self._feed = cloud.feed
        self._user = user
        self._after = after
        self._telling: asyncio.Task[None] | None = None

    def opened(self) -> None:
        self._telling = asyncio.create_task(self._tell())

    def gone(self) -> None:
        if self._telling is not None:
            self._telling.cancel()

    async def _tell(self) -> None:
        """Reads from the ring at the page's own pace: a slow page misses the oldest events, and holds up nobody."""
        ring = self._feed.ring(self._user)
        seen = ring.last_id if self._after is None else self._after
        try:
            with self._feed.listening(self._user) as bell:
                while self.open and not self._feed.closed:
                    for event in ring.after(seen):
                        self.send(event)
                        seen = int(str(event["id"]))
                        await self.room.wait()
                    if ring.last_id <= seen:
                        bell.clear()
                        await bell.wait()
        except RefusedError as refusal:
            self.close(TRY_AGAIN_LATER, refusal.message)


def console_door(cloud: Cloud, connection: HTTPConnection) -> Line:
    """Begins with what happened after `?after=N` where that is given, else with the next event. Raises RefusedError."""
    text = connection.query_params.get("after", "")
    after = int(text) if text.isascii() and text.isdigit() and len(text) <= 16 else None
    return ConsoleLine(cloud, cloud.identity.of(connection).user, after)
