"""Who works on a case, if not the unit that leads it."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No case that is there was delegated."""
    op.execute("ALTER TABLE cases ADD COLUMN delegate_unit text")
    op.execute(
        "CREATE INDEX cases_delegate_idx ON cases (delegate_unit, registered_at DESC, case_id DESC)"
        " WHERE delegate_unit IS NOT NULL"
    )
