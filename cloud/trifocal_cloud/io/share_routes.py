"""`GET /s/{token}`: the shared picture, or the video to be played, to anybody who holds the link."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from trifocal_cloud import media
from trifocal_cloud.io import rows
from trifocal_cloud.io.cloud import TheCloud
from trifocal_cloud.io.gallery_routes import PICTURE, PLAYED, picture, played
from trifocal_cloud.io.refusals import documented, not_found

router = APIRouter(tags=["share"])


@router.get("/s/{token}", response_class=Response, responses={**PLAYED, **PICTURE, **documented(404, 410, 416)})
async def shared(cloud: TheCloud, token: Annotated[str, Path()], request: Request) -> Response:
    """410 once the link has expired, 404 once the photo is deleted or when the link was never one."""
    photo_id = cloud.identity.shared_photo(token)
    async with cloud.database.reading() as session:
        row = await rows.shared_photo(session, photo_id)
    if row is None:
        raise not_found()
    # Not cached: the link is to stop working when it says so.
    if media.media_type(row.mime_type) == media.VIDEO and row.thumbnail != "refused":
        return await played(cloud, request, row, "private, no-store")
    return await picture(cloud, request, row, "private, no-store")
