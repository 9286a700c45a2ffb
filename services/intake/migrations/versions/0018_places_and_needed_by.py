"""A town may be a place of its own, whose case numbers are longer; and a citizen may name the day it is needed by."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_CHECKS = (
    ("cases", "cases_case_no_check", "length(case_no) IN (19, 22)"),
    ("case_number", "case_number_county_check", "length(county) IN (6, 9)"),
)


def upgrade() -> None:
    """Only adds and widens: a process of the release before goes on with what it knows."""
    op.execute("ALTER TABLE cases ADD COLUMN needed_by date")
    for table, name, condition in _CHECKS:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({condition})")
