"""What a unit asks for (延期、挂账、终止办理) waits on its case, and stands among the requests with its bounds."""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_KINDS = "'return', 'nonacceptance', 'extension', 'suspension', 'termination'"
_STATUSES = "'triage', 'assigned', 'signed', 'handled', 'answered', 'not_accepted', 'terminated', 'closed'"
_STATEMENTS = (
    f"""
    ALTER TABLE work ADD COLUMN asked text CONSTRAINT work_asked_check CHECK (asked IN ({_KINDS})),
        ADD COLUMN asked_by text,
        ADD COLUMN asked_by_staff text,
        ADD COLUMN suspended_until timestamptz,
        DROP CONSTRAINT work_status_check,
        ADD CONSTRAINT work_status_check CHECK (status IN ({_STATUSES})),
        ADD CONSTRAINT work_asked CHECK ((asked IS NULL) = (asked_by IS NULL)
            AND (asked IS NULL OR status IN ('assigned', 'signed')))
    """,
    "CREATE INDEX work_terminated_idx ON work (list_due_at, case_id) WHERE status = 'terminated'",
    f"""
    ALTER TABLE request ADD COLUMN until timestamptz,
        ADD COLUMN days int,
        ADD COLUMN unit text CONSTRAINT request_unit_check CHECK (unit IN ('hour', 'calendar_day', 'work_day')),
        ADD COLUMN told text,
        ADD COLUMN evidence text,
        ADD CONSTRAINT request_has_evidence CHECK ((kind = 'termination') = (evidence IS NOT NULL)),
        DROP CONSTRAINT request_kind_check,
        ADD CONSTRAINT request_kind_check CHECK (kind IN ({_KINDS})),
        DROP CONSTRAINT request_names_its_unit,
        ADD CONSTRAINT request_names_its_unit CHECK (kind = 'nonacceptance' OR asked_unit IS NOT NULL),
        ADD CONSTRAINT request_says_until_when
            CHECK ((kind IN ('extension', 'suspension')) = (until IS NOT NULL)),
        ADD CONSTRAINT request_counts_days
            CHECK ((days IS NULL) = (unit IS NULL) AND (kind = 'extension') = (days IS NOT NULL))
    """,
)


def upgrade() -> None:
    """Only adds, and widens lists; nothing was asked for of before."""
    for statement in _STATEMENTS:
        op.execute(statement)
