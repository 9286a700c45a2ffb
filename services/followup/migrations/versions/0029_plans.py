"""What will be done about a reasonable demand, and who looked into it together (会诊、当场拿方案)."""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only adds: a worker of the release before goes on beside it."""
    op.execute(
        """
        ALTER TABLE judgement
            ADD COLUMN plan text,
            ADD COLUMN together text[] NOT NULL DEFAULT '{}',
            ADD CONSTRAINT judgement_plan CHECK (plan IS NULL OR word IN ('reasonable', 'partly'))
        """
    )
