"""The first schema: photo requests and photos."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "photo_requests",
        sa.Column("user", sa.String(254), nullable=False),
        sa.Column("request_id", sa.String(128), nullable=False),
        sa.Column("press_id", sa.String(128), nullable=False),
        sa.Column("app_id", sa.String(128), nullable=False),
        sa.Column("save_to_gallery", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("user", "request_id", name="pk_photo_requests"),
    )
    op.create_index("ix_photo_requests_user_press_id", "photo_requests", ["user", "press_id"])
    op.create_index("ix_photo_requests_finished_at", "photo_requests", ["finished_at"])
    op.create_table(
        "photos",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("photo_id", sa.String(64), nullable=False),
        sa.Column("user", sa.String(254), nullable=False),
        sa.Column("request_id", sa.String(128), nullable=False),
        sa.Column("press_id", sa.String(128), nullable=False),
        sa.Column("app_id", sa.String(128), nullable=False),
        sa.Column("device_id", sa.String(128), nullable=False),
        sa.Column("mime_type", sa.String(32), nullable=False),
        sa.Column("timestamp", sa.BigInteger(), nullable=False),
        sa.Column("uploaded_at", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("in_gallery", sa.Boolean(), nullable=False),
        sa.Column("blob_key", sa.String(256), nullable=False),
        sa.Column("thumbnail", sa.String(16), nullable=False),
        sa.Column("deleted_at", sa.BigInteger(), nullable=True),
        sa.UniqueConstraint("photo_id", name="uq_photos_photo_id"),
        sa.UniqueConstraint("user", "request_id", name="uq_photos_user_request_id"),
    )
    op.create_index("ix_photos_user_timestamp_number", "photos", ["user", "timestamp", "number"])


def downgrade() -> None:
    """Remove both tables."""
    op.drop_table("photos")
    op.drop_table("photo_requests")
