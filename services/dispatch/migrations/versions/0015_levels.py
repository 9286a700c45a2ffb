"""Units that a case was delegated to, by whom each step left it worked on, and why it was handed over."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "ALTER TABLE work ADD COLUMN delegates text[] NOT NULL DEFAULT '{}'",
    """
    CREATE INDEX work_delegated_idx ON work ((delegates[cardinality(delegates)]), list_due_at, case_id)
    WHERE status IN ('assigned', 'signed') AND delegates <> '{}'
    """,
    "ALTER TABLE transition ADD COLUMN delegate_unit text",
    "ALTER TABLE decision ADD COLUMN reason_code text",
)


def upgrade() -> None:
    """No case that is there was delegated."""
    for statement in _STATEMENTS:
        op.execute(statement)
