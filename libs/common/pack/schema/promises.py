"""The settings of the promise to the citizen: callback (回访) and the escalation ladder (督办阶梯)."""

from datetime import time
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from libs.common.events.terms import Deadline, SupervisionLevel
from libs.common.pack.schema.base import ItemCode, Model, Name, PackLimit


class AnswerKind(StrEnum):
    """What an answer is: whether the unit was in contact, whether it is solved, how satisfied; or a text of its own.

    The first three are counted in rates, so each is asked for by one question at most.
    """

    CONTACTED = "contacted"
    SOLVED = "solved"
    SATISFACTION = "satisfaction"
    NOTE = "note"


class Question(Model):
    """One callback question (回访问题) as the caller reads it out. A ``required`` one is answered when any is."""

    code: ItemCode
    text: Name
    text_en: Name
    answer: AnswerKind
    required: bool = True


class CallbackPolicy(Model):
    """回访规则: everybody is called back (全量回访), so often, then, and asked this."""

    tries: int = Field(ge=1, le=10)
    minutes_between_tries: int = Field(ge=1, le=10080)
    opens_at: time
    closes_at: time
    """Citizens are called only between these local times."""
    superior_may_call: bool = True
    """Whether a unit above one that had a hand in a case may ask about it (上级可否回访). That unit never may."""
    link_hours: int = Field(default=72, ge=1, le=720)
    """For how long a citizen may answer by a one-time link (一次性链接) whether he takes his case back."""
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


class OnPassed(Model):
    """The same two units passed the case between them so often, down (下派) or up (上报)."""

    on: Literal["passed"]
    times: int = Field(ge=2, le=20)


Trigger = Annotated[OnOverdue | OnRound | OnReturns | OnPassed, Field(discriminator="on")]


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
