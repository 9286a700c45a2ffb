"""A case may end as procedural (程序性办结): its handling was ended with evidence, by the hotline."""

from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

_STATEMENT = """
    ALTER TABLE cases DROP CONSTRAINT cases_closing_check,
        ADD CONSTRAINT cases_closing_check
        CHECK (closing IN ('substantive', 'unverified', 'withdrawn', 'unasked', 'not_accepted', 'procedural'))
"""


def upgrade() -> None:
    """Only widens a list."""
    op.execute(_STATEMENT)
