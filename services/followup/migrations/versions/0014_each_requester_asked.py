"""Callbacks by case, round, requester and purpose: each requester is asked on its own, and not for the end alone.

THE GUARD's foreign key goes on pointing at the try that closed a case, which is now one for that purpose. Whoever was
asked before was the first requester, for the end of the case.
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_STATEMENTS = (
    *(
        f"ALTER TABLE {table} ADD COLUMN {column} text NOT NULL DEFAULT {value}"
        for table in ("callback", "attempt")
        for column, value in (("requester", "'first'"), ("purpose", "'closing'"))
    ),
    """
    ALTER TABLE callback ADD CONSTRAINT callback_purpose_check
        CHECK (purpose IN ('closing', 'recheck', 'notice', 'survey'))
    """,
    "ALTER TABLE callback ADD CONSTRAINT callback_asked_once UNIQUE (case_id, round, requester, purpose)",
    "ALTER TABLE callback DROP CONSTRAINT callback_case_id_round_key",
    """
    ALTER TABLE attempt ADD CONSTRAINT attempt_asks_for_the_same FOREIGN KEY (case_id, round, requester, purpose)
        REFERENCES callback (case_id, round, requester, purpose) DEFERRABLE INITIALLY DEFERRED
    """,
    "ALTER TABLE matter ADD COLUMN closed_by_requester text NOT NULL DEFAULT 'first'",
    "ALTER TABLE matter DROP CONSTRAINT matter_closed_by_the_citizen",
    "ALTER TABLE attempt DROP CONSTRAINT attempt_case_id_round_attempt_closing_word_key",
    """
    ALTER TABLE attempt ALTER COLUMN closing_word SET EXPRESSION AS (
        CASE WHEN purpose = 'closing' AND valid AND satisfaction <> 'not_satisfied' AND solved IS DISTINCT FROM false
             THEN satisfaction END
    )
    """,
    "ALTER TABLE attempt ADD CONSTRAINT attempt_closing_word UNIQUE (case_id, round, requester, attempt, closing_word)",
    """
    ALTER TABLE matter ADD CONSTRAINT matter_closed_by_the_citizen
        FOREIGN KEY (case_id, round, closed_by_requester, closed_by_attempt, satisfaction)
        REFERENCES attempt (case_id, round, requester, attempt, closing_word) DEFERRABLE INITIALLY DEFERRED
    """,
)


def upgrade() -> None:
    """Add them, and put the guard on them."""
    for statement in _STATEMENTS:
        op.execute(statement)
