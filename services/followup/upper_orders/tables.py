"""Orders from above, and every deadline that they had."""

from datetime import datetime

from sqlmodel import Field

from libs.common.database.columns import check, index, moment_column, one_of, refers, texts_column, word_column
from libs.common.events.upper_terms import ReplyState
from services.followup.cases.tables import Base


class UpperOrderRow(Base, table=True):
    """An order from above (上级交办) with the answer to it (回复); see ``domain.OrderAbove``."""

    __tablename__ = "upper_order"
    __table_args__ = (
        refers("upper_order", "case_id", "matter", at_commit=True),
        one_of("upper_order", "state", ReplyState),
        check("upper_order_edition_check", "edition > 0"),
        check("upper_order_draft_check", "draft >= 0"),
        check("upper_order_version_check", "version > 0"),
        check("upper_order_is_written", "(draft = 0) = (written_at IS NULL) AND (state = 'waiting' OR draft > 0)"),
        check("upper_order_is_sent", "(state = 'sent') = (sent_at IS NOT NULL)"),
        check("upper_order_approved_by_another", "state NOT IN ('approved', 'sent') OR decided_by <> written_by"),
        index("upper_order_received_idx", "received_at", "case_id"),
        index("upper_order_state_idx", "state", "received_at", "case_id"),
        index("upper_order_unsent_idx", "received_at", "case_id", where="state <> 'sent'"),
    )

    case_id: str = Field(primary_key=True)
    body: str
    number: str
    received_at: datetime = Field(sa_column=moment_column())
    due_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    edition: int
    state: ReplyState = Field(sa_column=word_column(ReplyState))
    draft: int
    unit_code: str | None = None
    findings: str | None = None
    measures: str | None = None
    opinion: str | None = None
    evidence: list[str] = Field(sa_column=texts_column())
    written_by: str | None = None
    written_by_staff: str | None = None
    written_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    decided_by: str | None = None
    decided_by_staff: str | None = None
    decided_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    reason: str | None = None
    sent_by: str | None = None
    sent_by_staff: str | None = None
    sent_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    how: str | None = None
    on_time: bool | None = None
    version: int = 1


class UpperDeadlineRow(Base, table=True):
    """A deadline that an order from above named after its first (上级时限变更): append-only."""

    __tablename__ = "upper_deadline"
    __table_args__ = (
        refers("upper_deadline", "case_id", "matter", at_commit=True),
        check("upper_deadline_edition_check", "edition > 1"),
    )

    case_id: str = Field(primary_key=True)
    edition: int = Field(primary_key=True)
    due_at: datetime = Field(sa_column=moment_column())
    before: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    at: datetime = Field(sa_column=moment_column())
    who: str | None = None
    """The account that took it in; None where nobody told."""
