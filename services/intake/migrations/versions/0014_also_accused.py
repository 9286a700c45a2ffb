"""Who is complained about beside the unit that a registration named: further units, and people, at once or later."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only adds: a process of the release before goes on beside it."""
    op.execute("ALTER TABLE cases ADD COLUMN also_accused text[] NOT NULL DEFAULT '{}'")
