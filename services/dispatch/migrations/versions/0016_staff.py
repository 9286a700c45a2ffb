"""Who belongs to the staff."""

from alembic import op

from libs.common.ledger.schema import STAFF_DDL

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only adds: a worker of the release before goes on beside it."""
    for statement in STAFF_DDL:
        op.execute(statement)
