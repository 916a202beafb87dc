"""What is asked of the database about apps, and how a row becomes an app and an app a row."""

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncSession

from trifocal_cloud.apps import App
from trifocal_cloud.io.tables import (
    AppCallbackRow,
    AppDeliveryRow,
    AppRow,
    AppSettingsRow,
    AppStorageRow,
    RunningAppRow,
)

OF_AN_APP = (AppRow, RunningAppRow, AppSettingsRow, AppStorageRow, AppDeliveryRow, AppCallbackRow)
"""Where an app has rows."""


async def apps(session: AsyncSession) -> list[App]:
    """Every registered app, by package name."""
    return [_app(row) for row in await session.scalars(select(AppRow).order_by(AppRow.package))]


async def put_app(session: AsyncSession, app: App, now: int) -> None:
    """Register this app, or what is new about it, at `now` (epoch ms)."""
    row = await session.get(AppRow, app.package)
    if row is None:
        row = AppRow(package=app.package, created_at=now)
        session.add(row)
    row.owner, row.name, row.key_hash = app.owner, app.name, app.key_hash
    row.public_url, row.kind, row.updated_at = app.public_url, app.kind, now
    row.permissions, row.hardware, row.settings = list(app.permissions), list(app.hardware), list(app.settings)


async def remove_app(session: AsyncSession, package: str) -> None:
    """Forget this app and all that it has: whoever registers the name next finds nothing of it."""
    for table in OF_AN_APP:
        await session.execute(delete(table).where(table.package == package))


async def settings(session: AsyncSession, user: str, package: str) -> dict[str, Any]:
    """What this user has set in this app, by key."""
    row = await session.get(AppSettingsRow, (user, package))
    return {} if row is None else dict(row.values)


async def set_settings(session: AsyncSession, user: str, package: str, values: dict[str, Any]) -> None:
    """Set these; None takes back what was set."""
    row = await session.get(AppSettingsRow, (user, package))
    if row is None:
        row = AppSettingsRow(user=user, package=package, values={})
        session.add(row)
    row.values = {key: value for key, value in {**row.values, **values}.items() if value is not None}


async def storage(session: AsyncSession, user: str, package: str) -> dict[str, str]:
    """All that this app keeps for this user."""
    found = await session.scalars(
        select(AppStorageRow).where(AppStorageRow.user == user, AppStorageRow.package == package)
    )
    return {row.key: row.value for row in found}


async def put_storage(session: AsyncSession, user: str, package: str, texts: dict[str, str]) -> None:
    """Keep these besides those that are there."""
    wanted = insert(AppStorageRow)
    wanted = wanted.on_conflict_do_update(
        index_elements=("user", "package", "key"), set_={"value": wanted.excluded.value}
    )
    rows = [{"user": user, "package": package, "key": key, "value": value} for key, value in texts.items()]
    if rows:
        await session.execute(wanted, rows)


async def delete_storage(session: AsyncSession, user: str, package: str, key: str | None = None) -> None:
    """Forget this text, or all of them when no key is given."""
    wanted = delete(AppStorageRow).where(AppStorageRow.user == user, AppStorageRow.package == package)
    if key is not None:
        wanted = wanted.where(AppStorageRow.key == key)
    await session.execute(wanted)


def _app(row: AppRow) -> App:
    return App(
        package=row.package,
        owner=row.owner,
        name=row.name,
        key_hash=row.key_hash,
        public_url=row.public_url,
        kind=row.kind,
        permissions=tuple(row.permissions),
        hardware=tuple(row.hardware),
        settings=tuple(row.settings),
    )
