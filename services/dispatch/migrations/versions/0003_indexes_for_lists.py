"""Indexes for lists that read much and showed little: what is overdue or not, and what was done in one grid."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_INDEXES = (
    """
    CREATE INDEX work_open_overdue_idx ON work (list_due_at, case_id)
        WHERE status IN ('assigned', 'signed') AND overdue IS TRUE
    """,
    """
    CREATE INDEX work_open_in_time_idx ON work (list_due_at, case_id)
        WHERE status IN ('assigned', 'signed') AND overdue IS FALSE
    """,
    """
    CREATE INDEX work_done_area_idx ON work (area_code text_pattern_ops, status, list_due_at, case_id)
        WHERE status IN ('handled', 'answered', 'closed')
    """,
)


def upgrade() -> None:
    """Only adds: a worker of the release before goes on beside it."""
    for statement in _INDEXES:
        op.execute(statement)
