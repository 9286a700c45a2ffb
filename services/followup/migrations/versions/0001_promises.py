"""The library's tables; matters with their timers, callbacks, supervision and steps."""

from alembic import op

from libs.common.ledger.schema import LEDGER_DDL

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_MATTER = """
    CREATE TABLE matter (
        case_id text PRIMARY KEY,
        case_no text NOT NULL,
        status text NOT NULL CHECK (status IN ('handling', 'callback', 'review', 'closed')),
        round integer NOT NULL CHECK (round > 0),
        lead_unit text,
        left_units text[] NOT NULL,
        area_code text NOT NULL CHECK (area_code ~ '^[0-9]{12}([0-9]{3})?$'),
        kind text NOT NULL,
        urgency text NOT NULL,
        category_code text,
        title text NOT NULL,
        callback_wanted boolean NOT NULL,
        registered_at timestamptz NOT NULL,
        pack_version integer NOT NULL,
        clocks integer NOT NULL CHECK (clocks >= 0),
        triage_due_at timestamptz,
        handle_due_at timestamptz,
        overdue text[] NOT NULL,
        sent_back integer NOT NULL CHECK (sent_back >= 0),
        closing text CHECK (closing IN ('substantive', 'unverified', 'withdrawn')),
        satisfaction text CHECK (satisfaction IN ('satisfied', 'basically_satisfied')),
        closed_by_attempt integer,
        version integer NOT NULL CHECK (version > 0),
        CONSTRAINT matter_closed_has_closing CHECK ((status = 'closed') = (closing IS NOT NULL)),
        CONSTRAINT matter_rounds CHECK (sent_back = round - 1),
        CONSTRAINT matter_only_the_citizen_closes CHECK (
            (closing IS NOT DISTINCT FROM 'substantive') = (satisfaction IS NOT NULL)
            AND (satisfaction IS NULL) = (closed_by_attempt IS NULL)
        )
    ) WITH (fillfactor = 80)
"""

