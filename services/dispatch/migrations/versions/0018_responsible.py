"""Who of a unit answers for a case, or for its part of it."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "ALTER TABLE work ADD COLUMN responsible_staff text",
    "ALTER TABLE work ADD COLUMN responsible_at timestamptz",
    """
    CREATE INDEX work_responsible_idx ON work (responsible_staff, list_due_at, case_id)
    WHERE responsible_staff IS NOT NULL
    """,
    "ALTER TABLE task ADD COLUMN responsible_staff text",
    "ALTER TABLE task ADD COLUMN responsible_at timestamptz",
    """
    CREATE INDEX task_responsible_idx ON task (responsible_staff, case_id)
    WHERE status IN ('given', 'signed') AND responsible_staff IS NOT NULL
    """,
)


def upgrade() -> None:
    """Only adds: a worker of the release before goes on beside it."""
    for statement in _STATEMENTS:
        op.execute(statement)
