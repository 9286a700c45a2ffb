"""How people are reached, sealed, and every look at it."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE staff_contact (
        staff_id text PRIMARY KEY,
        languages text[] NOT NULL,
        sealed_phone bytea,
        sealed_other bytea
    )
    """,
    """
    CREATE TABLE staff_look (
        look_id text PRIMARY KEY,
        staff_id text NOT NULL REFERENCES staff_contact (staff_id),
        who text NOT NULL,
        unit_code text,
        by_staff text,
        reason text NOT NULL,
        at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX staff_look_staff_idx ON staff_look (staff_id, at)",
    """
    CREATE FUNCTION staff_look_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'looks at how people are reached stay as they are';
    END $$
    """,
    """
    CREATE TRIGGER staff_look_append_only BEFORE UPDATE OR DELETE ON staff_look
    FOR EACH ROW EXECUTE FUNCTION staff_look_is_append_only()
    """,
)


def upgrade() -> None:
    """Only adds: a worker of the release before goes on beside it."""
    for statement in _STATEMENTS:
        op.execute(statement)
