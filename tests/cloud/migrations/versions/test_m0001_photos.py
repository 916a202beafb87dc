"""The first schema: what may be there once only, and what is found by an index."""

from sqlalchemy import create_engine, inspect

from trifocal_cloud.io.database import migrate


def test_a_request_has_one_photo_and_a_photo_one_id() -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        migrate(connection)
        unique = inspect(connection).get_unique_constraints("photos")
        assert sorted(found["column_names"] for found in unique) == [["photo_id"], ["user", "request_id"]]
        key = inspect(connection).get_pk_constraint("photo_requests")
        assert key["constrained_columns"] == ["user", "request_id"]
    engine.dispose()


def test_the_gallery_is_read_from_an_index() -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        migrate(connection)
        query = "EXPLAIN QUERY PLAN SELECT * FROM photos WHERE user = 'a' ORDER BY timestamp DESC, number DESC LIMIT 5"
        plan = str(connection.exec_driver_sql(query).all())
        assert "ix_photos_user_timestamp_number" in plan
        assert "TEMP B-TREE" not in plan
    engine.dispose()
