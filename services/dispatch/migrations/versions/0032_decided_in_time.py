"""Until when what a unit asks for is to be decided, and since when what was not waits for the supervisors."""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "ALTER TABLE work ADD COLUMN request_raised_at timestamptz",
    """
    ALTER TABLE request ADD COLUMN due_at timestamptz,
        ADD COLUMN raised_at timestamptz,
        ADD CONSTRAINT request_raised_late CHECK (raised_at IS NULL OR due_at IS NOT NULL)
    """,
)


def upgrade() -> None:
    """Only adds: a worker of the release before goes on beside it."""
    for statement in _STATEMENTS:
        op.execute(statement)
