"""Settings: what a person has set in an app and in the whole system; and the app's own look at it."""

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from trifocal_cloud.app_settings import MENTRAOS_SCHEMA, Item, checked, valued
from trifocal_cloud.io.answers import Done
from trifocal_cloud.io.app_answers import SettingItems
from trifocal_cloud.io.app_routes import Package, known
from trifocal_cloud.io.cloud import Cloud, TheCloud
from trifocal_cloud.io.identity import Who, unknown
from trifocal_cloud.io.refusals import RefusedError, documented
from trifocal_cloud.io.registry import SYSTEM
from trifocal_cloud.io.schemas import Wire
from trifocal_shared import reasons

router = APIRouter(tags=["settings"])

_bearer = HTTPBearer(auto_error=False, scheme_name="appSession", description="The session id that an app was given.")


class Values(Wire):
    """What is to be set, by key; what is not named stays, and null goes back to the default."""

    values: dict[str, Any]


class AppSettings(Done):
    """An app's settings as the app's SDK reads them: items with their `value`."""

    settings: list[dict[str, Any]]


@router.get("/api/apps/{package}/settings", responses=documented(401, 404, 422))
async def app_settings(cloud: TheCloud, user: Who, package: Package) -> SettingItems:
    """What you can set in this app, and what you have."""
    return await _items(cloud, user, package, known(cloud, package).settings)


@router.put("/api/apps/{package}/settings", responses=documented(401, 403, 404, 408, 413, 422))
async def set_app_settings(
    cloud: TheCloud, user: Who, package: Package, wanted: Annotated[Values, Body()]
) -> SettingItems:
    """Set something in this app; where it runs it hears of it at once."""
    return await _set(cloud, user, package, known(cloud, package).settings, wanted)


@router.get("/api/settings", responses=documented(401))
async def system_settings(cloud: TheCloud, user: Who) -> SettingItems:
    """What you can set in the whole system, and what you have."""
    return await _items(cloud, user, SYSTEM, MENTRAOS_SCHEMA)


@router.put("/api/settings", responses=documented(401, 403, 408, 413, 422))
async def set_system_settings(cloud: TheCloud, user: Who, wanted: Annotated[Values, Body()]) -> SettingItems:
    """Set something in the whole system; all your apps that run hear of it at once."""
    return await _set(cloud, user, SYSTEM, MENTRAOS_SCHEMA, wanted)


@router.get("/appsettings/user/{package}", responses=documented(401, 422), tags=["for apps"])
async def settings_for_app(
    cloud: TheCloud,
    request: Request,
    package: Package,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> AppSettings:
    """What the person has set whose session this is (PROTOCOL-apps §7)."""
    if bearer is None:
        raise unknown(reasons.NO_TOKEN)
    session = cloud.apps.session(bearer.credentials)
    app = cloud.registry.app(package)
    if session is None or session[1] != package or app is None:
        raise unknown(reasons.TOKEN_REJECTED)
    items = await _items(cloud, session[0], package, app.settings)
    return AppSettings(settings=items.settings)


async def _items(cloud: Cloud, user: str, package: str, schema: Iterable[Item]) -> SettingItems:
    return SettingItems(settings=valued(schema, await cloud.registry.settings_of(user, package)))


async def _set(cloud: Cloud, user: str, package: str, schema: tuple[Item, ...], wanted: Values) -> SettingItems:
    try:
        values = checked(schema, wanted.values)
    except ValueError as error:
        raise RefusedError(422, reasons.MALFORMED, str(error)) from error
    await cloud.registry.set_settings(user, package, values)
    return await _items(cloud, user, package, schema)
