"""Orders from above, with the answers to them, and every deadline that they had (上级交办)."""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "ALTER TABLE matter ADD COLUMN upper_due_at timestamptz",
    """
    CREATE TABLE upper_order (
        case_id text PRIMARY KEY REFERENCES matter DEFERRABLE INITIALLY DEFERRED,
        body text NOT NULL,
        number text NOT NULL,
        received_at timestamptz NOT NULL,
        due_at timestamptz,
        edition integer NOT NULL CONSTRAINT upper_order_edition_check CHECK (edition > 0),
        state text NOT NULL
            CONSTRAINT upper_order_state_check CHECK (state IN ('waiting', 'written', 'approved', 'sent')),
        draft integer NOT NULL CONSTRAINT upper_order_draft_check CHECK (draft >= 0),
        unit_code text,
        findings text,
        measures text,
        opinion text,
        evidence text[] NOT NULL,
        written_by text,
        written_by_staff text,
        written_at timestamptz,
        decided_by text,
        decided_by_staff text,
        decided_at timestamptz,
        reason text,
        sent_by text,
        sent_by_staff text,
        sent_at timestamptz,
        how text,
        on_time boolean,
        version integer NOT NULL CONSTRAINT upper_order_version_check CHECK (version > 0),
        CONSTRAINT upper_order_is_written
            CHECK ((draft = 0) = (written_at IS NULL) AND (state = 'waiting' OR draft > 0)),
        CONSTRAINT upper_order_is_sent CHECK ((state = 'sent') = (sent_at IS NOT NULL)),
        CONSTRAINT upper_order_approved_by_another
            CHECK (state NOT IN ('approved', 'sent') OR decided_by <> written_by)
    )
    """,
    "CREATE INDEX upper_order_received_idx ON upper_order (received_at, case_id)",
    "CREATE INDEX upper_order_state_idx ON upper_order (state, received_at, case_id)",
    "CREATE INDEX upper_order_unsent_idx ON upper_order (received_at, case_id) WHERE state <> 'sent'",
    """
    CREATE TABLE upper_deadline (
        case_id text NOT NULL REFERENCES matter DEFERRABLE INITIALLY DEFERRED,
        edition integer NOT NULL CONSTRAINT upper_deadline_edition_check CHECK (edition > 1),
        due_at timestamptz NOT NULL,
        before timestamptz,
        at timestamptz NOT NULL,
        who text,
        PRIMARY KEY (case_id, edition)
    )
    """,
)


def upgrade() -> None:
    """Only adds. A worker of the release before passes over what is said of orders: workers are replaced first."""
    for statement in _STATEMENTS:
        op.execute(statement)
