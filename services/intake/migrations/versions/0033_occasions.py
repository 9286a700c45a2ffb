"""Occasions: collections at points, fora and on-the-spot offices, with what was raised there."""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE occasion (
        occasion_id text PRIMARY KEY,
        kind text NOT NULL,
        point_id text,
        area_code text NOT NULL,
        day date NOT NULL,
        started_at timestamptz NOT NULL,
        ended_at timestamptz NOT NULL,
        at_hours text,
        place text NOT NULL,
        topic text NOT NULL,
        staff_ids text[] NOT NULL,
        unit_codes text[] NOT NULL,
        citizens int NOT NULL,
        entered_by text NOT NULL,
        entered_on date NOT NULL,
        recorded_at timestamptz NOT NULL,
        version int NOT NULL,
        CONSTRAINT occasion_point_id_fkey FOREIGN KEY (point_id) REFERENCES collection_point (point_id),
        CONSTRAINT occasion_kind_check CHECK (kind IN ('collection', 'forum', 'on_the_spot_office')),
        CONSTRAINT occasion_at_hours_check CHECK (at_hours IN ('within', 'outside', 'not_open_that_day')),
        CONSTRAINT occasion_occasion_id_check CHECK (length(occasion_id) = 36),
        CONSTRAINT occasion_area_code_check CHECK (length(area_code) IN (12, 15)),
        CONSTRAINT occasion_times CHECK (started_at <= ended_at),
        CONSTRAINT occasion_point CHECK ((kind = 'collection') = (point_id IS NOT NULL)),
        CONSTRAINT occasion_hours CHECK ((point_id IS NULL) = (at_hours IS NULL)),
        CONSTRAINT occasion_staff CHECK (cardinality(staff_ids) > 0),
        CONSTRAINT occasion_citizens_check CHECK (citizens >= 0),
        CONSTRAINT occasion_version_check CHECK (version > 0)
    )
    """,
    "CREATE INDEX occasion_newest_idx ON occasion (started_at DESC, occasion_id DESC)",
    "CREATE INDEX occasion_area_idx ON occasion (area_code, started_at DESC, occasion_id DESC)",
    "CREATE INDEX occasion_kind_idx ON occasion (kind, started_at DESC, occasion_id DESC)",
    """
    CREATE INDEX occasion_point_idx ON occasion (point_id, started_at DESC, occasion_id DESC)
        WHERE point_id IS NOT NULL
    """,
    """
    CREATE TABLE occasion_matter (
        occasion_id text NOT NULL,
        number int NOT NULL,
        ended text NOT NULL,
        kind text NOT NULL,
        category_code text,
        text text,
        answer text,
        case_id text,
        PRIMARY KEY (occasion_id, number),
        CONSTRAINT occasion_matter_occasion_id_fkey FOREIGN KEY (occasion_id) REFERENCES occasion (occasion_id),
        CONSTRAINT occasion_matter_ended_check CHECK (ended IN ('solved_on_the_spot', 'becomes_case', 'explained')),
        CONSTRAINT occasion_matter_kind_check
            CHECK (kind IN ('consult', 'help', 'complaint', 'report', 'suggest', 'praise')),
        CONSTRAINT occasion_matter_case CHECK ((ended = 'explained') = (case_id IS NULL)),
        CONSTRAINT occasion_matter_words CHECK ((ended = 'explained') = (text IS NOT NULL))
    )
    """,
    "CREATE INDEX occasion_matter_case_idx ON occasion_matter (case_id) WHERE case_id IS NOT NULL",
    """
    CREATE TABLE occasion_change (
        occasion_id text NOT NULL,
        version int NOT NULL,
        action text NOT NULL,
        before jsonb NOT NULL,
        who text NOT NULL,
        unit_code text,
        staff_id text,
        at timestamptz NOT NULL,
        why text NOT NULL,
        PRIMARY KEY (occasion_id, version),
        CONSTRAINT occasion_change_occasion_id_fkey FOREIGN KEY (occasion_id) REFERENCES occasion (occasion_id)
            DEFERRABLE INITIALLY DEFERRED,
        CONSTRAINT occasion_change_action_check CHECK (action IN ('record', 'correct'))
    )
    """,
)


def upgrade() -> None:
    """Only adds: a process of the release before goes on beside it, and knows no occasions."""
    for statement in _STATEMENTS:
        op.execute(statement)
