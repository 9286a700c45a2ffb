"""A case may end as procedural (程序性办结): its handling was ended with evidence, by the hotline."""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_STATEMENT = """
    ALTER TABLE matter DROP CONSTRAINT matter_closing_check,
        ADD CONSTRAINT matter_closing_check
        CHECK (closing IN ('substantive', 'unverified', 'withdrawn', 'unasked', 'not_accepted', 'procedural'))
"""


def upgrade() -> None:
    """Only widens a list."""
    op.execute(_STATEMENT)
