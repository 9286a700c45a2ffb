"""Indexes for the callbacks of one village among all that ever were, or among all of a unit."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only indexes: a worker of the release before goes on beside it."""
    op.execute(
        "CREATE INDEX callback_area_idx ON callback (area_code text_pattern_ops, state, next_try_at, callback_id)"
    )
    # The area at its end: callbacks of other areas are passed over without being fetched.
    op.execute("DROP INDEX callback_unit_idx")
    op.execute(
        "CREATE INDEX callback_unit_idx ON callback"
        " (handling_unit, state, next_try_at, callback_id, area_code text_pattern_ops) WHERE handling_unit IS NOT NULL"
    )
