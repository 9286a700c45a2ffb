"""Where households are, sealed beside who lives there."""

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only adds. The release before goes on beside it: it leaves the column as it is."""
    op.execute("ALTER TABLE household_identity ADD COLUMN sealed_place bytea")
