"""The timers of followup."""

from datetime import datetime

from sqlmodel import Field

from libs.common.database.columns import moment_column, word_column
from libs.common.events.terms import Deadline
from services.followup.cases.tables import Base
from services.followup.clocks.domain import TimerState


class TimerRow(Base, table=True):
    """One thing that is to happen at ``fires_at`` (定时器); see ``domain.clocks.Timer``."""

    __tablename__ = "timer"

    timer_id: str = Field(primary_key=True)
    case_id: str
    round: int
    what: Deadline = Field(sa_column=word_column(Deadline))
    step: str
    unit_code: str | None = None
    starts_at: datetime = Field(sa_column=moment_column())
    due_at: datetime = Field(sa_column=moment_column())
    fires_at: datetime = Field(sa_column=moment_column())
    pack_version: int
    state: TimerState = Field(sa_column=word_column(TimerState))
    error: str | None = None
