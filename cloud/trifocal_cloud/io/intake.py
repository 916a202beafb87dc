"""Takes a photo in: verified, its bytes durable, then its row, then the word to whoever waits.

Idempotent by request id: the same bytes again are a success that changes nothing, other bytes are a conflict. Between
bytes and row the cloud may die: the key follows from user, request and content, so the next try writes the same file.
"""

import errno
import hashlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from fastapi import Request
from pydantic import ValidationError

from trifocal_cloud import media
from trifocal_cloud.io import rows
from trifocal_cloud.io.answers import photo_url
from trifocal_cloud.io.blobs import Blobs
from trifocal_cloud.io.database import Database
from trifocal_cloud.io.desk import Desk
from trifocal_cloud.io.refusals import RefusedError
from trifocal_cloud.io.schemas import first_fault, message_of, model_of
from trifocal_cloud.io.tables import PhotoRequestRow, PhotoRow
from trifocal_cloud.io.thumbnails import Thumbnails
from trifocal_cloud.io.uploads import Limits, Received, Upload
from trifocal_cloud.photos import STORED, Ticket
from trifocal_shared import reasons
from trifocal_shared.clock import Clock
from trifocal_shared.cloud_messages import UploadAnswer, UploadMetadata

DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
UPLOAD_LIMIT = 8
"""How many uploads of one user may be under way; one more is asked to come again."""


