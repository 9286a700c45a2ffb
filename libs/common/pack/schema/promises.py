"""The settings of the promise to the citizen: callback (回访), escalation ladder (督办阶梯), supervision, notices."""

from datetime import time
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from libs.common.events.terms import Channel, Deadline, SupervisionLevel
from libs.common.pack.schema.base import Ascending, CodedReason, ItemCode, Model, Name, PackLimit


class CallbackMode(StrEnum):
    """Whether everybody is asked or a sample (全量回访 / 抽样回访)."""

    FULL = "full"
    SAMPLE = "sample"


class Answer(StrEnum):
    """Which part of a callback a question fills; only these three are counted in rates."""

    CONTACTED = "contacted"
    SOLVED = "solved"
    SATISFACTION = "satisfaction"
    NOTE = "note"


class Question(Model):
    """One callback question (回访问题) as the caller reads it out."""

    code: ItemCode
    text: Name
    text_en: Name
    answer: Answer
    required: bool = True


class Always(StrEnum):
    """Cases that a sample never leaves out (必回访)."""

    URGENT = "urgent"
    EMERGENCY = "emergency"
    SENT_BACK = "sent_back"
    CONFIDENTIAL = "confidential"


class CallbackPolicy(Model):
    """回访规则. With ``mode`` sample, ``sample_percent`` of the cases of each handling unit are drawn."""

    mode: CallbackMode
    sample_percent: int | None = Field(default=None, ge=1, le=100)
    always: Ascending[Always] = ()
    always_channels: Ascending[Channel] = ()
    tries: int = Field(ge=1, le=10)
    minutes_between_tries: int = Field(ge=1, le=10080)
    opens_at: time
    closes_at: time
    """Citizens are called only between these local times."""
    questions: tuple[Question, ...] = Field(min_length=1)


class Recipient(StrEnum):
    """Who a supervision order goes to (督办对象)."""

    LEAD = "lead"
    SUPERIOR = "superior"
    SUPERVISOR = "supervisor"
    HOTLINE = "hotline"


class OnOverdue(Model):
    """A time after a deadline passed unmet; no ``after`` means at once."""

    on: Literal["overdue"]
    deadline: Deadline = Deadline.HANDLE
    after: PackLimit | None = None

    @property
    def hours(self) -> int:
        """Nominal hours after the due time."""
        return self.after.nominal_hours if self.after else 0


class OnRound(Model):
    """The opening of a round: 3 is the third time that the matter is handled."""

    on: Literal["round"]
    round: int = Field(ge=2, le=20)


class OnReturns(Model):
    """This many units gave the case back."""

    on: Literal["returns"]
    units: int = Field(ge=1, le=20)


Trigger = Annotated[OnOverdue | OnRound | OnReturns, Field(discriminator="on")]


class LadderStep(Model):
    """One rung: what brings it, how loud it is, and who gets it. ``code`` stays in the history of each case."""

    code: ItemCode
    name: Name
    name_en: Name
    trigger: Trigger
    level: SupervisionLevel
    to: tuple[Recipient, ...] = Field(min_length=1)


class Ladder(Model):
    """督办阶梯. ``warn_percent``: the share of a limit after which a warning (预警) goes out. Steps rise in order."""

    warn_percent: int = Field(default=80, ge=1, le=99)
    steps: tuple[LadderStep, ...] = Field(min_length=1)


class LevelSettings(Model):
    """What one level of supervision asks: a reply in writing within a time, and points off (扣分)."""

    reply_within: PackLimit | None = None
    points: int = Field(default=0, ge=0, le=100)


class SupervisionSettings(Model):
    """督办设置, by level."""

    levels: dict[SupervisionLevel, LevelSettings]


class Weekday(StrEnum):
    """A day of the week (星期)."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class ProgressNotice(Model):
    """进展告知: every open case's citizen is told how it stands, every week on this day at this local time."""

    weekday: Weekday
    at: time


class ReasonLists(Model):
    """The closed lists of reasons that people choose from (原因清单)."""

    not_accepted: tuple[CodedReason, ...] = ()
    """不予受理: each with the door to go to instead."""
    procedural: tuple[CodedReason, ...] = ()
    """程序性办结: why a case may end without the citizen's satisfaction, with evidence and a higher approver."""
