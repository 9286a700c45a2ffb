"""Who had a hand in a case: people beside accounts, and everybody of all its rounds.

Of cases that are open already the rows tell who led them, who gave them up, and who finished each round: that is asked
of those rows themselves, so nothing is carried over here.
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only adds: a worker of the release before goes on beside it."""
    for column in ("handled_by", "handling_units"):
        op.execute(f"ALTER TABLE matter ADD COLUMN {column} text[] NOT NULL DEFAULT '{{}}'")
    op.execute("ALTER TABLE transition ADD COLUMN staff_id text")
    op.execute("ALTER TABLE callback ADD COLUMN answered_by_staff text")
    op.execute("ALTER TABLE attempt ADD COLUMN caller_staff text")
