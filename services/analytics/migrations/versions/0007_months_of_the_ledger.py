"""The months of the ledger are made by a function of the tables' owner: who serves makes no tables."""

from alembic import op

from libs.common.ledger.schema import MONTHS_DDL

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only adds: a worker of the release before goes on beside it."""
    for statement in MONTHS_DDL:
        op.execute(statement)
