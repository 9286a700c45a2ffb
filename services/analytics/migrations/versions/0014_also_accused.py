"""Who is complained about beside the unit that a registration named: further units, and people, at once or later."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only adds: a worker of the release before goes on beside it, but does not note whom its events name."""
    op.execute("ALTER TABLE fact ADD COLUMN also_accused text[] NOT NULL DEFAULT '{}'")
    op.execute("CREATE INDEX fact_also_accused_idx ON fact USING gin (also_accused) WHERE also_accused <> '{}'")
