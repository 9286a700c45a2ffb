"""What people decide about how a case counts (认定), and the wishes of units that one be not counted (不计入考核)."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_WORDS = (
    *("first_visit", "repeat_visit", "backlog", "leader_visit", "appointment"),
    *("reasonable", "partly", "unreasonable"),
)

_STATEMENTS = (
    f"""
    CREATE TABLE judgement (
        case_id text NOT NULL REFERENCES matter DEFERRABLE INITIALLY DEFERRED,
        number integer NOT NULL CONSTRAINT judgement_number_check CHECK (number > 0),
        what text NOT NULL CONSTRAINT judgement_what_check CHECK (what IN ('petition', 'merit')),
        word text CONSTRAINT judgement_word_check CHECK (word IN ({", ".join(f"'{word}'" for word in _WORDS)})),
        reason text NOT NULL,
        who text,
        unit_code text,
        staff_id text,
        at timestamptz NOT NULL,
        PRIMARY KEY (case_id, number),
        CONSTRAINT judgement_has_a_word CHECK (word IS NOT NULL OR what = 'petition')
    )
    """,
    """
    CREATE TABLE exclusion (
        exclusion_id text PRIMARY KEY,
        case_id text NOT NULL REFERENCES matter DEFERRABLE INITIALLY DEFERRED,
        unit_code text NOT NULL,
        reason_code text NOT NULL,
        evidence text NOT NULL,
        asked_by text,
        asked_by_staff text,
        asked_at timestamptz NOT NULL,
        state text NOT NULL
            CONSTRAINT exclusion_state_check CHECK (state IN ('asked', 'granted', 'refused', 'revoked')),
        decided_by text,
        decided_by_unit text,
        decided_by_staff text,
        decided_at timestamptz,
        decision_note text,
        revoked_by text,
        revoked_by_unit text,
        revoked_by_staff text,
        revoked_at timestamptz,
        revocation_note text,
        version integer NOT NULL CONSTRAINT exclusion_version_check CHECK (version > 0),
        CONSTRAINT exclusion_is_decided CHECK ((state = 'asked') = (decided_at IS NULL AND decision_note IS NULL)),
        CONSTRAINT exclusion_is_revoked
            CHECK ((state = 'revoked') = (revoked_at IS NOT NULL AND revocation_note IS NOT NULL)),
        CONSTRAINT exclusion_decided_by_another CHECK (decided_by <> asked_by AND revoked_by <> asked_by)
    )
    """,
    "CREATE UNIQUE INDEX exclusion_standing_idx ON exclusion (case_id) WHERE state IN ('asked', 'granted')",
    "CREATE INDEX exclusion_case_idx ON exclusion (case_id, asked_at)",
    "CREATE INDEX exclusion_state_idx ON exclusion (state, asked_at, exclusion_id)",
    "CREATE INDEX exclusion_asked_idx ON exclusion (asked_at, exclusion_id)",
    "CREATE INDEX exclusion_unit_idx ON exclusion (unit_code, asked_at, exclusion_id)",
)


def upgrade() -> None:
    """Only adds: cases that are open go on, and nothing was decided about them yet."""
    for statement in _STATEMENTS:
        op.execute(statement)
