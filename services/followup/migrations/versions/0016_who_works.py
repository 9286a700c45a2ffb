"""Who works on a case, if not the unit that leads it, and which units passed it between them."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No case that is there was delegated or raised."""
    op.execute("ALTER TABLE matter ADD COLUMN delegate_unit text")
    op.execute("ALTER TABLE matter ADD COLUMN passed text[] NOT NULL DEFAULT '{}'")
