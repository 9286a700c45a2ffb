"""The table of requests: what units asked for, and who decided how."""

from datetime import datetime

from sqlmodel import Field

from libs.common.database.columns import check, index, moment_column, one_of, refers, word_column
from libs.common.events.asking_terms import RequestKind
from libs.common.time.due import LimitUnit
from services.dispatch.asks.domain import RequestState
from services.dispatch.cases.tables import Base


class UnitRequest(Base, table=True):
    """One request about a case. While it is pending the case itself shows it, too (``return_pending`` and so on)."""

    __tablename__ = "request"
    __table_args__ = (
        refers("request", "case_id", "work"),
        one_of("request", "kind", RequestKind),
        one_of("request", "state", RequestState),
        check("request_names_its_unit", "kind = 'nonacceptance' OR asked_unit IS NOT NULL"),
        check("request_names_the_door", "(kind = 'nonacceptance') = (go_to IS NOT NULL)"),
        one_of("request", "unit", LimitUnit),
        check("request_says_until_when", "(kind IN ('extension', 'suspension', 'staged')) = (until IS NOT NULL)"),
        check("request_has_answer", "(kind = 'staged') = (answer IS NOT NULL)"),
        check("request_counts_days", "(days IS NULL) = (unit IS NULL) AND (kind = 'extension') = (days IS NOT NULL)"),
        check("request_has_evidence", "(kind = 'termination') = (evidence IS NOT NULL)"),
        check("request_round_check", "round > 0"),
        check("request_version_check", "version > 0"),
        check("request_decided_by_another", "decided_by <> asked_by"),
        check("request_decided_by_another_person", "decided_by_staff <> asked_by_staff"),
        check(
            "request_decided",
            "(state IN ('granted', 'refused')) = (decided_by IS NOT NULL AND decision_note IS NOT NULL)"
            " AND (state = 'pending') = (decided_at IS NULL)",
        ),
        check("request_raised_late", "raised_at IS NULL OR due_at IS NOT NULL"),
        index("request_list_idx", "kind", "state", "asked_at", "case_id", "version"),
        index("request_asked_idx", "asked_at", "case_id", "version"),
        index("request_state_idx", "state", "asked_at", "case_id", "version"),
        index("request_count_idx", "kind", "state", "raised_at", "case_id"),
        index("request_raised_idx", "asked_at", "case_id", "version", where="raised_at IS NOT NULL"),
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
    asked_by_staff: str | None = None
    """The member of staff whose account it is, where it is known."""
    asked_unit: str | None = None
    asked_at: datetime = Field(sa_column=moment_column())
    state: RequestState = Field(sa_column=word_column(RequestState))
    decided_by: str | None = None
    """Empty when it lapsed."""
    decided_by_staff: str | None = None
    decided_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    decision_note: str | None = None
    go_to: str | None = None
    """The door that the citizen would have to go to, where it is asked that his case be not accepted."""
    until: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    """Of more time (延期) when the case would be due, of a suspension (挂账) when it would come back."""
    days: int | None = None
    unit: LimitUnit | None = Field(default=None, sa_column=word_column(LimitUnit, nullable=True))
    """What the days are counted in."""
    evidence: str | None = None
    """Of a termination (终止办理) what proves its reason."""
    told: str | None = None
    """What the citizen is told of what was granted (告知诉求人)."""
    due_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    """Until when it is to be decided (审核时限)."""
    answer: str | None = None
    """Of a staged answer (阶段性答复) what the citizen is answered by now."""
    raised_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    """Since when it waits for the supervisors (提级审核)."""
