"""Photos on their way: upload, request, and waiting for what becomes of a request or a press."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Path, Query, Request

from trifocal_cloud.io import rows
from trifocal_cloud.io.answers import Requested, RequestState, request_body
from trifocal_cloud.io.cloud import Cloud, TheCloud
from trifocal_cloud.io.identity import Who
from trifocal_cloud.io.refusals import RefusedError, documented
from trifocal_cloud.io.schemas import Derived, Wire, model_of
from trifocal_cloud.photos import Ticket
from trifocal_cloud.trails import Trail, merged
from trifocal_shared import reasons
from trifocal_shared.cloud_messages import PhotoRequest, UploadAnswer, UploadMetadata

LONGEST_WAIT_S = 60
UPLOAD_PATH = "/api/photos/upload"

router = APIRouter(prefix="/api", tags=["photos"])

PathId = Annotated[str, Path(min_length=1, max_length=128, pattern=r"^[A-Za-z0-9_.:-]+$")]
Wait = Annotated[float, Query(ge=0, le=LONGEST_WAIT_S, description="seconds to wait for a final answer")]

UPLOAD_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file", "metadata"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "metadata": model_of(UploadMetadata).model_json_schema(),
                    },
                },
                "encoding": {"metadata": {"contentType": "application/json"}},
            }
        },
    }
}


class Wanted(Wire):
    """What kind of photo is wanted."""

    size: Literal["small", "medium", "large", "full"] = "medium"
    save_to_gallery: bool = True


@router.post(
    UPLOAD_PATH.removeprefix("/api"),
    response_model=Annotated[UploadAnswer, Derived()],
    responses=documented(401, 403, 408, 409, 413, 415, 422, 429, 507),
    openapi_extra=UPLOAD_BODY,
)
async def upload(cloud: TheCloud, user: Who, request: Request) -> UploadAnswer:
    """Take in a photo. It is durable when this answers; idempotent by `requestId`."""
    return await cloud.intake.receive(user, request)


@router.post("/photos/request", responses=documented(401, 403, 408, 409, 413, 422, 429))
async def request_photo(cloud: TheCloud, user: Who, wanted: Annotated[Wanted, Body()] = Wanted()) -> Requested:  # noqa: B008
    """Ask the glasses for a photo now."""
    session = cloud.gateways.session(user)
    if session is None or not session.connected:
        raise RefusedError(409, reasons.GATEWAY_OFFLINE)
    if not session.glasses.reachable:
        raise RefusedError(409, reasons.GLASSES_OFFLINE)
    request_id = cloud.new_id()
    await cloud.desk.request(Ticket(user, request_id), "api", wanted.save_to_gallery)
    asked = PhotoRequest(
        request_id=request_id,
        app_id="api",
        size=wanted.size,
        save_to_gallery=wanted.save_to_gallery,
        timestamp=cloud.clock.epoch_ms(),
    )
    # If the gateway has gone in this very moment, the desk's own deadline tells.
    cloud.gateways.ask(user, asked)
    return Requested(request_id=request_id)


@router.get("/photos/requests/{requestId}", responses=documented(401, 422, 429))
async def request_state(
    cloud: TheCloud, user: Who, request_id: Annotated[PathId, Path(alias="requestId")], wait: Wait = 0
) -> RequestState:
    """Where a request stands; with `wait`, answers when that is final or the time is over."""

    async def stored() -> Trail:
        async with cloud.database.reading() as session:
            row = await rows.request(session, user, request_id)
            photo = await rows.photo_of_request(session, user, request_id) if row else None
        return rows.trail(row, photo) if row else Trail(request_id)

    trails = cloud.feed.trails(user)
    return request_body(await _awaited(cloud, user, lambda: trails.of_request(request_id), stored, wait))


@router.get("/presses/{pressId}", responses=documented(401, 422, 429))
async def press_state(
    cloud: TheCloud, user: Who, press_id: Annotated[PathId, Path(alias="pressId")], wait: Wait = 0
) -> RequestState:
    """What a button press led to; with `wait`, answers when that is final or the time is over."""

    async def stored() -> Trail:
        async with cloud.database.reading() as session:
            found = await rows.requests_of_press(session, user, press_id)
            trails = [rows.trail(row, await rows.photo_of_request(session, user, row.request_id)) for row in found]
        return merged(Trail(press_id=press_id), trails)

    trails = cloud.feed.trails(user)
    return request_body(await _awaited(cloud, user, lambda: trails.of_press(press_id), stored, wait))


async def _awaited(
    cloud: Cloud,
    user: str,
    remembered: Callable[[], Trail | None],
    stored: Callable[[], Awaitable[Trail]],
    wait_s: float,
) -> Trail:
    """What is remembered, else what is stored; waits for the memory to say something final."""
    found = remembered()
    if found is None or not (found.final or found.request_id):
        written = await stored()
        found = written if found is None or written.request_id else found
    if found.final or wait_s == 0:
        return found

    def final() -> bool:
        now = remembered()
        return now is not None and now.final

    await cloud.feed.until(user, final, wait_s)
    return remembered() or found
