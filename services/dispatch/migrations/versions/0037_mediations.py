"""Mediations of cases, and their sessions."""

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE mediation (
        mediation_id text PRIMARY KEY,
        case_id text NOT NULL CONSTRAINT mediation_case_id_fkey REFERENCES work,
        round int NOT NULL CONSTRAINT mediation_round_check CHECK (round > 0),
        kind text NOT NULL,
        subject text NOT NULL,
        mediator text NOT NULL,
        mediator_unit text NOT NULL,
        post text NOT NULL,
        given_by text NOT NULL,
        given_by_staff text,
        given_by_unit text,
        given_at timestamptz NOT NULL,
        status text NOT NULL CONSTRAINT mediation_status_check CHECK (
            status IN ('given', 'meeting', 'agreed', 'kept', 'broken', 'failed', 'withdrawn')),
        sessions int NOT NULL CONSTRAINT mediation_sessions_check CHECK (sessions >= 0),
        last_held_at timestamptz,
        terms text,
        document text CONSTRAINT mediation_document_check CHECK (document ~ '^[0-9a-f]{64}$'),
        follow_up_on date,
        agreed_at timestamptz,
        note text,
        ended_by text,
        ended_by_staff text,
        ended_at timestamptz,
        worked_by text[] NOT NULL,
        version int NOT NULL CONSTRAINT mediation_version_check CHECK (version > 0),
        CONSTRAINT mediation_held CHECK ((sessions = 0) = (last_held_at IS NULL)),
        CONSTRAINT mediation_met CHECK (
            status NOT IN ('meeting', 'agreed', 'kept', 'broken', 'failed') OR sessions > 0),
        CONSTRAINT mediation_agreed CHECK (
            (status IN ('agreed', 'kept', 'broken')) = (agreed_at IS NOT NULL)
            AND (agreed_at IS NULL) = (terms IS NULL) AND (agreed_at IS NULL) = (document IS NULL)
            AND (agreed_at IS NULL) = (follow_up_on IS NULL)),
        CONSTRAINT mediation_ended CHECK (
            (status IN ('kept', 'broken', 'failed', 'withdrawn')) = (ended_at IS NOT NULL)
            AND (ended_at IS NULL) = (note IS NULL)),
        CONSTRAINT mediation_kept_by_another CHECK (status NOT IN ('kept', 'broken') OR ended_by_staff <> mediator)
    )
    """,
    "CREATE UNIQUE INDEX mediation_running_idx ON mediation (case_id) WHERE status IN ('given', 'meeting')",
    "CREATE INDEX mediation_case_idx ON mediation (case_id, given_at, mediation_id)",
    "CREATE INDEX mediation_mediator_idx ON mediation (mediator, given_at, mediation_id)",
    "CREATE INDEX mediation_list_idx ON mediation (given_at, mediation_id)",
    "CREATE INDEX mediation_due_idx ON mediation (follow_up_on, mediation_id) WHERE status = 'agreed'",
    """
    CREATE TABLE mediation_session (
        mediation_id text CONSTRAINT mediation_session_mediation_id_fkey REFERENCES mediation,
        number int CONSTRAINT mediation_session_number_check CHECK (number > 0),
        case_id text NOT NULL,
        held_at timestamptz NOT NULL,
        venue text NOT NULL,
        area_code text NOT NULL
            CONSTRAINT mediation_session_area_code_check CHECK (area_code ~ '^[0-9]{12}([0-9]{3})?$'),
        took_part text[] NOT NULL,
        people int NOT NULL,
        note text NOT NULL,
        recorded_by text NOT NULL,
        recorded_by_staff text,
        recorded_at timestamptz NOT NULL,
        PRIMARY KEY (mediation_id, number),
        CONSTRAINT mediation_session_people_check CHECK (people >= cardinality(took_part) AND people > 1),
        CONSTRAINT mediation_session_in_the_past CHECK (held_at <= recorded_at)
    )
    """,
    "CREATE INDEX mediation_session_case_idx ON mediation_session (case_id)",
)


def upgrade() -> None:
    """Only adds: a worker of the release before goes on beside it."""
    for statement in _STATEMENTS:
        op.execute(statement)
