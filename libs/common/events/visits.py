"""Events about visits (走访) and their rounds (走访轮次): numbers, codes, and words that were masked."""

from datetime import date
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from libs.common.events.base import Moment, SaidByHand
from libs.common.events.household_terms import HouseholdClass, VisitEvery
from libs.common.events.households import HouseholdEvent
from libs.common.events.terms import Kind
from libs.common.events.visit_terms import MatterEnd, SlotRule, VisitOutcome, VisitSlot


class VisitRoundEvent(SaidByHand):
    """About one round of visits."""

    round_id: str

    @property
    def key(self) -> str:
        return self.round_id


class RoundStage(BaseModel):
    """走访批次: from a day on a round is also gone by whoever holds one of these posts."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    code: str
    posts: tuple[str, ...]
    from_day: date


class RoundOpened(VisitRoundEvent):
    """轮次开始: which households it takes in, from when to when, and which visits count.

    By the one table of denominators this and the steps of households say which households stand in it.
    """

    type_name: ClassVar[str] = "cn.huiyin.round.opened"

    name: str
    area_code: str
    begins_on: date
    ends_on: date
    classes: tuple[HouseholdClass, ...]
    kinds: tuple[str, ...] = ()
    visit_every: VisitEvery | None = None
    purposes: tuple[str, ...] = ()
    gap_days: int
    slots: SlotRule
    visit_order: str | None = None
    stages: tuple[RoundStage, ...] = ()
    """In which order it is gone, by the pack as it was then."""


class RoundClosed(VisitRoundEvent):
    """轮次结束: what is entered from ``closed_at`` on changes the next round only; visits are late.

    The numbers are those of that moment.
    """

    type_name: ClassVar[str] = "cn.huiyin.round.closed"

    closed_at: Moment
    households: int
    reached: int
    refused: int


class VisitedQuantity(BaseModel):
    """What came of a visit as a number (走访数量), such as 3.5 t: exact decimal text. The words are masked."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    what: str
    number: str
    unit: str


class VisitedMatter(BaseModel):
    """A matter that was raised (走访诉求), and what became of it; its words stand in its case, or with intake alone."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    number: int
    end: MatterEnd
    kind: Kind
    category_code: str | None = None
    case_id: str | None = None


class VisitEvent(HouseholdEvent):
    """About one visit, under its household."""

    visit_id: str


class VisitFacts(VisitEvent):
    """A visit as it is recorded by now, whole: whoever folds visits takes the one of the highest version.

    ``rounds`` are those in which it was made; it counts in one of them where its slot does, and is late there when it
    was recorded after the closing. ``duplicate_of`` is the visit of that day with which it is one.
    """

    version: int
    day: date
    started_at: Moment
    ended_at: Moment
    recorded_at: Moment
    slot: VisitSlot
    outcome: VisitOutcome
    area_code: str
    place_code: str | None = None
    staff_ids: tuple[str, ...]
    guide: str | None = None
    """Masked."""
    purposes: tuple[str, ...] = ()
    materials: dict[str, int] = Field(default_factory=dict)
    topics: tuple[str, ...] = ()
    findings: dict[str, bool | int | str] = Field(default_factory=dict)
    """Words are masked."""
    quantities: tuple[VisitedQuantity, ...] = ()
    photos: tuple[str, ...] = ()
    """SHA-256 of each."""
    matters: tuple[VisitedMatter, ...] = ()
    rounds: tuple[str, ...] = ()
    duplicate_of: str | None = None


class VisitRecorded(VisitFacts):
    """走访登记: a visit was made, and this is what was found and done."""

    type_name: ClassVar[str] = "cn.huiyin.visit.recorded"


class VisitCorrected(VisitFacts):
    """走访更正: what of its record is otherwise by now, or of what day's visit it is one. What it was is kept."""

    type_name: ClassVar[str] = "cn.huiyin.visit.corrected"

    changed: tuple[str, ...] = ()
    why: str = ""
    """Masked."""


class VisitVoidRequested(VisitEvent):
    """申请作废: somebody says that the visit never was. It counts until somebody else confirms it."""

    type_name: ClassVar[str] = "cn.huiyin.visit.void_requested"

    version: int
    why: str


class VisitVoided(VisitEvent):
    """走访作废: it never was, as somebody confirmed who neither made, entered nor asked it. It counts nowhere."""

    type_name: ClassVar[str] = "cn.huiyin.visit.voided"

    version: int
    why: str = ""


class VisitVoidRefused(VisitEvent):
    """驳回作废: it was, as somebody else decided."""

    type_name: ClassVar[str] = "cn.huiyin.visit.void_refused"

    version: int
    why: str
