"""What citizens have against the closing of their cases (异议), and what was decided about it."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_CHANNELS = ", ".join(f"'{name}'" for name in ("hotline", "visit", "desk", "web", "app", "upper", "other"))
_STATEMENTS = (
    f"""
    CREATE TABLE objection (
        objection_id text PRIMARY KEY,
        case_id text NOT NULL REFERENCES matter DEFERRABLE INITIALLY DEFERRED,
        round integer NOT NULL CONSTRAINT objection_round_check CHECK (round > 0),
        channel text NOT NULL CONSTRAINT objection_channel_check CHECK (channel IN ({_CHANNELS})),
        text text NOT NULL,
        raised_by text,
        raised_by_unit text,
        raised_by_staff text,
        raised_at timestamptz NOT NULL,
        closed_at timestamptz NOT NULL,
        last_day date NOT NULL,
        due_at timestamptz,
        state text NOT NULL
            CONSTRAINT objection_state_check CHECK (state IN ('raised', 'granted', 'refused')),
        decided_by text,
        decided_by_unit text,
        decided_by_staff text,
        decided_at timestamptz,
        reason text,
        version integer NOT NULL CONSTRAINT objection_version_check CHECK (version > 0),
        CONSTRAINT objection_once_a_closing UNIQUE (case_id, round),
        CONSTRAINT objection_is_decided
            CHECK ((state = 'raised') = (decided_at IS NULL) AND (decided_at IS NULL) = (reason IS NULL)),
        CONSTRAINT objection_decided_by_another CHECK (decided_by <> raised_by)
    )
    """,
    "CREATE INDEX objection_state_idx ON objection (state, raised_at, objection_id)",
    "CREATE INDEX objection_raised_idx ON objection (raised_at, objection_id)",
    "CREATE INDEX objection_due_idx ON objection (due_at) WHERE state = 'raised' AND due_at IS NOT NULL",
)


def upgrade() -> None:
    """Only adds: what was closed before can be objected to within its time."""
    for statement in _STATEMENTS:
        op.execute(statement)
