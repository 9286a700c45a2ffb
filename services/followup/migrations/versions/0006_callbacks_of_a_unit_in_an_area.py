"""An index for the callbacks of one unit in one area: each may have many, and both together none."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only an index: a worker of the release before goes on beside it."""
    op.execute(
        "CREATE INDEX callback_unit_area_idx"
        " ON callback (handling_unit, state, area_code text_pattern_ops, next_try_at, callback_id)"
        " WHERE handling_unit IS NOT NULL"
    )
