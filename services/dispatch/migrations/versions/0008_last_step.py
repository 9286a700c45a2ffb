"""When the last step of a case was taken, so that no later one carries a time before it."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only adds: a worker of the release before goes on beside it. Empty means as before: the moments that are kept."""
    op.execute("ALTER TABLE work ADD COLUMN stepped_at timestamptz")
