"""Group and risk matters of cases, and who was told."""

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE risk (
        risk_id text PRIMARY KEY,
        case_id text NOT NULL CONSTRAINT risk_case_id_fkey REFERENCES work,
        round int NOT NULL CONSTRAINT risk_round_check CHECK (round > 0),
        kind text NOT NULL,
        by_rule boolean NOT NULL,
        why text NOT NULL,
        told text[] NOT NULL,
        reported_by text NOT NULL,
        reported_by_staff text,
        reported_at timestamptz NOT NULL,
        due_at timestamptz NOT NULL,
        status text NOT NULL CONSTRAINT risk_status_check CHECK (status IN ('reported', 'acknowledged')),
        note text,
        acknowledged_by text,
        acknowledged_by_staff text,
        acknowledged_at timestamptz,
        late boolean NOT NULL,
        version int NOT NULL CONSTRAINT risk_version_check CHECK (version > 0),
        CONSTRAINT risk_due CHECK (due_at > reported_at),
        CONSTRAINT risk_acknowledged CHECK (
            (status = 'acknowledged') = (acknowledged_at IS NOT NULL)
            AND (acknowledged_at IS NULL) = (note IS NULL) AND (acknowledged_at IS NULL) = (acknowledged_by IS NULL)
            AND (acknowledged_at IS NOT NULL OR NOT late))
    )
    """,
    "CREATE UNIQUE INDEX risk_kind_idx ON risk (case_id, kind)",
    "CREATE INDEX risk_list_idx ON risk (reported_at, risk_id)",
    "CREATE INDEX risk_waiting_idx ON risk (due_at, risk_id) WHERE status = 'reported'",
)


def upgrade() -> None:
    """Only adds: a worker of the release before goes on beside it."""
    for statement in _STATEMENTS:
        op.execute(statement)
