"""Photos for apps over HTTP: ask for one, and see what became of it."""

from typing import Annotated, Literal

from fastapi import APIRouter, Body, Depends, Path, Query, Request
from pydantic import Field

from trifocal_cloud.io.answers import base_url
from trifocal_cloud.io.app_identity import TheApp
from trifocal_cloud.io.app_results import AppPhotoResult
from trifocal_cloud.io.app_users import UserId, user_of
from trifocal_cloud.io.cloud import TheCloud
from trifocal_cloud.io.photo_routes import PathId, Wait
from trifocal_cloud.io.refusals import documented
from trifocal_cloud.io.schemas import Wire
from trifocal_cloud.tokens import LONGEST_USER
from trifocal_shared.app_messages import AppPhotoRequest

QUALITIES = {"low": "small", "medium": "medium", "high": "large"}

router = APIRouter(prefix="/api/app/photos", tags=["apps' side"])


class AppPhotoWanted(Wire):
    """What photo an app wants, of which user, and where it is to go if anywhere."""

    user_id: UserId = ""
    size: Literal["small", "medium", "large", "full"] = "medium"
    compress: Literal["none", "medium", "heavy"] = "none"
    quality: Literal["low", "medium", "high"] | None = Field(default=None, description="another word for the size")
    save_to_gallery: bool = False
    custom_webhook_url: Annotated[str, Field(max_length=2048, description="the picture is posted there")] = ""
    auth_token: Annotated[str, Field(max_length=4096, description="bearer token for that post")] = ""


class AppPhotoRequested(Wire):
    """A photo was asked for; ask for its result under this id."""

    request_id: str
    user_id: str
    status: Literal["requested"] = "requested"


@router.post("/request", responses=documented(401, 403, 408, 409, 413, 422, 429))
async def request_app_photo(
    cloud: TheCloud,
    app: TheApp,
    wanted: Annotated[AppPhotoWanted, Body()] = AppPhotoWanted(),  # noqa: B008
) -> AppPhotoRequested:
    """Have a photo taken for your app by the glasses of a user for whom it runs."""
    user = user_of(cloud, app, wanted.user_id)
    asked = AppPhotoRequest(
        request_id=cloud.new_id(),
        size=QUALITIES[wanted.quality] if wanted.quality else wanted.size,
        compress=wanted.compress,
        save_to_gallery=wanted.save_to_gallery,
        custom_webhook_url=wanted.custom_webhook_url,
        auth_token=wanted.auth_token,
    )
    await cloud.app_photos.request_over_rest(app, user, asked)
    return AppPhotoRequested(request_id=asked.request_id, user_id=user)


async def _asked(
    cloud: TheCloud,
    app: TheApp,
    request_id: Annotated[PathId, Path(alias="requestId")],
    user_id: Annotated[str, Query(alias="userId", max_length=LONGEST_USER)] = "",
) -> tuple[str, str]:
    return user_id or await cloud.app_results.owner(app.package, request_id), request_id


Asked = Annotated[tuple[str, str], Depends(_asked)]
"""A request of the app: whose it is, and its id."""


@router.get("/{requestId}", responses=documented(401, 404, 422, 429))
async def app_photo_result(
    cloud: TheCloud,
    app: TheApp,
    asked: Asked,
    request: Request,
    wait: Wait = 0,
) -> AppPhotoResult:
    """Where a request of your app stands; with `wait`, answers when that is final or the time is over."""
    user, request_id = asked
    base = base_url(request, cloud.settings.public_url)
    found = await cloud.app_results.result(app.package, user, request_id, base)
    if found.final or wait == 0:
        return found
    await cloud.app_results.final(app.package, user, request_id, wait)
    return await cloud.app_results.result(app.package, user, request_id, base)
