"""Indexes where the cost grew with all that ever was: lists of ended timers, callbacks by unit, broken promises.

A gauge counts broken promises of open cases by what is broken; its index holds exactly that, and nothing of cases that
were closed.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_INDEXES = (
    """
    CREATE INDEX timer_ended_idx ON timer (state, fires_at, timer_id) WHERE state IN ('fired', 'cancelled')
    """,
    """
    CREATE INDEX timer_ended_unit_idx ON timer (unit_code, state, fires_at, timer_id)
        WHERE state IN ('fired', 'cancelled')
    """,
    """
    CREATE INDEX callback_unit_idx ON callback (handling_unit, state, next_try_at, callback_id)
        WHERE handling_unit IS NOT NULL
    """,
    "DROP INDEX matter_overdue_idx",
    "CREATE INDEX matter_overdue_idx ON matter (overdue) WHERE overdue <> '{}' AND status <> 'closed'",
)


def upgrade() -> None:
    """Only indexes: a worker of the release before goes on beside it."""
    for statement in _INDEXES:
        op.execute(statement)