class Intake:
    """Where uploads come in. `staging` is a folder of its own, emptied when the cloud starts."""

    def __init__(
        self,
        *,
        clock: Clock,
        new_id: Callable[[], str],
        database: Database,
        blobs: Blobs,
        desk: Desk,
        thumbnails: Thumbnails,
        staging: Path,
        limits: Limits,
    ) -> None:
        self._clock = clock
        self._new_id = new_id
        self._database = database
        self._blobs = blobs
        self._desk = desk
        self._thumbnails = thumbnails
        self._staging = staging
        self._limits = limits
        self._under_way: Counter[str] = Counter()
        staging.mkdir(parents=True, exist_ok=True)
        for litter in staging.iterdir():
            litter.unlink()

    async def receive(self, user: str, request: Request) -> UploadAnswer:
        """Take in one upload of this user. Raises RefusedError."""
        if self._under_way[user] >= UPLOAD_LIMIT:
            raise RefusedError(429, reasons.TOO_MANY, headers={"Retry-After": "1"})
        self._under_way[user] += 1
        try:
            return await self._receive(user, request)
        finally:
            self._under_way[user] -= 1
            self._under_way += Counter()

    async def _receive(self, user: str, request: Request) -> UploadAnswer:
        path = self._staging / hashlib.sha256(self._new_id().encode()).hexdigest()
        try:
            with Upload(path, request.headers.get("content-type", ""), self._limits) as upload:
                received = await upload.receive(request.stream())
                return await self.take(user, _metadata(received), received)
        except OSError as error:
            if error.errno in DISK_FULL:
                raise RefusedError(507, reasons.STORAGE_FULL) from error
            raise

    async def take(self, user: str, metadata: UploadMetadata, received: Received) -> UploadAnswer:
        """Take in a file that has come whole; it may be removed afterwards. Raises RefusedError, OSError."""
        if metadata.media_type != media.media_type(received.mime_type):
            raise RefusedError(415, reasons.NOT_AN_IMAGE, f"the file is a {media.media_type(received.mime_type)}")
        if metadata.sha256 and metadata.sha256 != received.sha256:
            raise RefusedError(422, reasons.CORRUPT)
        ticket = Ticket(user, metadata.request_id, metadata.press_id)
        async with self._desk.turns.holding((user, metadata.request_id)):
            return await self._keep(ticket, metadata, received)

    async def known(self, user: str, metadata: UploadMetadata) -> UploadAnswer | None:
        """The answer for bytes that are here already, by their sha256. Raises RefusedError for what cannot be taken."""
        _, there = await self._known(Ticket(user, metadata.request_id, metadata.press_id), metadata.sha256)
        return _answer(there, duplicate=True) if there is not None else None

    async def _known(self, ticket: Ticket, sha256: str) -> tuple[PhotoRequestRow | None, PhotoRow | None]:
        async with self._database.reading() as session:
            asked = await rows.request(session, ticket.user, ticket.request_id)
            there = await rows.photo_of_request(session, ticket.user, ticket.request_id)
        if asked is None and not ticket.local:
            raise RefusedError(403, reasons.FOREIGN_REQUEST)
        if there is not None and there.sha256 != sha256:
            raise RefusedError(409, reasons.CONFLICT)
        return asked, there

    async def _keep(self, ticket: Ticket, metadata: UploadMetadata, received: Received) -> UploadAnswer:
        asked, there = await self._known(ticket, received.sha256)
        if there is not None:
            return _answer(there, duplicate=True)
        if asked is not None and asked.press_id:
            ticket = Ticket(ticket.user, ticket.request_id, asked.press_id)
        photo = await self._photo(ticket, metadata, received, asked)
        self._desk.storing(ticket)
        try:
            await self._blobs.put(photo.blob_key, received.path)
            await self._write(ticket, photo, asked)
        except BaseException:
            self._desk.unstored(ticket)
            raise
        self._desk.stored(ticket, photo)
        return _answer(photo, duplicate=False)

    async def _photo(
        self, ticket: Ticket, metadata: UploadMetadata, received: Received, asked: PhotoRequestRow | None
    ) -> PhotoRow:
        now = self._clock.epoch_ms()
        width, height = await self._thumbnails.measured(received.path)
        return PhotoRow(
            photo_id=self._new_id(),
            user=ticket.user,
            request_id=ticket.request_id,
            press_id=ticket.press_id,
            app_id=asked.app_id if asked and asked.app_id else metadata.app_id,
            device_id=metadata.device_id,
            mime_type=received.mime_type,
            # Glasses without a clock say 0; a clock that runs ahead would pin its photo to the top for ever.
            timestamp=min(metadata.timestamp, now) if metadata.timestamp > 0 else now,
            uploaded_at=now,
            size=received.size,
            sha256=received.sha256,
            width=width,
            height=height,
            in_gallery=asked is None or asked.save_to_gallery,
            blob_key=_key(ticket, received),
            thumbnail="",
            deleted_at=None,
        )

    async def _write(self, ticket: Ticket, photo: PhotoRow, asked: PhotoRequestRow | None) -> None:
        """The photo's row and, unless it has its final answer already, the request's: one transaction."""
        async with self._database.writing() as session:
            session.add(photo)
            if asked is None:
                session.add(
                    PhotoRequestRow(
                        user=ticket.user,
                        request_id=ticket.request_id,
                        press_id=ticket.press_id,
                        app_id=photo.app_id,
                        save_to_gallery=True,
                        status=STORED,
                        reason="",
                        created_at=photo.uploaded_at,
                        finished_at=photo.uploaded_at,
                    )
                )
            elif self._desk.open(ticket):
                await rows.stored(session, ticket, photo.uploaded_at)


def _metadata(received: Received) -> UploadMetadata:
    text = received.texts.get("metadata")
    if text is None:
        raise RefusedError(422, reasons.MALFORMED, "the upload has no metadata")
    try:
        return message_of(UploadMetadata, model_of(UploadMetadata).model_validate_json(text))
    except ValidationError as error:
        raise RefusedError(422, reasons.MALFORMED, first_fault(error.errors())) from error


def _key(ticket: Ticket, received: Received) -> str:
    owner = hashlib.sha256(ticket.user.encode()).hexdigest()[:16]
    request = hashlib.sha256(ticket.request_id.encode()).hexdigest()[:32]
    return f"photos/{owner}/{request}-{received.sha256[:16]}"


def _answer(photo: PhotoRow, duplicate: bool) -> UploadAnswer:
    url = photo_url(photo.photo_id)
    return UploadAnswer(
        success=True,
        request_id=photo.request_id,
        url=url,
        photo_url=url,
        photo_id=photo.photo_id,
        sha256=photo.sha256,
        duplicate=duplicate,
    )
