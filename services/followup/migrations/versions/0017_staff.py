"""Who belongs to the staff, as dispatch says."""

from alembic import op

from libs.common.ledger.schema import STAFF_DDL

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only adds: a worker of the release before goes on beside it."""
    for statement in STAFF_DDL:
        op.execute(statement)
