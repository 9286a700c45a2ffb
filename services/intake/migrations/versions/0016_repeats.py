"""Which earlier case a case repeats (重复诉求), and who said so."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE repeat (
        case_id text NOT NULL CONSTRAINT repeat_case_id_fkey REFERENCES cases DEFERRABLE INITIALLY DEFERRED,
        number integer NOT NULL CONSTRAINT repeat_number_check CHECK (number > 0),
        repeat_of text,
        reason text NOT NULL,
        who text,
        unit_code text,
        staff_id text,
        at timestamptz NOT NULL,
        PRIMARY KEY (case_id, number),
        CONSTRAINT repeat_of_another CHECK (repeat_of <> case_id)
    )
    """,
    "CREATE INDEX repeat_of_idx ON repeat (repeat_of, case_id) WHERE repeat_of IS NOT NULL",
)


def upgrade() -> None:
    """Only adds."""
    for statement in _STATEMENTS:
        op.execute(statement)
