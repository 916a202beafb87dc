"""The database: migrated when opened, durable with every commit, one writer at a time."""

import asyncio
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import IntegrityError

from trifocal_cloud.io.database import HEAD, Database, alembic_config, to_its_end
from trifocal_cloud.io.tables import PhotoRequestRow, Table


def row(request_id: str, user: str = "ann") -> PhotoRequestRow:
    return PhotoRequestRow(
        user=user,
        request_id=request_id,
        press_id="",
        app_id="",
        save_to_gallery=True,
        status="requested",
        reason="",
        created_at=1,
    )


async def ids(database: Database) -> list[str]:
    async with database.reading() as session:
        return list(await session.scalars(select(PhotoRequestRow.request_id)))


async def test_an_empty_directory_becomes_the_newest_schema(tmp_path: Path) -> None:
    def difference(connection: Connection) -> list[object]:
        found: list[object] = compare_metadata(MigrationContext.configure(connection), Table.metadata)
        return found

    database = await Database.open(tmp_path / "new")
    async with database.reading() as session:
        assert await (await session.connection()).run_sync(difference) == []
    await database.close()


def test_the_newest_migration_is_known_by_name() -> None:
    assert ScriptDirectory.from_config(alembic_config()).get_current_head() == HEAD


async def test_it_is_as_careful_as_it_says(tmp_path: Path) -> None:
    database = await Database.open(tmp_path)
    async with database.reading() as session:
        said = [
            await session.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    await database.close()
    assert said == ["wal", 2, 1]


async def test_what_was_committed_is_there_when_opened_again(tmp_path: Path) -> None:
    database = await Database.open(tmp_path)
    async with database.writing() as session:
        session.add(row("r1"))
    await database.close()
    again = await Database.open(tmp_path)
    assert await ids(again) == ["r1"]
    await again.close()


async def test_a_transaction_that_raises_leaves_nothing(tmp_path: Path) -> None:
    database = await Database.open(tmp_path)

    async def interrupted() -> None:
        async with database.writing() as session:
            session.add(row("r1"))
            await session.flush()
            raise ValueError("x")

    with pytest.raises(ValueError, match="x"):
        await interrupted()
    assert await ids(database) == []
    await database.close()


async def test_the_same_request_twice_is_refused_and_others_go_on(tmp_path: Path) -> None:
    database = await Database.open(tmp_path)

    async def write(request_id: str, user: str = "ann") -> None:
        async with database.writing() as session:
            session.add(row(request_id, user))

    await write("r1")
    with pytest.raises(IntegrityError):
        await write("r1")
    await write("r1", "bob")
    assert await ids(database) == ["r1", "r1"]
    await database.close()


async def test_many_writers_take_turns(tmp_path: Path) -> None:
    database = await Database.open(tmp_path)

    async def write(number: int) -> None:
        async with database.writing() as session:
            found = len(list(await session.scalars(select(PhotoRequestRow))))
            session.add(row(f"{found}"))

    await asyncio.gather(*(write(number) for number in range(20)))
    assert sorted(map(int, await ids(database))) == list(range(20))
    await database.close()


async def test_a_reader_is_not_held_up_by_a_writer(tmp_path: Path) -> None:
    database = await Database.open(tmp_path)
    async with database.writing() as session:
        session.add(row("r1"))
        await session.flush()
        assert await ids(database) == []
    assert await ids(database) == ["r1"]
    await database.close()


async def test_whoever_is_cancelled_lets_a_statement_end_first() -> None:
    begun, go_on, through = asyncio.Event(), asyncio.Event(), []

    async def work() -> int:
        begun.set()
        await go_on.wait()
        through.append(1)
        return 7

    caller = asyncio.create_task(to_its_end(work()))
    await begun.wait()
    caller.cancel()
    await asyncio.sleep(0)
    assert not caller.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert through == [1]
    assert await to_its_end(work()) == 7
