"""The orders of supervision."""

from datetime import date, datetime

from sqlmodel import Field

from libs.common.database.columns import moment_column, word_column
from libs.common.events.terms import SupervisionLevel
from services.followup.cases.tables import Base
from services.followup.supervision.domain import SupervisionState


class Supervision(Base, table=True):
    """One order of supervision (催办、督办): to one unit, answered on its own."""

    __tablename__ = "supervision"

    supervision_id: str = Field(primary_key=True)
    case_id: str
    round: int
    level: SupervisionLevel = Field(sa_column=word_column(SupervisionLevel))
    unit_code: str | None = None
    area_code: str
    accused_unit: str | None = None
    reason: str
    by_rule: bool
    rule_code: str | None = None
    """The step of the pack's ladder that brought it."""
    issued_by: str
    issued_at: datetime = Field(sa_column=moment_column())
    reply_due: date | None = None
    state: SupervisionState = Field(sa_column=word_column(SupervisionState))
    reply: str | None = None
    replied_by: str | None = None
    replied_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    version: int = 1
