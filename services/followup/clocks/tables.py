"""The timers of followup."""

from datetime import datetime

from sqlmodel import Field

from libs.common.database.columns import check, index, moment_column, one_of, word_column
from libs.common.events.terms import Deadline
from services.followup.cases.tables import Base
from services.followup.clocks.domain import TimerState

_ENDED = "state IN ('fired', 'cancelled')"


class TimerRow(Base, table=True):
    """One thing that is to happen at ``fires_at`` (定时器); see ``domain.clocks.Timer``."""

    __tablename__ = "timer"
    __table_args__ = (
        one_of("timer", "what", Deadline),
        one_of("timer", "state", TimerState),
        check("timer_step_check", "step IN ('warn', 'miss') OR step LIKE 'ladder:%'"),
        check("timer_round_check", "round > 0"),
        check("timer_check", "due_at >= starts_at"),
        check("timer_check1", "fires_at >= starts_at"),
        check("timer_miss_is_at_due", "step <> 'miss' OR fires_at = due_at"),
        index("timer_case_idx", "case_id"),
        index("timer_due_idx", "fires_at", "timer_id", where="state = 'pending'"),
        index("timer_failed_idx", "fires_at", "timer_id", where="state = 'failed'"),
        index("timer_ended_idx", "state", "fires_at", "timer_id", where=_ENDED),
        index("timer_ended_unit_idx", "unit_code", "state", "fires_at", "timer_id", where=_ENDED),
    )

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
