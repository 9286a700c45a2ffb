"""What each unit is to do beside a lead, by what measures, and until when; and the lists of a case."""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "ALTER TABLE task ADD COLUMN what text",
    "ALTER TABLE task ADD COLUMN measures text",
    "ALTER TABLE task ADD COLUMN due_at timestamptz",
    """
    CREATE INDEX task_due_idx ON task (due_at, case_id)
    WHERE status IN ('given', 'signed') AND due_at IS NOT NULL
    """,
    """
    CREATE TABLE case_list (
        case_id text NOT NULL CONSTRAINT case_list_case_id_fkey REFERENCES work,
        version int NOT NULL CONSTRAINT case_list_version_check CHECK (version > 0),
        list_code text NOT NULL,
        edition int NOT NULL CONSTRAINT case_list_edition_check CHECK (edition > 0),
        text text NOT NULL,
        filled_by text NOT NULL,
        filled_by_unit text,
        filled_at timestamptz NOT NULL,
        PRIMARY KEY (case_id, version)
    )
    """,
)


def upgrade() -> None:
    """Only adds: a worker of the release before goes on beside it."""
    for statement in _STATEMENTS:
        op.execute(statement)
