"""The table of requests: what units asked for, and who decided how."""

from datetime import datetime

from sqlmodel import Field

from libs.common.database.columns import check, index, moment_column, one_of, refers, word_column
from services.dispatch.cases.tables import Base
from services.dispatch.requests.domain import RequestKind, RequestState


class UnitRequest(Base, table=True):
    """One request about a case. While it is pending the case itself shows it, too (``return_pending`` and so on)."""

    __tablename__ = "request"
    __table_args__ = (
        refers("request", "case_id", "work"),
        one_of("request", "kind", RequestKind),
        one_of("request", "state", RequestState),
        check("request_round_check", "round > 0"),
        check("request_version_check", "version > 0"),
        check("request_decided_by_another", "decided_by <> asked_by"),
        check(
            "request_decided",
            "(state IN ('granted', 'refused')) = (decided_by IS NOT NULL AND decision_note IS NOT NULL)"
            " AND (state = 'pending') = (decided_at IS NULL)",
        ),
        index("request_pending_idx", "case_id", "kind", where="state = 'pending'", unique=True),
    )

    case_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    """Of the case after the step that asked, as in ``transition``."""
    round: int
    kind: RequestKind = Field(sa_column=word_column(RequestKind))
    reason_code: str
    note: str
    asked_by: str
    asked_unit: str
    asked_at: datetime = Field(sa_column=moment_column())
    state: RequestState = Field(sa_column=word_column(RequestState))
    decided_by: str | None = None
    """Empty when it lapsed."""
    decided_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    decision_note: str | None = None
