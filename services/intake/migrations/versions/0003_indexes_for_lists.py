"""An index for the list of what is rare and looked for most: urgent cases."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only adds: a worker of the release before goes on beside it."""
    op.execute(
        "CREATE INDEX cases_urgent_idx ON cases (urgency, registered_at DESC, case_id DESC) WHERE urgency <> 'normal'"
    )
