"""The rows of apps: what is written is what is read, and a removed app leaves none."""

from typing import Any

from sqlalchemy import func, select

from trifocal_cloud.apps import App
from trifocal_cloud.io import app_rows
from trifocal_cloud.io.tables import (
    AppCallbackRow,
    AppDeliveryRow,
    AppSettingsRow,
    AppStorageRow,
    RunningAppRow,
    Table,
)
from trifocal_cloud.testing import ANN, EPOCH_MS, House

CAM = App("cam", ANN, "Camera", "0" * 64, "http://localhost:7010")


def of_every_kind(package: str) -> list[Table]:
    """A row of each kind that an app can have beside its own."""
    return [
        RunningAppRow(user=ANN, package=package, since=EPOCH_MS),
        AppSettingsRow(user=ANN, package=package, values={}),
        AppStorageRow(user=ANN, package=package, key="k", value="v"),
        AppDeliveryRow(
            user=ANN, request_id=package, package=package, webhook_url="", auth_token="", created_at=EPOCH_MS, error=""
        ),
        AppCallbackRow(
            callback_id=package, package=package, user=ANN, streams=[], url="", secret="s", created_at=EPOCH_MS
        ),
    ]


async def counts(house: House) -> dict[str, int]:
    """How many rows of apps there are, by table."""
    found: dict[str, Any] = {}
    async with house.cloud.database.reading() as session:
        for table in app_rows.OF_AN_APP:
            found[table.__tablename__] = await session.scalar(select(func.count()).select_from(table))
    return found


async def test_a_removed_app_leaves_nothing_and_takes_nothing_of_others(house: House) -> None:
    async with house.cloud.database.writing() as session:
        for app in (CAM, App("other", ANN, "Other", "1" * 64, "http://localhost:7011")):
            await app_rows.put_app(session, app, EPOCH_MS)
            session.add_all(of_every_kind(app.package))
    assert set((await counts(house)).values()) == {2}
    async with house.cloud.database.writing() as session:
        await app_rows.remove_app(session, "cam")
        assert [app.package for app in await app_rows.apps(session)] == ["other"]
    assert set((await counts(house)).values()) == {1}


def test_every_table_with_a_package_is_emptied_with_its_app() -> None:
    with_package = {table.name for table in Table.metadata.tables.values() if "package" in table.columns}
    assert with_package == {table.__tablename__ for table in app_rows.OF_AN_APP}


async def test_storage_is_kept_by_key_and_forgotten_by_key(house: House) -> None:
    async with house.cloud.database.writing() as session:
        await app_rows.put_storage(session, ANN, "cam", {"a": "1", "b": "2"})
        await app_rows.put_storage(session, ANN, "cam", {"b": "3", "": "\u0000"})
        await app_rows.put_storage(session, ANN, "cam", {})
        await app_rows.put_storage(session, "bob", "cam", {"a": "bob's"})
    async with house.cloud.database.writing() as session:
        assert await app_rows.storage(session, ANN, "cam") == {"a": "1", "b": "3", "": "\u0000"}
        await app_rows.delete_storage(session, ANN, "cam", "")
        await app_rows.delete_storage(session, ANN, "cam", "nothing")
        assert await app_rows.storage(session, ANN, "cam") == {"a": "1", "b": "3"}
        await app_rows.delete_storage(session, ANN, "cam")
        assert await app_rows.storage(session, ANN, "cam") == {}
        assert await app_rows.storage(session, "bob", "cam") == {"a": "bob's"}
