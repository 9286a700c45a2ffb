"""Letters to units, with their numbers and the templates of offices."""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_WAITING = "status IN ('sent', 'acknowledged', 'sent_back')"
_STATEMENTS = (
    "ALTER TABLE work ADD COLUMN open_letters text[] NOT NULL DEFAULT '{}'",
    """
    CREATE TABLE letter (
        letter_id text PRIMARY KEY,
        case_id text CONSTRAINT letter_case_id_fkey REFERENCES work,
        round int,
        kind text NOT NULL,
        office text NOT NULL,
        to_unit text NOT NULL,
        subject text NOT NULL,
        body text NOT NULL,
        days int NOT NULL CONSTRAINT letter_days_check CHECK (days > 0),
        drafted_by text NOT NULL,
        drafted_by_staff text,
        drafted_at timestamptz NOT NULL,
        status text NOT NULL CONSTRAINT letter_status_check CHECK (
            status IN ('drafted', 'sent', 'acknowledged', 'replied', 'sent_back', 'accepted', 'withdrawn')),
        number int,
        year int,
        no text,
        sent_by text,
        sent_by_staff text,
        sent_at timestamptz,
        edition int NOT NULL CONSTRAINT letter_edition_check CHECK (edition >= 0),
        warn_at timestamptz,
        due_at timestamptz,
        acknowledged_at timestamptz,
        reply text,
        evidence text[] NOT NULL,
        replied_by text,
        replied_at timestamptz,
        late boolean NOT NULL,
        opinion text,
        reminder text,
        reminders int NOT NULL CONSTRAINT letter_reminders_check CHECK (reminders >= 0),
        reminded_at timestamptz,
        ended_at timestamptz,
        worked_by text[] NOT NULL,
        version int NOT NULL CONSTRAINT letter_version_check CHECK (version > 0),
        CONSTRAINT letter_round CHECK ((case_id IS NULL) = (round IS NULL) AND (round IS NULL OR round > 0)),
        CONSTRAINT letter_to_another_unit CHECK (office <> to_unit),
        CONSTRAINT letter_numbered CHECK (
            (sent_at IS NULL) = (number IS NULL) AND (number IS NULL) = (year IS NULL)
            AND (number IS NULL) = (no IS NULL) AND (number IS NULL) = (due_at IS NULL)
            AND (number IS NULL) = (warn_at IS NULL) AND (number IS NULL) = (edition = 0)
            AND (number IS NULL OR number > 0)),
        CONSTRAINT letter_sent CHECK (status IN ('drafted', 'withdrawn') OR sent_at IS NOT NULL),
        CONSTRAINT letter_replied CHECK (status NOT IN ('replied', 'sent_back', 'accepted') OR reply IS NOT NULL),
        CONSTRAINT letter_ended CHECK (
            (status IN ('accepted', 'withdrawn')) = (ended_at IS NOT NULL)
            AND (ended_at IS NULL OR opinion IS NOT NULL))
    )
    """,
    "CREATE UNIQUE INDEX letter_number_idx ON letter (office, kind, year, number) WHERE number IS NOT NULL",
    "CREATE UNIQUE INDEX letter_no_idx ON letter (no) WHERE no IS NOT NULL",
    "CREATE INDEX letter_office_idx ON letter (office, drafted_at, letter_id)",
    "CREATE INDEX letter_receiver_idx ON letter (to_unit, drafted_at, letter_id) WHERE sent_at IS NOT NULL",
    "CREATE INDEX letter_case_idx ON letter (case_id) WHERE case_id IS NOT NULL",
    f"CREATE INDEX letter_waiting_idx ON letter (due_at, letter_id) WHERE {_WAITING}",
    """
    CREATE TABLE letter_sequence (
        office text NOT NULL,
        kind text NOT NULL,
        year int NOT NULL,
        last int NOT NULL CONSTRAINT letter_sequence_last_check CHECK (last > 0),
        PRIMARY KEY (office, kind, year)
    )
    """,
    """
    CREATE TABLE letter_template (
        office text NOT NULL,
        kind text NOT NULL,
        edition int NOT NULL CONSTRAINT letter_template_edition_check CHECK (edition > 0),
        content bytea NOT NULL,
        sha256 text NOT NULL,
        fields text[] NOT NULL,
        uploaded_by text NOT NULL,
        uploaded_at timestamptz NOT NULL,
        PRIMARY KEY (office, kind, edition)
    )
    """,
)


def upgrade() -> None:
    """Only adds: a worker of the release before goes on beside it."""
    for statement in _STATEMENTS:
        op.execute(statement)
