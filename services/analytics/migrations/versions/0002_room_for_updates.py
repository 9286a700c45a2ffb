"""Room on each page for the changes of a running case, so that a change stays on its page."""

from alembic import op

from libs.common.ledger.schema import ROOM_DDL

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ROOM = (
    "ALTER TABLE fact SET (fillfactor = 50)",
    "ALTER TABLE rollup SET (fillfactor = 60)",
)


def upgrade() -> None:
    """Only a hint for new pages: nothing is rewritten, and a worker of the release before goes on beside it."""
    for statement in (*ROOM_DDL, *_ROOM):
        op.execute(statement)
