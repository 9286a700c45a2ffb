"""Who answered at the door, so that he never asks about his own answer."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only adds: a worker of the release before goes on beside it."""
    op.execute("ALTER TABLE callback ADD COLUMN answered_by text")
