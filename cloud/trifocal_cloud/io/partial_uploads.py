"""Uploads that may break off and go on: from their creation to the whole, which the intake takes in.

An upload is known again by who sends it, what for, and its sha256: to create it twice is to find it. A byte counts when
it is durable, so after any crash the sender hears the true offset. Of two who write to one upload the later one goes
on: the earlier one is a connection that died and does not know it. What was made whole is answered alike until it
expires, a day after the last byte.
"""

import asyncio
import hashlib
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from trifocal_cloud import media
from trifocal_cloud.io.intake import Intake
from trifocal_cloud.io.partial_files import About, PartialFiles
from trifocal_cloud.io.refusals import RefusedError, not_found
from trifocal_cloud.io.schemas import first_fault, message_of, model_of
from trifocal_cloud.io.turns import Turns
from trifocal_cloud.io.uploads import Limits, Received
from trifocal_cloud.tus import CHECKSUM_MISMATCH, Checksum
from trifocal_shared import reasons
from trifocal_shared.clock import Clock
from trifocal_shared.cloud_messages import UploadAnswer, UploadMetadata

KEPT_MS = 24 * 3_600_000
MOST_OPEN = 64
"""Uploads of one user that are not whole."""
FLUSH_BYTES = 512 * 1024
"""No more than this is sent twice after a crash."""
SPARE_BYTES = 64 * 2**20
"""Room on the disk that uploads do not take."""


@dataclass
class Partial:
    """One upload; `offset` bytes of it are durable."""

    about: About
    offset: int = 0
    preempted: asyncio.Event = field(default_factory=asyncio.Event)
    """Of whoever writes to it now."""

    @property
    def whole(self) -> bool:
        """Whether every byte is here, or was."""
        return bool(self.about.answer) or self.offset == self.about.length


