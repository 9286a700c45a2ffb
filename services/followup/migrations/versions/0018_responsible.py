"""Who of a unit answers for a case in a round."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_RESPONSIBLE = """
    CREATE TABLE responsible (
        case_id text NOT NULL,
        round integer NOT NULL CHECK (round > 0),
        unit_code text NOT NULL,
        staff_id text NOT NULL,
        named_at timestamptz NOT NULL,
        PRIMARY KEY (case_id, round, unit_code)
    )
"""


def upgrade() -> None:
    """Only adds: a worker of the release before goes on beside it."""
    op.execute(_RESPONSIBLE)
