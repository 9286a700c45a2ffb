"""Whether a case is accepted at all is asked for at triage, and decided by a second person."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_STATUSES = ("triage", "assigned", "signed", "handled", "answered", "not_accepted", "closed")
_REASONS = (
    *("out_of_area", "other_authority", "emergency_line", "litigation", "arbitration", "reconsideration", "discipline"),
    *("information_disclosure", "petition_channel", "in_handling_elsewhere", "nothing_new", "no_matter_of_government"),
    *("confidential_matter", "unlawful", "no_content"),
)


def _one_of(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)


_STATEMENTS = (
    f"""
    ALTER TABLE work ADD COLUMN nonacceptance_pending boolean NOT NULL DEFAULT false,
        ADD COLUMN nonacceptance_asked_by text,
        ADD COLUMN nonacceptance_asked_by_staff text,
        ADD COLUMN not_accepted_for text
            CONSTRAINT work_not_accepted_for_check CHECK (not_accepted_for IN ({_one_of(_REASONS)})),
        ADD COLUMN go_to text,
        ADD COLUMN notice text,
        DROP CONSTRAINT work_status_check,
        ADD CONSTRAINT work_status_check CHECK (status IN ({_one_of(_STATUSES)})),
        ADD CONSTRAINT work_nonacceptance_pending CHECK (NOT nonacceptance_pending
            OR (status = 'triage' AND NOT held AND nonacceptance_asked_by IS NOT NULL)),
        ADD CONSTRAINT work_not_accepted CHECK ((not_accepted_for IS NULL) = (go_to IS NULL)
            AND (go_to IS NULL) = (notice IS NULL)
            AND (go_to IS NULL OR (lead_unit IS NULL AND status IN ('not_accepted', 'closed')))
            AND (status <> 'not_accepted' OR go_to IS NOT NULL))
    """,
    "CREATE INDEX work_not_accepted_idx ON work (list_due_at, case_id) WHERE status = 'not_accepted'",
    """
    ALTER TABLE request ADD COLUMN go_to text,
        ALTER COLUMN asked_unit DROP NOT NULL,
        DROP CONSTRAINT request_kind_check,
        ADD CONSTRAINT request_kind_check CHECK (kind IN ('return', 'nonacceptance')),
        ADD CONSTRAINT request_names_its_unit CHECK (kind <> 'return' OR asked_unit IS NOT NULL),
        ADD CONSTRAINT request_names_the_door CHECK ((kind = 'nonacceptance') = (go_to IS NOT NULL))
    """,
)


def upgrade() -> None:
    """Only adds, and widens lists; nothing was asked for of before."""
    for statement in _STATEMENTS:
        op.execute(statement)
