"""A live stream that is to end is to end after a restart too."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Streams of before run on."""
    op.add_column("live_streams", sa.Column("stopping", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Remove it."""
    op.drop_column("live_streams", "stopping")
