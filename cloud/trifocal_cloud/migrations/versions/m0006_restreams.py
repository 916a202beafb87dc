"""Where a live stream is sent on to is known after a restart too."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Streams of before go nowhere else."""
    op.add_column("live_streams", sa.Column("destinations", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    """Remove it."""
    op.drop_column("live_streams", "destinations")
