"""The gallery: list, look, share, delete."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query, Request
from fastapi.responses import Response, StreamingResponse

from trifocal_cloud import media, ranges
from trifocal_cloud.io import rows
from trifocal_cloud.io.answers import Done, GalleryPage, Photo, Shared, base_url, photo_body
from trifocal_cloud.io.blobs import BlobMissingError, thumbnail_key, video_key
from trifocal_cloud.io.cloud import Cloud, TheCloud
from trifocal_cloud.io.identity import Who
from trifocal_cloud.io.refusals import RefusedError, documented, not_found
from trifocal_cloud.io.schemas import Wire, whole
from trifocal_cloud.io.tables import PhotoRow
from trifocal_cloud.io.thumbnails import NoThumbnailError
from trifocal_cloud.io.videos import UnplayableError
from trifocal_shared import reasons

DAY_S = 86_400
LONGEST_SHARE_S = 30 * DAY_S
CURSOR = r"^([0-9]{1,16}-[0-9]{1,16})?$"

router = APIRouter(prefix="/api/gallery", tags=["gallery"])

PhotoId = Annotated[str, Path(alias="photoId", min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
PICTURE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The picture", "content": {kind: {} for kind in media.EXTENSIONS}},
    304: {"description": "You have it already (`If-None-Match`)"},
}
PLAYED: dict[int | str, dict[str, Any]] = {
    200: {"description": "An MP4 of H.264", "content": {"video/mp4": {}}},
    206: {"description": "The part of it that `Range` asks for", "content": {"video/mp4": {}}},
}
SMALL_PICTURE: dict[int | str, dict[str, Any]] = {
    200: {"description": "A JPEG of at most 320 x 320", "content": {"image/jpeg": {}}},
    304: {"description": "You have it already (`If-None-Match`)"},
}


class Sharing(Wire):
    """How long a share link is to be good."""

    expires_in: Annotated[int, *whole(1, LONGEST_SHARE_S, "seconds")] = DAY_S


@router.get("", responses=documented(401, 422))
async def gallery(
    cloud: TheCloud,
    user: Who,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str, Query(pattern=CURSOR, description="`nextCursor` of the page before")] = "",
) -> GalleryPage:
    """Your photos, newest first."""
    before = _position(cursor) if cursor else None
    async with cloud.database.reading() as session:
        found = await rows.gallery_page(session, user, limit + 1, before)
    page, more = found[:limit], found[limit:]
    return GalleryPage(photos=[photo_body(row) for row in page], next_cursor=_cursor(page[-1]) if more else None)


@router.get("/{photoId}", responses=documented(401, 404, 422))
async def photo(cloud: TheCloud, user: Who, photo_id: PhotoId) -> Photo:
    """What is known of one photo."""
    return photo_body(await _mine(cloud, user, photo_id))


@router.get("/{photoId}/original", response_class=Response, responses={**PICTURE, **documented(401, 404, 422)})
async def original(cloud: TheCloud, user: Who, photo_id: PhotoId, request: Request) -> Response:
    """The bytes as the camera made them."""
    return await picture(cloud, request, await _mine(cloud, user, photo_id), "private, max-age=31536000, immutable")


@router.get("/{photoId}/thumbnail", response_class=Response, responses={**SMALL_PICTURE, **documented(401, 404, 422)})
async def thumbnail(cloud: TheCloud, user: Who, photo_id: PhotoId, request: Request) -> Response:
    """A small picture, made when it is first asked for; 404 when none can be made."""
    row = await _mine(cloud, user, photo_id)
    headers = {"ETag": f'"{row.sha256[:32]}-small"', "Cache-Control": "private, max-age=31536000, immutable"}
    if _known(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    # In turn with deletion, which would otherwise leave a thumbnail behind; and nobody makes the same one twice.
    async with cloud.desk.turns.holding((user, row.request_id)):
        small = await _small(cloud, await _mine(cloud, user, photo_id))
    return Response(small, media_type="image/jpeg", headers=headers)


@router.get("/{photoId}/video", response_class=Response, responses={**PLAYED, **documented(401, 404, 416, 422)})
async def video(cloud: TheCloud, user: Who, photo_id: PhotoId, request: Request) -> Response:
    """A video as browsers play it, made when it is first asked for; 404 when it cannot be made, or is a photo."""
    row = await _mine(cloud, user, photo_id)
    return await played(cloud, request, row, "private, max-age=31536000, immutable")


@router.post("/{photoId}/share", responses=documented(401, 403, 404, 408, 413, 422))
async def share(
    cloud: TheCloud,
    user: Who,
    photo_id: PhotoId,
    request: Request,
    sharing: Annotated[Sharing, Body()] = Sharing(),  # noqa: B008
) -> Shared:
    """A link that shows this photo to anybody until it expires."""
    row = await _mine(cloud, user, photo_id)
    expires_s = -(-cloud.clock.epoch_ms() // 1000) + sharing.expires_in  # rounded up: no link is dead before its time
    token = cloud.identity.share_token(row.photo_id, expires_s)
    return Shared(url=f"{base_url(request, cloud.settings.public_url)}/s/{token}", expires_at=expires_s * 1000)


@router.delete("/{photoId}", responses=documented(401, 403, 404, 422))
async def delete(cloud: TheCloud, user: Who, photo_id: PhotoId) -> Done:
    """Delete for good: the bytes go, the links die, and a late second upload does not bring it back."""
    row = await _mine(cloud, user, photo_id)
    async with cloud.desk.turns.holding((user, row.request_id)):
        await _forget(cloud, user, photo_id)
    cloud.feed.publish(user, "gallery", change="removed", photo=photo_body(row).model_dump(by_alias=True))
    return Done()


async def played(cloud: Cloud, request: Request, row: PhotoRow, cache: str) -> Response:
    """A video, or the part of it that is asked for. Raises RefusedError."""
    if media.media_type(row.mime_type) != media.VIDEO:
        raise not_found()
    key = video_key(row.photo_id)
    async with cloud.desk.turns.holding((row.user, row.request_id)):
        try:
            size = await cloud.blobs.size(key)
        except BlobMissingError:
            await _make_playable(cloud, row)
            size = await cloud.blobs.size(key)
    headers = {"Accept-Ranges": "bytes", "Cache-Control": cache}
    try:
        part = ranges.parse(request.headers.get("range", ""), size)
    except ranges.Unsatisfiable as error:
        raise RefusedError(416, reasons.MALFORMED, headers={"Content-Range": f"bytes */{size}"}) from error
    begin, end = part or (0, size)
    headers["Content-Length"] = str(end - begin)
    if part is not None:
        headers["Content-Range"] = f"bytes {begin}-{end - 1}/{size}"
    pieces = await cloud.blobs.stream(key, part)
    return StreamingResponse(pieces, 206 if part else 200, media_type="video/mp4", headers=headers)


async def picture(cloud: Cloud, request: Request, row: PhotoRow, cache: str) -> Response:
    """A photo's bytes, or 304 when the asker has them. Raises RefusedError."""
    headers = {"ETag": f'"{row.sha256}"', "Cache-Control": cache, "Content-Length": str(row.size)}
    headers["Content-Disposition"] = f'inline; filename="{row.photo_id}{media.EXTENSIONS[row.mime_type]}"'
    if _known(request, headers["ETag"]):
        return Response(status_code=304, headers={"ETag": headers["ETag"], "Cache-Control": cache})
    try:
        return StreamingResponse(await cloud.blobs.stream(row.blob_key), media_type=row.mime_type, headers=headers)
    except BlobMissingError as error:
        raise not_found() from error


