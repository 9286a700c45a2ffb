"""An index for a unit that looks for its cases of one category: among all that it ever had, there may be none."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only adds: a worker of the release before goes on beside it."""
    op.execute(
        "CREATE INDEX cases_unit_category_idx ON cases (lead_unit, category_code, registered_at DESC, case_id DESC)"
        " WHERE lead_unit IS NOT NULL AND category_code IS NOT NULL"
    )
