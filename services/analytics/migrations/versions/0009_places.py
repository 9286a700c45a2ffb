"""The places of a fact's events in their ledgers: events that say the same at the same moment are several."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only adds: a worker of the release before goes on beside it.

    Facts that are there have no places, and lack what had been taken for one event: `huiyin rebuild analytics` gives
    them both.
    """
    op.execute("ALTER TABLE fact ADD COLUMN places jsonb NOT NULL DEFAULT '{}'")
