"""Cases whose words wait for a person's wording: nobody gets them before."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_ADD = "ALTER TABLE work ADD COLUMN held boolean NOT NULL DEFAULT false"
_RULE = "ALTER TABLE work ADD CONSTRAINT work_held_is_led_by_nobody CHECK (NOT held OR lead_unit IS NULL)"


def upgrade() -> None:
    """Only adds; no case of before is held."""
    op.execute(_ADD)
    op.execute(_RULE)
