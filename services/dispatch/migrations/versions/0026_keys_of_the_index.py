"""An account says which key of the index its phone is found by, so that it can be told when an older one may go."""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only adds."""
    op.execute("ALTER TABLE staff_account ADD COLUMN phone_index_key text")
