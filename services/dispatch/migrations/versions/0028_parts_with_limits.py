"""What each unit is to do beside a lead, by what measures, and until when."""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "ALTER TABLE task ADD COLUMN what text",
    "ALTER TABLE task ADD COLUMN measures text",
    "ALTER TABLE task ADD COLUMN due_at timestamptz",
    """
    CREATE INDEX task_due_idx ON task (due_at, case_id)
    WHERE status IN ('given', 'signed') AND due_at IS NOT NULL
    """,
)


def upgrade() -> None:
    """Only adds: a worker of the release before goes on beside it."""
    for statement in _STATEMENTS:
        op.execute(statement)
