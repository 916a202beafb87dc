"""Drives the photos that an app waits for: who asked is told once the picture, or the reason, is here."""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from trifocal_sdk.errors import photo_error
from trifocal_sdk.pending_photos import PendingPhotos
from trifocal_shared.clock import Clock
from trifocal_shared.driver import Driver


@dataclass(frozen=True)
class Photo:
    """A picture. `content` is the file as the camera made it; `timestamp` is when it came here."""

    content: bytes = field(repr=False)
    mime_type: str
    filename: str
    request_id: str
    timestamp: datetime

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.content)


class PhotoDesk:
    """All photos that one app server waits for; `run` keeps their time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pending = PendingPhotos[Photo]()
        self._driver = Driver(self._pending, clock, self._drain)
        self._futures: dict[str, asyncio.Future[Photo]] = {}

    async def run(self) -> None:
        """Keep time until cancelled."""
        await self._driver.run()

    @contextlib.contextmanager
    def waiting(self, request_id: str, session_id: str, timeout_s: float) -> Iterator[asyncio.Future[Photo]]:
        """A future of the photo, which raises PhotoError; to be entered before the cloud is asked."""
        future: asyncio.Future[Photo] = asyncio.get_running_loop().create_future()
        self._futures[request_id] = future
        self._pending.wanted(request_id, session_id, round(timeout_s * 1000), self._clock.now())
        self._driver.poke()
        try:
            yield future
        finally:
            self._futures.pop(request_id, None)
            self._pending.given_up(request_id)
            future.cancel()

    def knows(self, request_id: str) -> bool:
        """Whether somebody waits for it."""
        return self._pending.knows(request_id)

    def arrived(self, photo: Photo) -> bool:
        """A picture came; False when nobody waits for it."""
        known = self._pending.arrived(photo.request_id, photo)
        self._driver.poke()
        return known

    def failed(self, request_id: str, code: str, message: str) -> bool:
        """There will be no picture; False when nobody waits for it."""
        known = self._pending.failed(request_id, code, message)
        self._driver.poke()
        return known

    def session_ended(self, session_id: str) -> None:
        """Nothing will come for this session."""
        self._pending.session_ended(session_id)
        self._driver.poke()

    def _drain(self) -> None:
        for end in self._pending.events():
            future = self._futures.get(end.request_id)
            if future is None or future.done():
                continue
            if end.photo is not None:
                future.set_result(end.photo)
            else:
                future.set_exception(photo_error(end.request_id, end.code, end.message))
                future.exception()  # whoever does not look at it is not warned of it
