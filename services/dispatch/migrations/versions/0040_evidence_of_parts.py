"""What a support unit did is shown by files, as what a summoned unit did is."""

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only adds: a worker of the release before goes on beside it."""
    op.execute("ALTER TABLE task ADD COLUMN evidence text[] NOT NULL DEFAULT '{}'")
