"""Live streams for apps over HTTP. These glasses cannot stream: an app hears that at once and does not wait."""

from typing import Annotated

from fastapi import APIRouter, Body, Path

from trifocal_cloud.io.answers import Done
from trifocal_cloud.io.app_identity import TheApp
from trifocal_cloud.io.app_users import UserId, needs_camera, user_of
from trifocal_cloud.io.cloud import Cloud, TheCloud
from trifocal_cloud.io.photo_routes import PathId
from trifocal_cloud.io.refusals import RefusedError, documented, not_found
from trifocal_cloud.io.schemas import Wire
from trifocal_shared import reasons

router = APIRouter(prefix="/api/app/streams", tags=["apps' side"])

StreamId = Annotated[PathId, Path(alias="streamId")]


class StreamWanted(Wire):
    """Whose glasses are to stream."""

    user_id: UserId = ""


@router.post("/rtmp", responses=documented(401, 403, 408, 409, 413, 422))
async def request_rtmp_stream(
    cloud: TheCloud,
    app: TheApp,
    wanted: Annotated[StreamWanted, Body()] = StreamWanted(),  # noqa: B008
) -> Done:
    """Stream to an RTMP address of your own."""
    raise _unsupported(cloud, app, wanted)


@router.post("/managed", responses=documented(401, 403, 408, 409, 413, 422))
async def request_managed_stream(
    cloud: TheCloud,
    app: TheApp,
    wanted: Annotated[StreamWanted, Body()] = StreamWanted(),  # noqa: B008
) -> Done:
    """Stream through this cloud."""
    raise _unsupported(cloud, app, wanted)


@router.get("/{streamId}", responses=documented(401, 404, 422))
async def stream_state(app: TheApp, stream_id: StreamId) -> Done:
    """Where a stream of your app stands."""
    raise not_found()


@router.delete("/{streamId}", responses=documented(401, 404, 422))
async def stop_stream(app: TheApp, stream_id: StreamId) -> Done:
    """End a stream of your app."""
    raise not_found()


def _unsupported(cloud: Cloud, app: TheApp, wanted: StreamWanted) -> RefusedError:
    user_of(cloud, app, wanted.user_id)
    needs_camera(app)
    return RefusedError(409, reasons.UNSUPPORTED)
