"""Who of a summoned unit answers for its task."""

from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "ALTER TABLE call ADD COLUMN responsible_staff text, ADD COLUMN responsible_at timestamptz",
    """
    CREATE INDEX call_responsible_idx ON call (responsible_staff, called_at, case_id, version, unit_code)
    WHERE responsible_staff IS NOT NULL
    """,
)


def upgrade() -> None:
    """Only adds: a worker of the release before goes on beside it."""
    for statement in _STATEMENTS:
        op.execute(statement)
