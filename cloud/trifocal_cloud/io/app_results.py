"""AppResults: what became of the photos that an app asked for, for the app: where a request stands, and its picture."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Literal

import structlog
from sqlalchemy.exc import SQLAlchemyError

from trifocal_cloud.io import rows
from trifocal_cloud.io.app_streams import AppStreams
from trifocal_cloud.io.database import Database
from trifocal_cloud.io.feed import Feed
from trifocal_cloud.io.identity import Identity
from trifocal_cloud.io.refusals import RefusedError, not_found
from trifocal_cloud.io.schemas import Wire
from trifocal_cloud.io.tables import PhotoRow
from trifocal_cloud.photos import Finished
from trifocal_shared import reasons
from trifocal_shared.clock import Clock

LINK_S = 900
"""How long an app can fetch a picture by the link it was given; the next answer has a new one."""
WAIT_LIMIT = 8
"""How many waits an app may have open for one user: the user's own console is to have room, too."""

log = structlog.get_logger()


class AppPhotoResult(Wire):
    """Where an app's request stands. `url` shows the picture until `expiresAt` (epoch ms); both are empty without."""

    request_id: str
    user_id: str
    status: Literal["requested", "capturing", "captured", "queued", "uploading", "stored", "failed"]
    final: bool
    reason: str
    message: str
    url: str
    expires_at: int
    mime_type: str
    size: int
    sha256: str


class AppResults:
    """`base_url` says how apps reach this cloud."""

    def __init__(
        self,
        *,
        clock: Clock,
        database: Database,
        feed: Feed,
        identity: Identity,
        streams: AppStreams,
        base_url: Callable[[], str],
    ) -> None:
        self._clock = clock
        self._database = database
        self._feed = feed
        self._identity = identity
        self._streams = streams
        self._base_url = base_url
        self._waits: Counter[tuple[str, str]] = Counter()
        self._telling: set[asyncio.Task[None]] = set()

    async def owner(self, package: str, request_id: str) -> str:
        """Whose request of this app that is. Raises RefusedError: 404, also for other apps' requests."""
        async with self._database.reading() as session:
            users = await rows.users_asked(session, package, request_id)
        if len(users) > 1:
            raise RefusedError(422, reasons.MALFORMED, "several users have a request of this id: say which by userId")
        if not users:
            raise not_found()
        return users[0]

    async def result(self, package: str, user: str, request_id: str, base_url: str) -> AppPhotoResult:
        """Where this app's request stands, with links below `base_url`. Raises RefusedError: 404."""
        async with self._database.reading() as session:
            row = await rows.request(session, user, request_id)
            photo = await rows.photo_of_request(session, user, request_id)
        if row is None or row.app_id != package:
            raise not_found()
        trail, remembered = rows.trail(row, photo), self._feed.trails(user).of_request(request_id)
        if remembered is not None and not trail.final:
            trail = remembered
        url, expires_at = self._link(photo, base_url)
        return AppPhotoResult.model_validate(
            {
                "requestId": request_id,
                "userId": user,
                "status": trail.status,
                "final": trail.final,
                "reason": trail.reason,
                "message": reasons.SENTENCES.get(trail.reason, ""),
                "url": url,
                "expiresAt": expires_at,
                "mimeType": photo.mime_type if photo else "",
                "size": trail.size,
                "sha256": trail.sha256,
            }
        )

    async def final(self, package: str, user: str, request_id: str, wait_s: float) -> None:
        """Return when the request has its final answer, at the latest after `wait_s`. Raises RefusedError: too many."""
        key = (package, user)
        if self._waits[key] >= WAIT_LIMIT:
            raise RefusedError(429, reasons.TOO_MANY, headers={"Retry-After": "1"})
        trails = self._feed.trails(user)

        def told() -> bool:
            trail = trails.of_request(request_id)
            return trail is not None and trail.final

        self._waits[key] += 1
        try:
            await self._feed.until(user, told, wait_s)
        finally:
            self._waits[key] -= 1
            if not self._waits[key]:
                del self._waits[key]

    def settled(self, finished: Finished, photo: PhotoRow | None) -> None:
        """A request has its final answer, and that is durable."""
        if not self._streams.wants_results(finished.ticket.user):
            return
        task = asyncio.create_task(self._tell(finished.ticket.user, finished.ticket.request_id))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def close(self) -> None:
        """Tell nothing any more."""
        await asyncio.gather(*self._telling, return_exceptions=True)

    async def _tell(self, user: str, request_id: str) -> None:
        try:
            async with self._database.reading() as session:
                row = await rows.request(session, user, request_id)
            if row is None:
                return
            result = await self.result(row.app_id, user, request_id, self._base_url())
        except (SQLAlchemyError, OSError):
            log.exception("a result could not be read", request=request_id)
        else:
            self._streams.result(
                user, row.app_id, result.model_dump_json(by_alias=True).encode(), self._clock.epoch_ms()
            )

    def _link(self, photo: PhotoRow | None, base_url: str) -> tuple[str, int]:
        if photo is None or photo.deleted_at is not None:
            return "", 0
        expires_s = -(-self._clock.epoch_ms() // 1000) + LINK_S
        return f"{base_url}/s/{self._identity.share_token(photo.photo_id, expires_s)}", expires_s * 1000
