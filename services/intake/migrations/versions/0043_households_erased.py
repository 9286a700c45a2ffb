"""Who lives in a household can be erased: its key is destroyed."""

from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "ALTER TABLE household_identity ALTER COLUMN wrapped DROP NOT NULL",
    "ALTER TABLE household_identity ADD COLUMN destroyed_at timestamptz",
    """
    ALTER TABLE household_identity ADD CONSTRAINT household_identity_destroyed
        CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
    """,
    "CREATE INDEX household_left_idx ON household (household_id) WHERE status IN ('muted', 'ended')",
)


def upgrade() -> None:
    """Only adds. A process of the release before answers 503 for a household that was erased: erase behind it."""
    for statement in _STATEMENTS:
        op.execute(statement)
