"""The unit complained about, which takes no part in the case and does not see it."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only adds: a worker of the release before goes on beside it, and knows no unit complained about."""
    op.execute("ALTER TABLE work ADD COLUMN accused_unit text")
