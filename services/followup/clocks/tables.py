"""The clocks of followup."""

from datetime import datetime

from sqlmodel import Field

from libs.common.database.columns import moment_column, word_column
from libs.common.events.terms import Deadline
from services.followup.cases.tables import Base
from services.followup.clocks.domain import TimerState


class ClockRow(Base, table=True):
    """A promised time, before its next step or at its end (时限); see ``domain.Clock``."""

    __tablename__ = "clock"

    clock_id: str = Field(primary_key=True)
    case_id: str
    round: int
    what: Deadline = Field(sa_column=word_column(Deadline))
    about: str = ""
    unit_code: str | None = None
    starts_at: datetime = Field(sa_column=moment_column())
    warn_at: datetime = Field(sa_column=moment_column())
    due_at: datetime = Field(sa_column=moment_column())
    step: str
    next_at: datetime = Field(sa_column=moment_column())
    pack_version: int
    state: TimerState = Field(sa_column=word_column(TimerState))
    error: str | None = None
