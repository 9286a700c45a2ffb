"""Forgets what was kept of requests without a key: clear Idempotency-Keys, and hashes that give numbers away."""

from alembic import op

from libs.common.ledger.schema import KEYED_ANSWERS_DDL

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An api of the release before goes on keeping them: end it first. What it answered is not known again."""
    for statement in KEYED_ANSWERS_DDL:
        op.execute(statement)
