"""Whose account it was that asked, decided, worked or took a step: the member of staff beside the account.

What was done before names accounts alone: nobody can say whose they were.
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_COLUMNS = (
    ("work", "return_asked_by_staff"),
    ("transition", "staff_id"),
    ("request", "asked_by_staff"),
    ("request", "decided_by_staff"),
)


def upgrade() -> None:
    """Only adds: a worker of the release before goes on beside it. Who worked on a part the history tells."""
    for table, column in _COLUMNS:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} text")
    op.execute(
        """
        ALTER TABLE request ADD CONSTRAINT request_decided_by_another_person
            CHECK (decided_by_staff <> asked_by_staff)
        """
    )
    op.execute("ALTER TABLE task ADD COLUMN worked_by text[] NOT NULL DEFAULT '{}'")
    op.execute(
        """
        UPDATE task SET worked_by = ARRAY(
            SELECT DISTINCT step.who COLLATE "C" FROM transition AS step
            WHERE step.case_id = task.case_id AND step.round = task.round AND step.unit_code = task.unit_code
                AND step.action IN ('support_sign', 'support_report', 'support_done')
            ORDER BY 1
        )
        WHERE status <> 'given'
        """
    )
