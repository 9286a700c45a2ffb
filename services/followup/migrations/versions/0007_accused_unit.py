"""The unit complained about, which sees nothing of the case and is told nothing."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only adds: a worker of the release before goes on beside it, and knows no unit complained about."""
    op.execute("ALTER TABLE matter ADD COLUMN accused_unit text")
    op.execute("ALTER TABLE supervision ADD COLUMN accused_unit text")
