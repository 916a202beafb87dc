"""Apps for the people who register and run them."""

import secrets
from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path
from pydantic import Field

from trifocal_cloud.app_settings import checked_schema
from trifocal_cloud.apps import API_KEY, PACKAGE, App, Hardware, Kind, Permission, checked_url, key_hash
from trifocal_cloud.io.answers import Done
from trifocal_cloud.io.app_answers import (
    STOPPED,
    AppBody,
    Apps,
    AppState,
    HardwareBody,
    NewApp,
    PermissionBody,
    app_body,
)
from trifocal_cloud.io.cloud import Cloud, TheCloud
from trifocal_cloud.io.identity import Who
from trifocal_cloud.io.refusals import RefusedError, documented, not_found
from trifocal_cloud.io.schemas import Text, Wire
from trifocal_shared import reasons

router = APIRouter(tags=["apps"])

Package = Annotated[str, Path(pattern=PACKAGE)]


class Registration(Wire):
    """An app as its owner describes it. What is left out is the default, except an API key it has already."""

    name: Text = Field(default="", description="the package name if empty")
    public_url: str
    api_key: Annotated[str | None, Field(pattern=API_KEY)] = None
    permissions: list[Permission | PermissionBody] = []
    hardware: list[Hardware | HardwareBody] = []
    settings: list[dict[str, Any]] = []
    type: Kind = "background"


@router.get("/api/apps", responses=documented(401))
async def apps(cloud: TheCloud, user: Who) -> Apps:
    """Every app, with its state for you."""
    return Apps(apps=[_body(cloud, user, app) for app in cloud.registry.apps()])


@router.get("/api/apps/{package}", responses=documented(401, 404, 422))
async def one_app(cloud: TheCloud, user: Who, package: Package) -> AppBody:
    """One app, with its state for you."""
    return _body(cloud, user, known(cloud, package))


@router.put("/api/apps/{package}", responses=documented(401, 403, 408, 409, 413, 422, 429))
async def register(
    cloud: TheCloud, user: Who, package: Package, registration: Annotated[Registration, Body()]
) -> NewApp | AppBody:
    """Register an app, or describe one of yours anew; a new one without an API key is given one."""
    there = cloud.registry.app(package)
    made = "" if there or registration.api_key else secrets.token_urlsafe(32)
    key = registration.api_key or made
    app = _registered(package, user, registration, there.key_hash if there and not key else key_hash(key))
    await cloud.registry.put(app)
    body = _body(cloud, user, app)
    return NewApp(**dict(body), api_key=made) if made else body


@router.delete("/api/apps/{package}", responses=documented(401, 403, 404, 422))
async def remove(cloud: TheCloud, user: Who, package: Package) -> Done:
    """Take one of your apps out of the registry, with all that is kept for it; it stops for everybody."""
    if known(cloud, package).owner != user:
        raise RefusedError(403, reasons.FORBIDDEN, "only who registered an app may remove it")
    await cloud.registry.remove(package)
    return Done()


@router.post("/api/apps/{package}/start", responses=documented(401, 403, 404, 409, 422, 502, 504))
@router.post("/apps/{package}/start", include_in_schema=False)
async def start(cloud: TheCloud, user: Who, package: Package) -> AppState:
    """Start an app for you; this answers when it runs, or says why it does not."""
    known(cloud, package)
    await cloud.apps.start(user, package)
    return AppState(package=package, user=user, state="running")


@router.post("/api/apps/{package}/stop", responses=documented(401, 403, 404, 422))
@router.post("/apps/{package}/stop", include_in_schema=False)
async def stop(cloud: TheCloud, user: Who, package: Package) -> AppState:
    """Stop an app for you; this answers when it has stopped."""
    known(cloud, package)
    await cloud.apps.stop(user, package)
    return AppState(package=package, user=user, state=STOPPED)


def known(cloud: Cloud, package: str) -> App:
    """The app of this name. Raises RefusedError: 404."""
    app = cloud.registry.app(package)
    if app is None:
        raise not_found()
    return app


def _body(cloud: Cloud, user: str, app: App) -> AppBody:
    return app_body(app, user, cloud.apps.view(user, app.package))


def _registered(package: str, owner: str, said: Registration, hashed: str) -> App:
    """The app that is described. Raises RefusedError."""
    try:
        url, settings = checked_url(said.public_url), checked_schema(said.settings)
    except ValueError as error:
        raise RefusedError(422, reasons.MALFORMED, str(error)) from error
    permissions = (PermissionBody(type=item) if isinstance(item, str) else item for item in said.permissions)
    hardware = (HardwareBody(type=item) if isinstance(item, str) else item for item in said.hardware)
    return App(
        package=package,
        owner=owner,
        name=said.name or package,
        key_hash=hashed,
        public_url=url,
        kind=said.type,
        permissions=_each_once(permissions),
        hardware=_each_once(hardware),
        settings=settings,
    )


def _each_once(items: Iterable[PermissionBody | HardwareBody]) -> tuple[dict[str, str], ...]:
    """As they are kept: of two of the same type the later one."""
    return tuple({item.type: item.model_dump() for item in items}.values())