async def _mine(cloud: Cloud, user: str, photo_id: str) -> PhotoRow:
    async with cloud.database.reading() as session:
        row = await rows.photo(session, user, photo_id)
    if row is None:
        raise not_found()
    return row


async def _small(cloud: Cloud, row: PhotoRow) -> bytes:
    key = thumbnail_key(row.photo_id)
    if row.thumbnail == "refused":
        raise not_found()
    try:
        return await cloud.blobs.get(key)
    except BlobMissingError:
        pass
    if media.media_type(row.mime_type) == media.VIDEO:
        await _make_playable(cloud, row)
        return await cloud.blobs.get(key)
    try:
        made = await cloud.thumbnails.made(await cloud.blobs.get(row.blob_key))
    except BlobMissingError as error:
        raise not_found() from error
    except NoThumbnailError as error:
        await _mark(cloud, row, "refused")
        raise not_found() from error
    await cloud.blobs.put(key, made)
    return made


async def _make_playable(cloud: Cloud, row: PhotoRow) -> None:
    """Nobody else works on this video. Raises RefusedError when it cannot be played, and remembers that."""
    fresh = await _mine(cloud, row.user, row.photo_id)
    if fresh.thumbnail == "refused":
        raise not_found()
    try:
        await cloud.videos.make(fresh, video_key(row.photo_id), thumbnail_key(row.photo_id))
    except BlobMissingError as error:
        raise not_found() from error
    except UnplayableError as error:
        await _mark(cloud, fresh, "refused")
        raise not_found() from error


async def _mark(cloud: Cloud, row: PhotoRow, thumbnail_state: str) -> None:
    async with cloud.database.writing() as session:
        fresh = await rows.photo(session, row.user, row.photo_id)
        if fresh is not None:
            fresh.thumbnail = thumbnail_state


async def _forget(cloud: Cloud, user: str, photo_id: str) -> None:
    """The row first: nobody sees a photo without bytes, and what a crash leaves behind is swept at the next start."""
    async with cloud.database.writing() as session:
        row = await rows.photo(session, user, photo_id)
        if row is None:
            raise not_found()
        row.deleted_at = cloud.clock.epoch_ms()
    await cloud.erase(row)


def _known(request: Request, etag: str) -> bool:
    return etag in [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]


def _cursor(row: PhotoRow) -> str:
    return f"{row.timestamp}-{row.number}"


def _position(cursor: str) -> tuple[int, int]:
    timestamp, _, number = cursor.partition("-")
    return int(timestamp), int(number)
