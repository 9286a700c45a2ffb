"""Clocks that can stand still, be given more time, and come again; each keeps the limit of which its end is.

Those of before have none: whoever lets one stand still moves its end by just that time.
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "ALTER TABLE clock ADD COLUMN limit_value integer",
    "ALTER TABLE clock ADD COLUMN limit_unit text",
    "ALTER TABLE clock ADD COLUMN first_day boolean NOT NULL DEFAULT false",
    "ALTER TABLE clock ADD COLUMN pauses jsonb NOT NULL DEFAULT '[]'",
    "ALTER TABLE clock ADD COLUMN every_days integer",
    "ALTER TABLE clock DROP CONSTRAINT clock_state_check",
    """
    ALTER TABLE clock ADD CONSTRAINT clock_state_check
        CHECK (state IN ('pending', 'paused', 'fired', 'cancelled', 'failed'))
    """,
    """
    ALTER TABLE clock ADD CONSTRAINT clock_limit_unit_check
        CHECK (limit_unit IN ('hour', 'calendar_day', 'work_day'))
    """,
    """
    ALTER TABLE clock ADD CONSTRAINT clock_limit CHECK (
        (limit_value IS NULL) = (limit_unit IS NULL) AND (limit_value IS NULL OR limit_value > 0)
    )
    """,
    "ALTER TABLE clock ADD CONSTRAINT clock_every_days CHECK (every_days IS NULL OR every_days > 0)",
    "CREATE INDEX clock_paused_idx ON clock (next_at, clock_id) WHERE state = 'paused'",
)


def upgrade() -> None:
    """Add them."""
    for statement in _STATEMENTS:
        op.execute(statement)
