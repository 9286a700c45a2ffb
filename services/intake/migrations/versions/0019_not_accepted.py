"""A case may end as not accepted, with the reason, the door to go to and what its citizen is told."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_REASONS = (
    *("out_of_area", "other_authority", "emergency_line", "litigation", "arbitration", "reconsideration", "discipline"),
    *("information_disclosure", "petition_channel", "in_handling_elsewhere", "nothing_new", "no_matter_of_government"),
    *("confidential_matter", "unlawful", "no_content"),
)
_STATUSES = (
    *("registered", "triage", "assigned", "signed", "handled", "answered", "callback", "sent_back", "withdrawn"),
    *("not_accepted", "closed"),
)
_CLOSINGS = ("substantive", "unverified", "withdrawn", "unasked", "not_accepted")


def _one_of(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)


_STATEMENT = f"""
    ALTER TABLE cases ADD COLUMN not_accepted_for text
            CONSTRAINT cases_not_accepted_for_check CHECK (not_accepted_for IN ({_one_of(_REASONS)})),
        ADD COLUMN go_to text,
        ADD COLUMN notice text,
        DROP CONSTRAINT cases_status_check,
        ADD CONSTRAINT cases_status_check CHECK (status IN ({_one_of(_STATUSES)})),
        DROP CONSTRAINT cases_closing_check,
        ADD CONSTRAINT cases_closing_check CHECK (closing IN ({_one_of(_CLOSINGS)})),
        DROP CONSTRAINT cases_closing,
        ADD CONSTRAINT cases_closing CHECK ((closing IS NOT NULL) = (status IN ('closed', 'not_accepted'))),
        ADD CONSTRAINT cases_not_accepted CHECK (status <> 'not_accepted' OR closing = 'not_accepted')
"""


def upgrade() -> None:
    """Only adds, and widens lists: a process of the release before goes on, and cannot read such an end."""
    op.execute(_STATEMENT)
