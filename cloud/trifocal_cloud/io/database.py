"""The database: SQLite, always consistent, durable with every commit; brought up to date when it is opened."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

T = TypeVar("T")

NAME = "cloud.sqlite3"
MIGRATIONS = Path(__file__).parent.parent / "migrations"
HEAD = "0006"
"""The newest migration: a database that is there already is opened without reading the others."""

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000")
"""FULL: a commit in WAL mode survives power loss only with an fsync of its own."""


class Database:
    """One file of SQLite. Writers take turns here, so that none ever waits inside SQLite."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._session = async_sessionmaker(engine, expire_on_commit=False)
        self._writer = asyncio.Lock()

    @classmethod
    async def open(cls, data_dir: Path) -> "Database":
        """Open, or make, the database of this data directory and migrate it to the newest schema."""
        await asyncio.to_thread(data_dir.mkdir, parents=True, exist_ok=True)
        engine = create_async_engine(f"sqlite+aiosqlite:///{data_dir / NAME}", pool_size=4, max_overflow=4)
        event.listen(engine.sync_engine, "connect", _prepare)
        event.listen(engine.sync_engine, "begin", _begin)
        async with engine.connect() as connection:
            await connection.run_sync(migrate)
            await connection.commit()
        return cls(engine)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session that sees one consistent state."""
        async with self._session() as session:
            yield session

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """A transaction: durable when the block ends, undone when it raises."""
        async with self._writer, self._session() as session, session.begin():
            yield session

    async def close(self) -> None:
        """Close every connection; SQLite folds its log into the file."""
        await self._engine.dispose()


async def to_its_end(work: Coroutine[Any, Any, T]) -> T:
    """What `work` gives; when the caller is cancelled, only once it is through.

    A statement that is cancelled half-way leaves its connection hanging, and with it whoever closes the database.
    """
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise


def migrate(connection: Connection) -> None:
    """Bring the schema behind this connection up to the newest migration."""
    if MigrationContext.configure(connection).get_current_revision() == HEAD:
        return
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def alembic_config() -> Config:
    """Where Alembic finds the migrations of this package."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _prepare(connection: Any, record: ConnectionPoolEntry) -> None:
    # The driver would begin transactions on its own, and only before writes; `_begin` does it for all.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
