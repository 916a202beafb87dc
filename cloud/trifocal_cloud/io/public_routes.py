"""What the official SDK asks without saying who it is (PROTOCOL-apps §7)."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from trifocal_cloud.io.answers import Done
from trifocal_cloud.io.app_answers import PermissionBody
from trifocal_cloud.io.app_routes import Package
from trifocal_cloud.io.cloud import TheCloud
from trifocal_cloud.io.refusals import RefusedError, documented
from trifocal_cloud.io.schemas import Wire
from trifocal_shared import reasons

SDK_VERSION = "2.1.29"
"""The release of `@mentra/sdk` whose wire this cloud speaks."""

router = APIRouter(tags=["for apps"])


class Permissions(Wire):
    """What an app declares to need."""

    package_name: str
    permissions: list[PermissionBody]


class SdkVersions(Wire):
    """Releases of the official SDK."""

    latest: str
    required: str


class SdkVersion(Done):
    """The release of the official SDK that fits this cloud."""

    data: SdkVersions


@router.get("/api/public/permissions/{package}", response_model=Permissions, responses=documented(404, 422))
async def permissions(cloud: TheCloud, package: Package) -> Any:
    """What an app declares to need."""
    app = cloud.registry.app(package)
    if app is None:
        return JSONResponse({"error": "Package not found", "message": reasons.SENTENCES[reasons.NOT_FOUND]}, 404)
    return Permissions(
        package_name=package, permissions=[PermissionBody.model_validate(item) for item in app.permissions]
    )


@router.get("/api/sdk/version")
async def sdk_version() -> SdkVersion:
    """The release of the official SDK that fits this cloud."""
    return SdkVersion(data=SdkVersions(latest=SDK_VERSION, required=SDK_VERSION))


@router.get("/api/tts", status_code=404, response_class=Response, responses=documented(404))
async def speech() -> Response:
    """Speech from text: refused, for this cloud has no voice."""
    raise RefusedError(404, reasons.UNSUPPORTED, "this cloud has no voice")
