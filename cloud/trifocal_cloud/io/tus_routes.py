"""Resumable uploads by tus 1.0, for its stock clients and for gateways: photos and videos of any size.

POST   /api/uploads         creation; Upload-Metadata names fields of UploadMetadata, all of which may be left out
HEAD   /api/uploads/{id}    the offset, which is durable
PATCH  /api/uploads/{id}    bytes from there on, with a checksum if there is one; the last of them makes the photo
GET    /api/uploads/{id}    of a whole one: the answer that `POST /api/photos/upload` gives
DELETE /api/uploads/{id}    termination
"""

import errno
from collections.abc import Mapping
from email.utils import formatdate
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from starlette.requests import ClientDisconnect

from trifocal_cloud import tus
from trifocal_cloud.io.cloud import TheCloud
from trifocal_cloud.io.identity import Who
from trifocal_cloud.io.partial_uploads import Partial
from trifocal_cloud.io.refusals import RefusedError
from trifocal_cloud.tus import TusError
from trifocal_shared import reasons

PREFIX = "/api/uploads"
DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
FIELDS = ("requestId", "deviceId", "timestamp", "mediaType", "appId", "pressId", "sha256")
REASONS = {412: reasons.UNSUPPORTED, 413: reasons.TOO_LARGE}

router = APIRouter(prefix=PREFIX, tags=["uploads"], include_in_schema=False)

UploadId = Annotated[str, Path(min_length=32, max_length=32, pattern=r"^[0-9a-f]+$")]


def _speaks_tus(request: Request) -> None:
    try:
        tus.check_version(request.headers.get("tus-resumable"))
    except TusError as error:
        raise _refused(error) from error


Tus = Depends(_speaks_tus)


@router.options("")
@router.options("/{upload_id}")
async def abilities(cloud: TheCloud) -> Response:
    """What this server can."""
    return _response(
        204,
        {
            "Tus-Version": tus.VERSION,
            "Tus-Extension": tus.EXTENSIONS,
            "Tus-Checksum-Algorithm": ",".join(tus.ALGORITHMS),
            "Tus-Max-Size": str(cloud.settings.video_limit_bytes),
        },
    )


@router.post("", dependencies=[Tus])
async def create(cloud: TheCloud, user: Who, request: Request) -> Response:
    """Begin an upload, or find the one of the same bytes for the same request."""
    headers = request.headers
    try:
        length = tus.length(headers.get("upload-length"), cloud.settings.video_limit_bytes)
        said = tus.metadata(headers.get("upload-metadata"))
    except TusError as error:
        raise _refused(error) from error
    known = {key: value for key, value in said.items() if key in FIELDS}
    partial = await cloud.partials.create(user, length, known)
    more = {"Location": f"{PREFIX}/{partial.about.upload_id}", "Upload-Offset": str(await cloud.partials.look(partial))}
    return _response(201, more | _expires(partial))


@router.head("/{upload_id}", dependencies=[Tus])
async def look(cloud: TheCloud, user: Who, upload_id: UploadId) -> Response:
    """How far it has come."""
    partial = cloud.partials.find(user, upload_id)
    offset = await cloud.partials.look(partial)
    more = {"Upload-Offset": str(offset), "Upload-Length": str(partial.about.length), "Cache-Control": "no-store"}
    return _response(200, more | _expires(partial))


@router.patch("/{upload_id}", dependencies=[Tus])
async def append(cloud: TheCloud, user: Who, upload_id: UploadId, request: Request) -> Response:
    """Go on with it."""
    partial = cloud.partials.find(user, upload_id)
    headers = request.headers
    if headers.get("content-type", "").lower() != tus.CONTENT_TYPE:
        raise RefusedError(415, reasons.MALFORMED, f"the bytes of an upload are {tus.CONTENT_TYPE}")
    try:
        offset = tus.offset(headers.get("upload-offset"))
        checksum = tus.checksum(headers.get("upload-checksum"))
        offset = await cloud.partials.append(partial, offset, request.stream(), checksum)
    except TusError as error:
        raise _refused(error) from error
    except ClientDisconnect:
        return Response(status_code=204)  # nobody is there to read it
    except OSError as error:
        if error.errno in DISK_FULL:
            raise RefusedError(507, reasons.STORAGE_FULL) from error
        raise
    return _response(204, {"Upload-Offset": str(offset)} | _expires(partial))


@router.get("/{upload_id}")
async def answer(cloud: TheCloud, user: Who, upload_id: UploadId) -> dict[str, Any]:
    """What became of an upload that is whole."""
    return await cloud.partials.answer(cloud.partials.find(user, upload_id))


@router.delete("/{upload_id}", dependencies=[Tus])
async def remove(cloud: TheCloud, user: Who, upload_id: UploadId) -> Response:
    """Give it up."""
    await cloud.partials.remove(cloud.partials.find(user, upload_id))
    return _response(204, {})


def _expires(partial: Partial) -> dict[str, str]:
    return {"Upload-Expires": formatdate(partial.about.expires_at / 1000, usegmt=True)}


def _response(status: int, headers: Mapping[str, str]) -> Response:
    return Response(status_code=status, headers={"Tus-Resumable": tus.VERSION} | dict(headers))


def _refused(error: TusError) -> RefusedError:
    headers = {"Tus-Resumable": tus.VERSION, "Tus-Version": tus.VERSION}
    return RefusedError(error.status, REASONS.get(error.status, reasons.MALFORMED), str(error), headers)
