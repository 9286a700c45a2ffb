"""The table of requests: what units asked for, and who decided how."""

from datetime import datetime

from sqlmodel import Field

from libs.common.database.columns import moment_column, word_column
from services.dispatch.cases.tables import Base
from services.dispatch.requests.domain import Kind, State


class UnitRequest(Base, table=True):
    """One request about a case. While it is pending the case itself shows it, too (``return_pending`` and so on)."""

    __tablename__ = "request"

    case_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    """Of the case after the step that asked, as in ``transition``."""
    round: int
    kind: Kind = Field(sa_column=word_column(Kind))
    reason_code: str
    note: str
    asked_by: str
    asked_unit: str
    asked_at: datetime = Field(sa_column=moment_column())
    state: State = Field(sa_column=word_column(State))
    decided_by: str | None = None
    """Empty when it lapsed."""
    decided_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    decision_note: str | None = None
