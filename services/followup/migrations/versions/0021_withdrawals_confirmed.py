"""A withdrawal is asked about before it ends a case, and who wants no callback is closed as unasked.

THE GUARD's column of closing words is of callbacks about the end alone. What was closed stays closed as it was.
"""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_SAYS_WHETHER = "CASE WHEN purpose = 'withdrawal' THEN withdraws IS NOT NULL ELSE satisfaction IS NOT NULL END"
_STATEMENTS = (
    "ALTER TABLE callback ADD COLUMN wished_by text, ADD COLUMN wished_by_staff text",
    "ALTER TABLE attempt ADD COLUMN withdraws boolean",
    """
    ALTER TABLE matter DROP CONSTRAINT matter_closing_check,
        ADD CONSTRAINT matter_closing_check CHECK (closing IN ('substantive', 'unverified', 'withdrawn', 'unasked'))
    """,
    """
    ALTER TABLE callback DROP CONSTRAINT callback_purpose_check,
        ADD CONSTRAINT callback_purpose_check
        CHECK (purpose IN ('closing', 'recheck', 'notice', 'survey', 'withdrawal'))
    """,
    f"""
    ALTER TABLE attempt DROP CONSTRAINT attempt_check,
        ADD CONSTRAINT attempt_check CHECK (valid = (reached = 'answered' AND {_SAYS_WHETHER})),
        DROP CONSTRAINT attempt_only_answers_count,
        ADD CONSTRAINT attempt_only_answers_count CHECK (reached = 'answered'
            OR (contacted IS NULL AND solved IS NULL AND satisfaction IS NULL AND withdraws IS NULL)),
        ADD CONSTRAINT attempt_answers_what_is_asked CHECK (CASE WHEN purpose = 'withdrawal'
            THEN contacted IS NULL AND solved IS NULL AND satisfaction IS NULL ELSE withdraws IS NULL END)
    """,
)


def upgrade() -> None:
    """Only adds, and widens lists: a process of the release before goes on, and cannot read what is asked anew."""
    for statement in _STATEMENTS:
        op.execute(statement)
