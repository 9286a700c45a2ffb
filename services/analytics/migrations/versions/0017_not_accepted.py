"""A case that was not accepted is no open one, and stands on no day of closings."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_STATUSES = (
    *("registered", "triage", "assigned", "signed", "handled", "answered", "sent_back", "closed", "withdrawn"),
    "not_accepted",
)
_NAMES = ", ".join(f"'{status}'" for status in _STATUSES)
_STATEMENT = f"""
    ALTER TABLE fact DROP CONSTRAINT fact_status_check,
        ADD CONSTRAINT fact_status_check CHECK (status IN ({_NAMES})),
        DROP CONSTRAINT fact_check,
        ADD CONSTRAINT fact_check CHECK (is_open = (status NOT IN ('closed', 'withdrawn', 'not_accepted')))
"""


def upgrade() -> None:
    """A worker of the release before must not fold meanwhile: it would park such an end."""
    op.execute(_STATEMENT)
