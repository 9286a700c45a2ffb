"""Events about visiting teams (走访工作队): who went out where, on which days, and who was there."""

from datetime import date
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from libs.common.events.base import SaidByHand
from libs.common.events.team_terms import AbsentFor


class TeamSeat(BaseModel):
    """One person in a team, the part of the pack's rule that it fills, and the days on which it does."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    staff_id: str
    part: str
    from_day: date
    until_day: date


class TeamAbsence(BaseModel):
    """Who of a team was not there, and why."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    staff_id: str
    reason: AbsentFor


class TeamEvent(SaidByHand):
    """About one team; ``version`` grows by one with every step of it."""

    team_id: str
    version: int

    @property
    def key(self) -> str:
        return self.team_id


class TeamFormed(TeamEvent):
    """组队: these people go out together in an area, on every day from one to another, both included."""

    type_name: ClassVar[str] = "cn.huiyin.team.formed"

    rule: str
    """The code of the pack's rule (队伍规则)."""
    area_code: str
    from_day: date
    until_day: date
    seats: tuple[TeamSeat, ...]
    guide_staff_id: str | None = None
    guide: str = ""
    """Who guides them (引导员), masked; empty for one of the staff."""
    why: str = ""
    """Masked."""


class TeamChanged(TeamEvent):
    """队伍变更: from a day on it is otherwise. All seats as they are now, those of days that are over included."""

    type_name: ClassVar[str] = "cn.huiyin.team.changed"

    holds_from: date
    until_day: date
    seats: tuple[TeamSeat, ...]
    guide_staff_id: str | None = None
    guide: str = ""
    why: str = ""


class TeamDissolved(TeamEvent):
    """解散: from a day on it goes out no more; never, when that is its first."""

    type_name: ClassVar[str] = "cn.huiyin.team.dissolved"

    holds_from: date
    seats: tuple[TeamSeat, ...]
    why: str = ""


class AttendanceKept(TeamEvent):
    """考勤: who of a team was there on a day. A later word about the same day counts instead of the one before."""

    type_name: ClassVar[str] = "cn.huiyin.team.attendance_kept"

    on_day: date
    correction: int
    """0 for the first word about the day."""
    present: tuple[str, ...]
    absent: tuple[TeamAbsence, ...]
    why: str = ""
