"""The clocks of followup."""

from datetime import datetime

from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from libs.common.database.columns import check, index, moment_column, one_of, word_column
from libs.common.events.terms import Deadline
from libs.common.time.due import LimitUnit
from services.followup.cases.tables import Base
from services.followup.clocks.domain import ClockStatus

_ENDED = "state IN ('fired', 'cancelled')"


class ClockRow(Base, table=True):
    """A promised time, before its next step or at its end (时限); see ``domain.DeadlineClock``."""

    __tablename__ = "clock"
    __table_args__ = (
        one_of("clock", "state", ClockStatus),
        check("clock_step_check", "step IN ('warn', 'miss') OR step LIKE 'ladder:%'"),
        check("clock_round_check", "round > 0"),
        check("clock_check", "warn_at >= starts_at"),
        check("clock_check1", "due_at >= warn_at"),
        check("clock_check2", "next_at >= warn_at"),
        one_of("clock", "limit_unit", LimitUnit),
        check(
            "clock_limit", "(limit_value IS NULL) = (limit_unit IS NULL) AND (limit_value IS NULL OR limit_value > 0)"
        ),
        check("clock_every_days", "every_days IS NULL OR every_days > 0"),
        check(
            "clock_stands_before_its_step",
            "(step <> 'warn' OR next_at = warn_at) AND (step <> 'miss' OR next_at = due_at)",
        ),
        index("clock_case_idx", "case_id"),
        index("clock_due_idx", "next_at", "clock_id", where="state = 'pending'"),
        index("clock_paused_idx", "next_at", "clock_id", where="state = 'paused'"),
        index("clock_failed_idx", "next_at", "clock_id", where="state = 'failed'"),
        index("clock_ended_idx", "state", "next_at", "clock_id", where=_ENDED),
        index("clock_ended_unit_idx", "unit_code", "state", "next_at", "clock_id", where=_ENDED),
    )

    clock_id: str = Field(primary_key=True)
    case_id: str
    round: int
    what: Deadline
    about: str = ""
    unit_code: str | None = None
    starts_at: datetime = Field(sa_column=moment_column())
    warn_at: datetime = Field(sa_column=moment_column())
    due_at: datetime = Field(sa_column=moment_column())
    step: str
    next_at: datetime = Field(sa_column=moment_column())
    pack_version: int
    state: ClockStatus = Field(sa_column=word_column(ClockStatus))
    error: str | None = None
    limit_value: int | None = None
    limit_unit: LimitUnit | None = Field(default=None, sa_column=word_column(LimitUnit, nullable=True))
    first_day: bool = False
    """Whether the day of the start is day one of its limit (含当日)."""
    pauses: list[list[str | None]] = Field(sa_column=Column(JSONB, nullable=False))
    """Since when and until when it stood still, one after the other; the last of a clock that does so has no end."""
    every_days: int | None = None
