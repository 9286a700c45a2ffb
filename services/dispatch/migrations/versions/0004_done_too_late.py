"""Indexes for what was done too late: little of all that was done, and looked for among it."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_WHERE = "WHERE status IN ('handled', 'answered', 'closed') AND overdue IS TRUE"
_INDEXES = {
    "work_done_overdue_idx": "status, list_due_at, case_id",
    "work_done_overdue_area_idx": "area_code text_pattern_ops, status, list_due_at, case_id",
    "work_done_overdue_unit_idx": "lead_unit, status, list_due_at, case_id",
}


def upgrade() -> None:
    """Only adds: a worker of the release before goes on beside it."""
    for name, columns in _INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON work ({columns}) {_WHERE}")
