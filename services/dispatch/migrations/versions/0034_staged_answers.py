"""A staged answer (阶段性答复) is asked for as all else is: it says what the citizen is answered by now."""

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_KINDS = "'return', 'nonacceptance', 'extension', 'suspension', 'termination', 'staged'"
_STATEMENTS = (
    f"""
    ALTER TABLE request ADD COLUMN answer text,
        ADD CONSTRAINT request_has_answer CHECK ((kind = 'staged') = (answer IS NOT NULL)),
        DROP CONSTRAINT request_kind_check,
        ADD CONSTRAINT request_kind_check CHECK (kind IN ({_KINDS})),
        DROP CONSTRAINT request_says_until_when,
        ADD CONSTRAINT request_says_until_when
            CHECK ((kind IN ('extension', 'suspension', 'staged')) = (until IS NOT NULL))
    """,
    "CREATE INDEX request_list_idx ON request (kind, state, asked_at, case_id, version)",
    """
    CREATE INDEX work_suspended_idx ON work (list_due_at, case_id)
    WHERE status IN ('assigned', 'signed') AND suspended_until IS NOT NULL
    """,
    f"""
    ALTER TABLE work DROP CONSTRAINT work_asked_check,
        ADD CONSTRAINT work_asked_check CHECK (asked IN ({_KINDS}))
    """,
)


def upgrade() -> None:
    """Only adds, and widens lists; nothing was answered so before."""
    for statement in _STATEMENTS:
        op.execute(statement)
