"""Looks at who spoke stay as they are, name the member of staff, and are listed for auditors."""

from alembic import op

revision = "0022"
down_revision = "0020"
branch_labels = None
depends_on = None

_BY_STAFF = """
    UPDATE reveal SET by_staff = said.payload ->> 'by_staff' FROM ledger AS said
    WHERE said.stream = 'cases' AND said.key = reveal.case_id AND said.type = 'cn.huiyin.case.requester_revealed'
        AND said.payload ->> 'reveal_id' = reveal.reveal_id
"""
_STATEMENTS = (
    "ALTER TABLE reveal ADD COLUMN by_staff text",
    _BY_STAFF,
    "CREATE INDEX reveal_at_idx ON reveal (at DESC, reveal_id DESC)",
    "CREATE INDEX reveal_staff_idx ON reveal (by_staff, at DESC, reveal_id DESC) WHERE by_staff IS NOT NULL",
    "CREATE INDEX reveal_unit_idx ON reveal (unit_code, at DESC, reveal_id DESC) WHERE unit_code IS NOT NULL",
    """
    CREATE FUNCTION reveal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'looks at who spoke stay as they are';
    END $$
    """,
    """
    CREATE TRIGGER reveal_append_only BEFORE UPDATE OR DELETE ON reveal
    FOR EACH ROW EXECUTE FUNCTION reveal_is_append_only()
    """,
    """
    CREATE TRIGGER reveal_never_emptied BEFORE TRUNCATE ON reveal
    FOR EACH STATEMENT EXECUTE FUNCTION reveal_is_append_only()
    """,
)


def upgrade() -> None:
    """Only adds: a process of the release before goes on beside it, and names accounts alone meanwhile."""
    for statement in _STATEMENTS:
        op.execute(statement)
