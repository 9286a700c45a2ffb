"""Looks at how people are reached are listed for auditors, and their table cannot be emptied either."""

from alembic import op

revision = "0025"
down_revision = "0022"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "CREATE INDEX staff_look_at_idx ON staff_look (at DESC, look_id DESC)",
    "CREATE INDEX staff_look_who_idx ON staff_look (who, at)",
    "CREATE INDEX staff_look_by_idx ON staff_look (by_staff, at DESC, look_id DESC) WHERE by_staff IS NOT NULL",
    "CREATE INDEX staff_look_unit_idx ON staff_look (unit_code, at DESC, look_id DESC) WHERE unit_code IS NOT NULL",
    """
    CREATE TRIGGER staff_look_never_emptied BEFORE TRUNCATE ON staff_look
    FOR EACH STATEMENT EXECUTE FUNCTION staff_look_is_append_only()
    """,
)


def upgrade() -> None:
    """Only adds: a process of the release before goes on beside it."""
    for statement in _STATEMENTS:
        op.execute(statement)
