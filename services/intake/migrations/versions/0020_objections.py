"""The citizen may object to the closing of his case: which objection there is, and what became of it."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    ALTER TABLE cases ADD COLUMN objection_id text,
        ADD COLUMN objection_state text
            CONSTRAINT cases_objection_state_check CHECK (objection_state IN ('raised', 'granted', 'refused')),
        ADD CONSTRAINT cases_objection CHECK ((objection_id IS NULL) = (objection_state IS NULL))
    """,
    """
    ALTER TABLE supplement DROP CONSTRAINT supplement_what_check,
        ADD CONSTRAINT supplement_what_check
        CHECK (what IN ('supplemented', 'urged', 'withdrawal_wished', 'withdrawn', 'objection_raised'))
    """,
)


def upgrade() -> None:
    """Only adds, and widens a list: a process of the release before goes on, and takes no objections."""
    for statement in _STATEMENTS:
        op.execute(statement)
