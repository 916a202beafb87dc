"""Videos: what a request is for."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """All requests so far were for photos."""
    with op.batch_alter_table("photo_requests") as table:
        table.add_column(sa.Column("media_type", sa.String(8), nullable=False, server_default="photo"))


def downgrade() -> None:
    """Forget which were for videos."""
    with op.batch_alter_table("photo_requests") as table:
        table.drop_column("media_type")
