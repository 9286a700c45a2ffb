"""The ledger is not emptied as files either: a trigger on it and on each of its months, those to come included."""

from alembic import op

from libs.common.ledger.schema import NO_TRUNCATE_DDL

revision = "0022"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only adds: a worker of the release before goes on beside it."""
    for statement in NO_TRUNCATE_DDL:
        op.execute(statement)
