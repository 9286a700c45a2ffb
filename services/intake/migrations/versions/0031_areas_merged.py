"""Households go along with an area that was merged into another."""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    ALTER TABLE household_change DROP CONSTRAINT household_change_action_check,
        ADD CONSTRAINT household_change_action_check CHECK (action IN ('register', 'change', 'assign', 'ask_mute',
            'confirm_mute', 'refuse_mute', 'unmute', 'split', 'merge', 'area_merged'))
    """,
)


def upgrade() -> None:
    """Only widens a list: a process of the release before goes on, and lets nobody go along."""
    for statement in _STATEMENTS:
        op.execute(statement)