class Partials:
    """All of them."""

    def __init__(self, clock: Clock, new_id: Callable[[], str], intake: Intake, folder: Path, limits: Limits) -> None:
        self._clock = clock
        self._new_id = new_id
        self._intake = intake
        self._folder = folder
        self._limits = limits
        self._files = PartialFiles(folder)
        self._turns = Turns()
        self._partials = {about.upload_id: Partial(about, offset) for about, offset in self._files.load()}

    async def create(self, user: str, length: int, said: dict[str, str]) -> Partial:
        """The upload of these bytes, which may have begun already. `said`: fields of UploadMetadata, as far as the
        sender names them. Raises RefusedError.
        """
        request_id = said.get("requestId", "")
        named = f"{user}\n{request_id}\n{said.get('sha256')}\n{length}" if request_id else self._new_id()
        upload_id = hashlib.sha256(named.encode()).hexdigest()[:32]
        said = {"requestId": f"local_{upload_id}", **said}
        metadata = _metadata(said)
        if upload_id in self._partials:  # whoever still writes is the sender's dead connection, and has its turn
            self._partials[upload_id].preempted.set()
        async with self._turns.holding(upload_id):
            found = self._partials.get(upload_id)
            if found is not None:
                return found
            self._admit(user, length)
            answer = await self._intake.known(user, metadata)
            expires_at = self._clock.epoch_ms() + KEPT_MS
            about = About(upload_id, user, length, expires_at, said, answer.to_wire() if answer else {})
            await asyncio.to_thread(self._files.keep, about)
            self._partials[upload_id] = made = Partial(about)
            return made

    def find(self, user: str, upload_id: str) -> Partial:
        """An upload of this user's. Raises RefusedError(404)."""
        found = self._partials.get(upload_id)
        if found is None or found.about.user != user:
            raise not_found()
        return found

    async def look(self, partial: Partial) -> int:
        """The offset. Whoever still writes is cut off: the sender would not ask if that were its connection."""
        partial.preempted.set()
        async with self._turns.holding(partial.about.upload_id):
            if partial.whole:
                await self._finish(partial)
            return partial.about.length if partial.about.answer else partial.offset

    async def append(self, partial: Partial, offset: int, body: AsyncIterator[bytes], checksum: Checksum | None) -> int:
        """Write from `offset` on; the new offset. When it is whole, it is taken in. Raises RefusedError."""
        partial.preempted.set()
        async with self._turns.holding(partial.about.upload_id):
            if self._partials.get(partial.about.upload_id) is not partial:
                raise not_found()
            partial.preempted = preempted = asyncio.Event()
            if partial.about.answer or offset != partial.offset:
                raise RefusedError(409, reasons.CONFLICT, f"the next byte is {partial.offset}")
            try:
                await self._write(partial, body, checksum, preempted)
            finally:
                partial.about.expires_at = self._clock.epoch_ms() + KEPT_MS
            if partial.whole:
                await self._finish(partial)
            return partial.about.length if partial.about.answer else partial.offset

    async def answer(self, partial: Partial) -> dict[str, Any]:
        """What became of an upload that is whole. Raises RefusedError."""
        async with self._turns.holding(partial.about.upload_id):
            if not partial.whole:
                raise RefusedError(409, reasons.UPLOAD_PENDING)
            await self._finish(partial)
            return partial.about.answer

    async def remove(self, partial: Partial) -> None:
        """The sender gives it up."""
        partial.preempted.set()
        async with self._turns.holding(partial.about.upload_id):
            await self._forget(partial)

    async def look_for_expired(self) -> None:
        """Forget what nobody has gone on with."""
        now = self._clock.epoch_ms()
        for partial in [one for one in self._partials.values() if one.about.expires_at < now]:
            await self.remove(partial)

    def _admit(self, user: str, length: int) -> None:
        waiting = [one for one in self._partials.values() if not one.about.answer]
        if sum(one.about.user == user for one in waiting) >= MOST_OPEN:
            raise RefusedError(429, reasons.TOO_MANY, headers={"Retry-After": "60"})
        promised = sum(one.about.length - one.offset for one in waiting)
        if shutil.disk_usage(self._folder).free - promised - length < SPARE_BYTES:
            raise RefusedError(507, reasons.STORAGE_FULL)

    async def _write(
        self, partial: Partial, body: AsyncIterator[bytes], checksum: Checksum | None, preempted: asyncio.Event
    ) -> None:
        """Every byte that came is kept, unless a checksum says that it is none of ours."""
        begin, pending = partial.offset, bytearray()
        digest = hashlib.new(checksum.algorithm, usedforsecurity=False) if checksum else None
        fits = checksum is None
        try:
            async for piece in _until(body, preempted):
                pending += piece
                if partial.offset + len(pending) > partial.about.length:
                    pending.clear()
                    raise RefusedError(413, reasons.TOO_LARGE, "that is more than the upload was to have")
                if digest:
                    digest.update(piece)
                if len(pending) >= FLUSH_BYTES:
                    await self._flush(partial, pending)
            fits = fits or (checksum is not None and digest is not None and checksum.fits(digest))
            if not fits:
                raise RefusedError(CHECKSUM_MISMATCH, reasons.CORRUPT)
        finally:
            if fits:
                await self._flush(partial, pending)
            else:
                partial.offset = begin
                await asyncio.to_thread(self._files.cut, partial.about.upload_id, begin)

    async def _flush(self, partial: Partial, pending: bytearray) -> None:
        data = bytes(pending)
        pending.clear()
        if data:
            await asyncio.to_thread(self._files.write, partial.about.upload_id, data, partial.offset)
            partial.offset += len(data)

    async def _finish(self, partial: Partial) -> None:
        """Have the whole taken in, once. What cannot be is given up, so that it may be sent anew."""
        about = partial.about
        if about.answer:
            return
        try:
            answer = await self._taken(about)
        except RefusedError:
            await self._forget(partial)
            raise
        about.answer = answer.to_wire()
        await asyncio.to_thread(self._files.keep, about)
        await asyncio.to_thread(self._files.drop_bytes, about.upload_id)

    async def _taken(self, about: About) -> UploadAnswer:
        sha256, mime_type = await asyncio.to_thread(self._files.looked_at, about.upload_id)
        if not mime_type:
            raise RefusedError(415, reasons.NOT_AN_IMAGE)
        kind = media.media_type(mime_type)
        if kind == media.PHOTO and about.length > self._limits.photo_bytes:
            raise RefusedError(413, reasons.TOO_LARGE)
        metadata = _metadata({"mediaType": kind, **about.metadata})
        received = Received(self._files.path(about.upload_id), about.length, sha256, mime_type, {})
        return await self._intake.take(about.user, metadata, received)

    async def _forget(self, partial: Partial) -> None:
        self._partials.pop(partial.about.upload_id, None)
        await asyncio.to_thread(self._files.remove, partial.about.upload_id)


def _metadata(said: dict[str, str]) -> UploadMetadata:
    values: dict[str, Any] = dict(said)
    if said.get("timestamp", "").isdecimal():
        values["timestamp"] = int(said["timestamp"])
    try:
        return message_of(UploadMetadata, model_of(UploadMetadata).model_validate(values))
    except ValidationError as error:
        raise RefusedError(422, reasons.MALFORMED, first_fault(error.errors())) from error


async def _until(body: AsyncIterator[bytes], preempted: asyncio.Event) -> AsyncIterator[bytes]:
    """The pieces of a body, until another connection takes the upload over. Raises RefusedError(409) then."""
    pieces = aiter(body)
    stop = asyncio.ensure_future(preempted.wait())
    piece: asyncio.Future[bytes | None] | None = None
    try:
        while True:
            piece = asyncio.ensure_future(_next(pieces))
            await asyncio.wait((piece, stop), return_when=asyncio.FIRST_COMPLETED)
            if not piece.done():
                raise RefusedError(409, reasons.CONFLICT, "another connection goes on with this upload")
            found = piece.result()
            if found is None:
                return
            yield found
    finally:
        stop.cancel()
        if piece is not None:
            piece.cancel()


async def _next(pieces: AsyncIterator[bytes]) -> bytes | None:
    return await anext(pieces, None)
