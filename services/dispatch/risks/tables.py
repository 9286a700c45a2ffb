"""The table of risks."""

from datetime import datetime

from sqlmodel import Field

from libs.common.database.columns import check, index, moment_column, one_of, refers, texts_column, word_column
from services.dispatch.cases.tables import Base
from services.dispatch.risks.domain import RiskStatus


class Risk(Base, table=True):
    """A group or risk matter (风险事项) of a case; of each kind one. See ``domain.RiskState``."""

    __tablename__ = "risk"
    __table_args__ = (
        refers("risk", "case_id", "work"),
        one_of("risk", "status", RiskStatus),
        check("risk_round_check", "round > 0"),
        check("risk_version_check", "version > 0"),
        check("risk_due", "due_at > reported_at"),
        check(
            "risk_acknowledged",
            "(status = 'acknowledged') = (acknowledged_at IS NOT NULL)"
            " AND (acknowledged_at IS NULL) = (note IS NULL) AND (acknowledged_at IS NULL) = (acknowledged_by IS NULL)"
            " AND (acknowledged_at IS NOT NULL OR NOT late)",
        ),
        index("risk_kind_idx", "case_id", "kind", unique=True),
        index("risk_list_idx", "reported_at", "risk_id"),
        index("risk_waiting_idx", "due_at", "risk_id", where="status = 'reported'"),
    )

    risk_id: str = Field(primary_key=True)
    case_id: str
    round: int
    kind: str
    by_rule: bool
    why: str
    told: list[str] = Field(sa_column=texts_column())
    reported_by: str
    reported_by_staff: str | None = None
    reported_at: datetime = Field(sa_column=moment_column())
    due_at: datetime = Field(sa_column=moment_column())
    status: RiskStatus = Field(sa_column=word_column(RiskStatus))
    note: str | None = None
    acknowledged_by: str | None = None
    acknowledged_by_staff: str | None = None
    acknowledged_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    late: bool
    version: int = 1
