"""Who is complained about beside the unit that a registration named: further units, and people, at once or later."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only adds: a process of the release before goes on beside it."""
    for table in ("matter", "supervision"):
        op.execute(f"ALTER TABLE {table} ADD COLUMN also_accused text[] NOT NULL DEFAULT '{{}}'")
