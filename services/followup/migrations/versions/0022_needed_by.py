"""The day by which the citizen needs it is kept with the promises: it is the handling limit when it comes first."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only adds."""
    op.execute("ALTER TABLE matter ADD COLUMN needed_by date")
