"""What units do in a case beside its lead; the support units of open cases get their tasks."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_TASKS = (
    """
    CREATE TABLE task (
        case_id text NOT NULL REFERENCES work,
        version integer NOT NULL CHECK (version > 0),
        unit_code text NOT NULL,
        round integer NOT NULL CHECK (round > 0),
        role text NOT NULL CHECK (role IN ('support')),
        status text NOT NULL CHECK (status IN ('given', 'signed', 'done', 'cancelled')),
        given_at timestamptz NOT NULL,
        signed_at timestamptz,
        ended_at timestamptz,
        result text,
        PRIMARY KEY (case_id, version, unit_code),
        CONSTRAINT task_signed CHECK (status NOT IN ('signed', 'done') OR signed_at IS NOT NULL),
        CONSTRAINT task_ended CHECK ((status IN ('done', 'cancelled')) = (ended_at IS NOT NULL)),
        CONSTRAINT task_done_has_result CHECK (status <> 'done' OR result IS NOT NULL)
    )
    """,
    "CREATE INDEX task_open_unit_idx ON task (unit_code, case_id) WHERE status IN ('given', 'signed')",
    "CREATE UNIQUE INDEX task_open_idx ON task (case_id, round, unit_code) WHERE status IN ('given', 'signed')",
    "ALTER TABLE work ADD COLUMN open_support text[] NOT NULL DEFAULT '{}'",
    """
    INSERT INTO task
    SELECT work.case_id, (SELECT max(version) FROM decision WHERE decision.case_id = work.case_id), unit, round,
        'support', 'given', assigned_at
    FROM work CROSS JOIN LATERAL unnest(support_units) AS unit
    WHERE status IN ('assigned', 'signed') AND unit IS DISTINCT FROM accused_unit
    """,
    """
    UPDATE work SET open_support = array_remove(support_units, accused_unit)
    WHERE status IN ('assigned', 'signed') AND support_units <> '{}'
    """,
)


def upgrade() -> None:
    """End the processes of the release before first: to whom they give a case beside its lead would have no task."""
    for statement in _TASKS:
        op.execute(statement)
