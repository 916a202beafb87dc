"""The rows as code sees them are the rows as the migrations make them."""

from trifocal_cloud.io.tables import PhotoRow, Table


def test_every_constraint_has_a_name_that_a_migration_can_say() -> None:
    for table in Table.metadata.tables.values():
        assert all(index.name for index in table.indexes)
        assert all(constraint.name for constraint in table.constraints)


def test_times_and_sizes_are_wide_enough() -> None:
    kinds = {column.name: str(column.type) for column in PhotoRow.__table__.columns}
    assert {kinds[name] for name in ("timestamp", "uploaded_at", "size", "deleted_at")} == {"BIGINT"}
