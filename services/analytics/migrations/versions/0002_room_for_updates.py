"""What came to the library's tables, and room on each page for the changes of a running case."""

from alembic import op

from libs.common.ledger.schema import CATCH_UP_DDL, ROOM_DDL

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ROOM = (
    "ALTER TABLE fact SET (fillfactor = 50)",
    "ALTER TABLE rollup SET (fillfactor = 60)",
)


def upgrade() -> None:
    """Nothing is rewritten. A relay of the release before cannot go on beside it: end the workers first."""
    for statement in (*CATCH_UP_DDL, *ROOM_DDL, *_ROOM):
        op.execute(statement)
