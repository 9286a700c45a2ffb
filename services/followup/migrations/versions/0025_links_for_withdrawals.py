"""A citizen answers by a one-time link whether he takes his case back; a link asks about the wish of its day alone.

Which wish of its round each callback asks about is counted from the history.
"""

from alembic import op

from libs.common.ledger.schema import LINKS_DDL, STAFF_OF_LINKS_DDL

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_STATEMENTS = (
    *LINKS_DDL,
    *STAFF_OF_LINKS_DDL,
    "ALTER TABLE matter ADD COLUMN confidential boolean",
    "ALTER TABLE callback ADD COLUMN wish integer NOT NULL DEFAULT 0 CONSTRAINT callback_wish_check CHECK (wish >= 0)",
    """
    UPDATE callback SET wish = (
        SELECT count(*) FROM transition
        WHERE transition.case_id = callback.case_id AND transition.round = callback.round AND action = 'wish'
    ) WHERE purpose = 'withdrawal'
    """,
    """
    ALTER TABLE attempt ADD COLUMN by_link boolean NOT NULL DEFAULT false
        CONSTRAINT attempt_a_link_asks_about_a_wish CHECK (NOT by_link OR withdraws IS NOT NULL)
    """,
)


def upgrade() -> None:
    """Only adds: a process of the release before goes on beside it."""
    for statement in _STATEMENTS:
        op.execute(statement)
