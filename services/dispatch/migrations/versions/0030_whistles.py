"""Units that are summoned to a case, each with its task."""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_OPEN = "status IN ('called', 'on_the_way', 'arrived')"
_STATEMENTS = (
    "ALTER TABLE work ADD COLUMN open_called text[] NOT NULL DEFAULT '{}'",
    """
    CREATE TABLE call (
        case_id text NOT NULL CONSTRAINT call_case_id_fkey REFERENCES work,
        version int NOT NULL CONSTRAINT call_version_check CHECK (version > 0),
        unit_code text NOT NULL,
        round int NOT NULL CONSTRAINT call_round_check CHECK (round > 0),
        status text NOT NULL
            CONSTRAINT call_status_check CHECK (status IN ('called', 'on_the_way', 'arrived', 'done', 'cancelled')),
        kind text NOT NULL,
        street_unit text NOT NULL,
        area_code text NOT NULL CONSTRAINT call_area_code_check CHECK (area_code ~ '^[0-9]{12}([0-9]{3})?$'),
        place text NOT NULL,
        what text NOT NULL,
        called_at timestamptz NOT NULL,
        times int NOT NULL CONSTRAINT call_times_check CHECK (times > 0),
        report_due_at timestamptz,
        due_at timestamptz,
        acknowledged_at timestamptz,
        arrived_at timestamptz,
        arrived_area text,
        arrived_place text,
        late boolean NOT NULL,
        ended_at timestamptz,
        result text,
        worked_by text[] NOT NULL,
        PRIMARY KEY (case_id, version, unit_code),
        CONSTRAINT call_arrived CHECK (status NOT IN ('arrived', 'done') OR arrived_at IS NOT NULL),
        CONSTRAINT call_acknowledged CHECK (status IN ('called', 'cancelled') OR acknowledged_at IS NOT NULL),
        CONSTRAINT call_ended CHECK ((status IN ('done', 'cancelled')) = (ended_at IS NOT NULL)),
        CONSTRAINT call_ended_says_why CHECK (ended_at IS NULL OR result IS NOT NULL)
    )
    """,
    f"CREATE UNIQUE INDEX call_open_idx ON call (case_id, unit_code) WHERE {_OPEN}",
    f"CREATE INDEX call_open_unit_idx ON call (unit_code, called_at, case_id) WHERE {_OPEN}",
    "CREATE INDEX call_street_idx ON call (street_unit, called_at, case_id, version, unit_code)",
    "CREATE INDEX call_place_idx ON call (area_code, called_at, case_id)",
)


def upgrade() -> None:
    """Only adds: a worker of the release before goes on beside it."""
    for statement in _STATEMENTS:
        op.execute(statement)
