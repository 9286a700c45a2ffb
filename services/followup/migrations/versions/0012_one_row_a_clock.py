"""One row a clock, which moves from its warning to its due time and up the ladder, where each step was its own row.

No release before can work beside it: end followup's doors and workers first. What was still to happen goes on at its
own time, and what has fired has fired.
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_CLOCK = """
    CREATE TABLE clock (
        clock_id text PRIMARY KEY,
        case_id text NOT NULL,
        round integer NOT NULL CHECK (round > 0),
        what text NOT NULL,
        about text NOT NULL,
        unit_code text,
        starts_at timestamptz NOT NULL,
        warn_at timestamptz NOT NULL CHECK (warn_at >= starts_at),
        due_at timestamptz NOT NULL CHECK (due_at >= warn_at),
        step text NOT NULL CHECK (step IN ('warn', 'miss') OR step LIKE 'ladder:%'),
        next_at timestamptz NOT NULL CHECK (next_at >= warn_at),
        pack_version integer NOT NULL,
        state text NOT NULL CHECK (state IN ('pending', 'fired', 'cancelled', 'failed')),
        error text,
        CONSTRAINT clock_stands_before_its_step CHECK (
            (step <> 'warn' OR next_at = warn_at) AND (step <> 'miss' OR next_at = due_at)
        )
    ) WITH (fillfactor = 70)
"""
# A clock takes its steps one after the other: an order that was set aside cannot wait behind a later one that was
# given. A warning that was set aside warns of nothing once the limit is missed.
_REFUSE = """
    DO $$
    DECLARE wrong text;
    BEGIN
        SELECT aside.timer_id INTO wrong FROM timer AS aside JOIN timer AS fired
            ON fired.case_id = aside.case_id AND fired.timer_id LIKE regexp_replace(aside.timer_id, '[^.]+$', '') || '%'
        WHERE aside.state = 'failed' AND fired.state = 'fired' AND aside.step LIKE 'ladder:%'
            AND (fired.fires_at, fired.step) > (aside.fires_at, aside.step) LIMIT 1;
        IF wrong IS NOT NULL THEN
            RAISE EXCEPTION 'timer % is set aside, and a later step of its ladder has fired: mend the cause and retry'
                ' the timers of its case under the release before, then upgrade', wrong;
        END IF;
    END $$
"""
# A clock stands before the first of its steps that is still to happen; where none is, before the first that was
# cancelled; where none was, at the last that fired. Its unit is that of this step: a fired one may be of a unit before.
_CARRY_OVER = """
    WITH steps AS (
        SELECT *, regexp_replace(timer_id, '\\.[^.]+$', '') AS clock_id,
            CASE state WHEN 'fired' THEN 2 WHEN 'cancelled' THEN 1 ELSE 0 END AS rank,
            CASE step WHEN 'warn' THEN -2 WHEN 'miss' THEN -1 ELSE substr(step, 8)::integer END AS place
        FROM timer
        WHERE NOT (step = 'warn' AND state = 'failed' AND EXISTS (
            SELECT FROM timer AS miss WHERE miss.case_id = timer.case_id AND miss.state = 'fired'
                AND miss.timer_id = regexp_replace(timer.timer_id, '[^.]+$', 'miss')
        ))
    ), times AS (
        SELECT clock_id, min(starts_at) AS starts_at, max(due_at) AS due_at,
            coalesce(max(fires_at) FILTER (WHERE step = 'warn'), min(starts_at)) AS warn_at
        FROM steps GROUP BY clock_id
    ), standing AS (
        SELECT DISTINCT ON (clock_id) * FROM steps ORDER BY clock_id, rank,
            CASE WHEN rank < 2 THEN fires_at END, CASE WHEN rank < 2 THEN place END, fires_at DESC, place DESC
    )
    INSERT INTO clock (clock_id, case_id, round, what, about, unit_code, starts_at, warn_at, due_at, step, next_at,
        pack_version, state, error)
    SELECT clock_id, case_id, round, what, '', unit_code, times.starts_at, warn_at, times.due_at, step, fires_at,
        pack_version, state, error
    FROM standing JOIN times USING (clock_id)
"""
_STATEMENTS = (
    _REFUSE,
    _CLOCK,
    _CARRY_OVER,
    "CREATE INDEX clock_due_idx ON clock (next_at, clock_id) WHERE state = 'pending'",
    "CREATE INDEX clock_failed_idx ON clock (next_at, clock_id) WHERE state = 'failed'",
    "CREATE INDEX clock_ended_idx ON clock (state, next_at, clock_id) WHERE state IN ('fired', 'cancelled')",
    """
    CREATE INDEX clock_ended_unit_idx ON clock (unit_code, state, next_at, clock_id)
        WHERE state IN ('fired', 'cancelled')
    """,
    "CREATE INDEX clock_case_idx ON clock (case_id)",
    "DROP TABLE timer",
    """
    CREATE INDEX supervision_unanswered_idx ON supervision (reply_due)
        WHERE state = 'issued' AND reply_due IS NOT NULL
    """,
)


def upgrade() -> None:
    """Carry every clock over."""
    for statement in _STATEMENTS:
        op.execute(statement)
