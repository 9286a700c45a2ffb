"""Events wait for the pack version that they need."""

from alembic import op

from libs.common.ledger.schema import PACK_DDL

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only adds: a worker of the release before goes on beside it."""
    for statement in PACK_DDL:
        op.execute(statement)
