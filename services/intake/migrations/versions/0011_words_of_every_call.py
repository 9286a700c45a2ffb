"""What a citizen says who asks to hurry, or takes a case back, is kept as what he adds is: the original sealed."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_ADD = """
    ALTER TABLE supplement ADD COLUMN what text NOT NULL DEFAULT 'supplemented'
        CONSTRAINT supplement_what_check CHECK (what IN ('supplemented', 'urged', 'withdrawn'))
"""


def upgrade() -> None:
    """Only adds: a process of the release before keeps what is added, and of the rest the masked words alone."""
    op.execute(_ADD)
