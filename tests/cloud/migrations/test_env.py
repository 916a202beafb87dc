"""Migrations: from nothing to the newest, and back, with nothing left over."""

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect

from trifocal_cloud.io.database import MIGRATIONS, migrate


def config(connection: Connection) -> Config:
    found = Config()
    found.set_main_option("script_location", str(MIGRATIONS))
    found.attributes["connection"] = connection
    return found


def test_up_twice_is_up_once_and_down_leaves_nothing() -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        migrate(connection)
        migrate(connection)
        assert {"photos", "photo_requests"} < set(inspect(connection).get_table_names())
        command.downgrade(config(connection), "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]
    engine.dispose()


def test_there_is_one_line_of_migrations() -> None:
    with create_engine("sqlite://").connect() as connection:
        assert len(ScriptDirectory.from_config(config(connection)).get_heads()) == 1
        connection.engine.dispose()
