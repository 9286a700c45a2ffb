"""Places in rounds of buildings."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_CLASSES = "('resident', 'vacant', 'away', 'shop', 'farm', 'building')"
_STATEMENTS = (
    f"""
    ALTER TABLE visit_place DROP CONSTRAINT visit_place_household_class_check,
        DROP CONSTRAINT visit_place_now_household_class_check,
        ADD CONSTRAINT visit_place_household_class_check CHECK (household_class IN {_CLASSES}),
        ADD CONSTRAINT visit_place_now_household_class_check CHECK (now_household_class IN {_CLASSES})
    """,
)


def upgrade() -> None:
    """Only widens a list: a process of the release before goes on, and counts no building."""
    for statement in _STATEMENTS:
        op.execute(statement)
