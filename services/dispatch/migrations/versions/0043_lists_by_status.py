"""Lists of summoned units' tasks and of letters are short walks in any status; who is complained about is found."""

from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "CREATE INDEX call_unit_status_idx ON call (unit_code, status, called_at, case_id, version)",
    "CREATE INDEX call_street_status_idx ON call (street_unit, status, called_at, case_id, version, unit_code)",
    "CREATE INDEX call_status_idx ON call (status, called_at, case_id, version, unit_code)",
    "CREATE INDEX letter_office_status_idx ON letter (office, status, drafted_at, letter_id)",
    "CREATE INDEX letter_receiver_status_idx ON letter (to_unit, status, drafted_at, letter_id)"
    " WHERE sent_at IS NOT NULL",
    "CREATE INDEX request_count_idx ON request (kind, state, raised_at, case_id)",
    "CREATE INDEX work_accused_idx ON work (accused_unit) WHERE accused_unit IS NOT NULL",
    "CREATE INDEX work_also_accused_idx ON work USING gin (also_accused) WHERE also_accused <> '{}'",
)


def upgrade() -> None:
    """Only adds: a worker of the release before goes on beside it."""
    for statement in _STATEMENTS:
        op.execute(statement)
