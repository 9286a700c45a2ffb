"""Cases whose words wait for a person: anonymous ones, what travels of them, until when, and additions that wait."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_CASES = """
    ALTER TABLE cases
        ADD COLUMN anonymous boolean NOT NULL DEFAULT false,
        ADD COLUMN words text NOT NULL DEFAULT 'as_masked'
            CONSTRAINT cases_words_check CHECK (words IN ('as_masked', 'held', 'released')),
        ADD COLUMN words_due_at timestamptz
"""
_WORDS = "ALTER TABLE wording ADD COLUMN held boolean NOT NULL DEFAULT false"
_ADDITIONS = "ALTER TABLE supplement ADD COLUMN held boolean NOT NULL DEFAULT false"


def upgrade() -> None:
    """Only adds; a case of before goes on with its words as they were masked."""
    op.execute(_CASES)
    op.execute(_WORDS)
    op.execute(_ADDITIONS)
    op.execute("CREATE INDEX cases_held_idx ON cases (registered_at, case_id) WHERE words = 'held'")