_STATEMENTS = (
    _MATTER,
    "CREATE INDEX matter_overdue_idx ON matter (case_id) WHERE overdue <> '{}'",
    "CREATE INDEX matter_open_idx ON matter (status) WHERE status <> 'closed'",
    """
    CREATE TABLE timer (
        timer_id text PRIMARY KEY,
        case_id text NOT NULL,
        round integer NOT NULL CHECK (round > 0),
        what text NOT NULL CHECK (what IN ('triage', 'sign', 'handle', 'callback')),
        step text NOT NULL CHECK (step IN ('warn', 'miss') OR step LIKE 'ladder:%'),
        unit_code text,
        starts_at timestamptz NOT NULL,
        due_at timestamptz NOT NULL CHECK (due_at >= starts_at),
        fires_at timestamptz NOT NULL CHECK (fires_at >= starts_at),
        pack_version integer NOT NULL,
        state text NOT NULL CHECK (state IN ('pending', 'fired', 'cancelled', 'failed')),
        error text,
        CONSTRAINT timer_miss_is_at_due CHECK (step <> 'miss' OR fires_at = due_at)
    )
    """,
    "CREATE INDEX timer_due_idx ON timer (fires_at, timer_id) WHERE state = 'pending'",
    "CREATE INDEX timer_failed_idx ON timer (fires_at, timer_id) WHERE state = 'failed'",
    "CREATE INDEX timer_case_idx ON timer (case_id)",
    """
    CREATE TABLE callback (
        callback_id text PRIMARY KEY,
        case_id text NOT NULL REFERENCES matter DEFERRABLE INITIALLY DEFERRED,
        round integer NOT NULL CHECK (round > 0),
        state text NOT NULL CHECK (state IN ('due', 'exhausted', 'done', 'cancelled')),
        handling_unit text,
        area_code text NOT NULL,
        tries integer NOT NULL CHECK (tries >= 0 AND tries <= attempts),
        attempts integer NOT NULL,
        next_try_at timestamptz NOT NULL,
        opened_at timestamptz NOT NULL,
        version integer NOT NULL CHECK (version > 0),
        UNIQUE (case_id, round)
    )
    """,
    "CREATE INDEX callback_queue_idx ON callback (state, next_try_at, callback_id)",
    """
    CREATE TABLE attempt (
        callback_id text NOT NULL REFERENCES callback DEFERRABLE INITIALLY DEFERRED,
        attempt integer NOT NULL CHECK (attempt > 0),
        case_id text NOT NULL,
        round integer NOT NULL,
        at timestamptz NOT NULL,
        caller text NOT NULL,
        caller_unit text,
        reached text NOT NULL CHECK (reached IN ('answered', 'no_answer', 'unreachable', 'refused')),
        valid boolean NOT NULL CHECK (valid = (reached = 'answered' AND satisfaction IS NOT NULL)),
        contacted boolean,
        solved boolean,
        satisfaction text CHECK (satisfaction IN ('satisfied', 'basically_satisfied', 'not_satisfied')),
        words text,
        closing_word text GENERATED ALWAYS AS (
            CASE WHEN valid AND satisfaction <> 'not_satisfied' AND solved IS DISTINCT FROM false
                 THEN satisfaction END
        ) STORED,
        PRIMARY KEY (callback_id, attempt),
        CONSTRAINT attempt_only_answers_count CHECK (
            reached = 'answered' OR (contacted IS NULL AND solved IS NULL AND satisfaction IS NULL)
        ),
        UNIQUE (case_id, round, attempt, closing_word)
    )
    """,
    # THE GUARD once more, where no code can step round it: a substantive closing points at the try of this very round
    # in which the citizen said that he is satisfied.
    """
    ALTER TABLE matter ADD CONSTRAINT matter_closed_by_the_citizen
        FOREIGN KEY (case_id, round, closed_by_attempt, satisfaction)
        REFERENCES attempt (case_id, round, attempt, closing_word) DEFERRABLE INITIALLY DEFERRED
    """,
    """
    CREATE TABLE supervision (
        supervision_id text PRIMARY KEY,
        case_id text NOT NULL,
        round integer NOT NULL CHECK (round > 0),
        level text NOT NULL CHECK (level IN ('reminder', 'supervision')),
        unit_code text,
        area_code text NOT NULL,
        reason text NOT NULL,
        by_rule boolean NOT NULL,
        rule_code text,
        issued_by text NOT NULL,
        issued_at timestamptz NOT NULL,
        reply_due date,
        state text NOT NULL CHECK (state IN ('issued', 'replied')),
        reply text,
        replied_by text,
        replied_at timestamptz,
        version integer NOT NULL CHECK (version > 0),
        CONSTRAINT supervision_replied CHECK (
            (state = 'replied') = (reply IS NOT NULL AND replied_by IS NOT NULL AND replied_at IS NOT NULL)
        ),
        CONSTRAINT supervision_by_rule CHECK (by_rule = (rule_code IS NOT NULL))
    )
    """,
    "CREATE INDEX supervision_case_idx ON supervision (case_id)",
    "CREATE INDEX supervision_issued_idx ON supervision (issued_at, supervision_id)",
    "CREATE INDEX supervision_unit_idx ON supervision (unit_code, issued_at, supervision_id)",
    """
    CREATE TABLE transition (
        case_id text NOT NULL,
        version integer NOT NULL CHECK (version > 0),
        round integer NOT NULL CHECK (round > 0),
        action text NOT NULL,
        from_status text,
        to_status text NOT NULL,
        who text NOT NULL,
        unit_code text,
        at timestamptz NOT NULL,
        why text NOT NULL,
        PRIMARY KEY (case_id, version)
    )
    """,
)


def upgrade() -> None:
    """Create them."""
    for statement in (*LEDGER_DDL, *_STATEMENTS):
        op.execute(statement)
