"""Collection points and occasions are told by events; of those that are there, up to which version they were not."""

from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "ALTER TABLE collection_point ADD COLUMN carried_over int NOT NULL DEFAULT 0",
    "UPDATE collection_point SET carried_over = version",
    """
    ALTER TABLE collection_point ADD CONSTRAINT collection_point_carried
        CHECK (carried_over BETWEEN 0 AND version)
    """,
    "ALTER TABLE occasion ADD COLUMN carried_over int NOT NULL DEFAULT 0",
    "UPDATE occasion SET carried_over = version",
    "ALTER TABLE occasion ADD CONSTRAINT occasion_carried CHECK (carried_over BETWEEN 0 AND version)",
)


def upgrade() -> None:
    """Only adds. What a process of the release before writes beside it is told by nothing, and the audit says so."""
    for statement in _STATEMENTS:
        op.execute(statement)
