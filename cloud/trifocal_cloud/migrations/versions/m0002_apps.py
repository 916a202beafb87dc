"""Apps: the registry, who runs which, their settings and storage, what is still to be delivered, and callbacks."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = ("apps", "running_apps", "app_settings", "app_storage", "app_deliveries", "app_callbacks")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "apps",
        _text("package", 128, key=True),
        _text("owner", 254),
        _text("name", 128),
        _text("key_hash", 64),
        _text("public_url", 2048),
        _text("kind", 32),
        sa.Column("permissions", sa.JSON(), nullable=False),
        sa.Column("hardware", sa.JSON(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "running_apps",
        _text("user", 254, key=True),
        _text("package", 128, key=True),
        sa.Column("since", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "app_settings",
        _text("user", 254, key=True),
        _text("package", 128, key=True),
        sa.Column("values", sa.JSON(), nullable=False),
    )
    op.create_table(
        "app_storage",
        _text("user", 254, key=True),
        _text("package", 128, key=True),
        _text("key", 256, key=True),
        sa.Column("value", sa.Text(), nullable=False),
    )
    op.create_table(
        "app_deliveries",
        _text("user", 254, key=True),
        _text("request_id", 128, key=True),
        _text("package", 128),
        _text("webhook_url", 2048),
        _text("auth_token", 4096),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        _text("error", 32),
    )
    op.create_index("ix_app_deliveries_done_at", "app_deliveries", ["done_at"])
    op.create_table(
        "app_callbacks",
        _text("callback_id", 64, key=True),
        _text("package", 128),
        _text("user", 254),
        sa.Column("streams", sa.JSON(), nullable=False),
        _text("url", 2048),
        _text("secret", 256),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_app_callbacks_package_user", "app_callbacks", ["package", "user"])
    op.create_index("ix_photo_requests_request_id", "photo_requests", ["request_id"])


def downgrade() -> None:
    """Remove them."""
    op.drop_index("ix_photo_requests_request_id", "photo_requests")
    for table in TABLES:
        op.drop_table(table)


def _text(name: str, length: int, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), primary_key=key, nullable=False)
