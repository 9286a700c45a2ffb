"""Collection points: where and when somebody listens, each step of one, and who is on duty there."""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE collection_point (
        point_id text PRIMARY KEY,
        code text NOT NULL,
        kind text NOT NULL,
        name text NOT NULL,
        place text NOT NULL,
        area_code text NOT NULL,
        days text NOT NULL,
        opens_at time NOT NULL,
        closes_at time NOT NULL,
        from_day date NOT NULL,
        until_day date,
        opened_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version int NOT NULL,
        CONSTRAINT collection_point_kind_check CHECK (kind IN ('estate', 'square', 'market', 'office', 'other')),
        CONSTRAINT collection_point_point_id_check CHECK (length(point_id) = 36),
        CONSTRAINT collection_point_area_code_check CHECK (length(area_code) IN (12, 15)),
        CONSTRAINT collection_point_hours CHECK (opens_at < closes_at),
        CONSTRAINT collection_point_days CHECK (until_day IS NULL OR from_day <= until_day),
        CONSTRAINT collection_point_version_check CHECK (version > 0)
    )
    """,
    "CREATE UNIQUE INDEX collection_point_code_key ON collection_point (code)",
    "CREATE INDEX collection_point_area_idx ON collection_point (area_code, point_id)",
    """
    CREATE TABLE point_change (
        point_id text NOT NULL,
        version int NOT NULL,
        action text NOT NULL,
        told jsonb NOT NULL,
        who text NOT NULL,
        unit_code text,
        staff_id text,
        at timestamptz NOT NULL,
        why text NOT NULL,
        PRIMARY KEY (point_id, version),
        CONSTRAINT point_change_point_id_fkey FOREIGN KEY (point_id) REFERENCES collection_point (point_id)
            DEFERRABLE INITIALLY DEFERRED,
        CONSTRAINT point_change_action_check CHECK (action IN ('open', 'change'))
    )
    """,
    """
    CREATE TABLE point_duty (
        point_id text NOT NULL,
        on_day date NOT NULL,
        correction int NOT NULL,
        staff_ids text[] NOT NULL,
        who text NOT NULL,
        unit_code text,
        staff_id text,
        at timestamptz NOT NULL,
        why text NOT NULL,
        PRIMARY KEY (point_id, on_day, correction),
        CONSTRAINT point_duty_point_id_fkey FOREIGN KEY (point_id) REFERENCES collection_point (point_id),
        CONSTRAINT point_duty_correction_check CHECK (correction >= 0)
    )
    """,
    "CREATE INDEX point_duty_day_idx ON point_duty (on_day, point_id, correction DESC)",
)


def upgrade() -> None:
    """Only adds: a process of the release before goes on beside it, and knows no points."""
    for statement in _STATEMENTS:
        op.execute(statement)
