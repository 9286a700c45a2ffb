"""Links that open one file once."""

from alembic import op

from libs.common.ledger.schema import LINKS_DDL

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only adds: a process of the release before goes on beside it."""
    for statement in LINKS_DDL:
        op.execute(statement)
