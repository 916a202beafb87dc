"""Runs migrations on the connection that the database hands over."""

from alembic import context

from trifocal_cloud.io.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
