"""A case that nobody has may end as not accepted."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_STATEMENT = """
    ALTER TABLE matter DROP CONSTRAINT matter_closing_check,
        ADD CONSTRAINT matter_closing_check
        CHECK (closing IN ('substantive', 'unverified', 'withdrawn', 'unasked', 'not_accepted')),
        ADD CONSTRAINT matter_not_accepted_in_the_first_round CHECK (closing IS DISTINCT FROM 'not_accepted'
            OR (round = 1 AND lead_unit IS NULL))
"""


def upgrade() -> None:
    """Only adds, and widens a list: a process of the release before goes on, and parks what it does not know."""
    op.execute(_STATEMENT)
