"""The unit complained about: few cases have one, and those are found at once, to be taken out of what it is shown."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only adds: a worker of the release before goes on beside it, and knows no unit complained about."""
    op.execute("ALTER TABLE fact ADD COLUMN accused_unit text NOT NULL DEFAULT ''")
    op.execute("CREATE INDEX fact_accused_idx ON fact (accused_unit, case_id) WHERE accused_unit <> ''")
