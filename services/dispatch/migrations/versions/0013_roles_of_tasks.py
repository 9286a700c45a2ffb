"""The roles that a unit can have beside the lead: it supports, was summoned, or was written to."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What is there has one of them."""
    op.execute("ALTER TABLE task DROP CONSTRAINT task_role_check")
    op.execute("ALTER TABLE task ADD CONSTRAINT task_role_check CHECK (role IN ('support', 'whistled', 'lettered'))")
