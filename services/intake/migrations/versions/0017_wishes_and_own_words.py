"""A withdrawal is a wish until the citizen confirms it, and how he said that he wants no callback is kept."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    ALTER TABLE cases ADD COLUMN withdrawal_wished boolean NOT NULL DEFAULT false,
        ADD COLUMN callback_declined_how text
            CONSTRAINT cases_callback_declined_how_check CHECK (callback_declined_how IN ('phone', 'form', 'online')),
        ADD COLUMN callback_declined_at timestamptz,
        ADD CONSTRAINT cases_declined CHECK ((callback_declined_how IS NULL) = (callback_declined_at IS NULL)),
        DROP CONSTRAINT cases_closing_check,
        ADD CONSTRAINT cases_closing_check CHECK (closing IN ('substantive', 'unverified', 'withdrawn', 'unasked'))
    """,
    """
    ALTER TABLE supplement DROP CONSTRAINT supplement_what_check,
        ADD CONSTRAINT supplement_what_check
        CHECK (what IN ('supplemented', 'urged', 'withdrawal_wished', 'withdrawn'))
    """,
)


def upgrade() -> None:
    """Only adds, and widens lists: a process of the release before goes on, and still ends a case by a withdrawal."""
    for statement in _STATEMENTS:
        op.execute(statement)
