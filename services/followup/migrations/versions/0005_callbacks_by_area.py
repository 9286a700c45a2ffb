"""An index for the callbacks of one village among all that ever were."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only adds: a worker of the release before goes on beside it."""
    op.execute(
        "CREATE INDEX callback_area_idx ON callback (area_code text_pattern_ops, state, next_try_at, callback_id)"
    )
