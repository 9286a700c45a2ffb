"""Lists of summoned units' tasks and of requests have indexes of their own order; claims are decided in time."""

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "ALTER TABLE call_claim ADD COLUMN due_at timestamptz",
    "CREATE INDEX call_unit_idx ON call (unit_code, called_at, case_id, version)",
    "CREATE INDEX call_called_idx ON call (called_at, case_id, version, unit_code)",
    "CREATE INDEX request_asked_idx ON request (asked_at, case_id, version)",
    "CREATE INDEX request_state_idx ON request (state, asked_at, case_id, version)",
    "CREATE INDEX request_raised_idx ON request (asked_at, case_id, version) WHERE raised_at IS NOT NULL",
)


def upgrade() -> None:
    """Only adds: a worker of the release before goes on beside it."""
    for statement in _STATEMENTS:
        op.execute(statement)
