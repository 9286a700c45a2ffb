"""What citizens say to the questions that only their own pack has."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only adds: a worker of the release before goes on beside it."""
    op.execute("ALTER TABLE attempt ADD COLUMN notes jsonb NOT NULL DEFAULT '{}'")
