"""Events about collection points (民情收集点) and about occasions (活动) at which people were heard.

No citizen is named in one: those are counted, and who raised a matter stands sealed with its case. Words are masked.
"""

import hashlib
from datetime import date
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from libs.common.events.base import Moment, SaidByHand
from libs.common.events.occasion_terms import AtHours, OccasionKind, OccasionStep, PointKind, PointStep
from libs.common.events.terms import Kind
from libs.common.events.visit_terms import MatterEnd


class PointEvent(SaidByHand):
    """About one collection point."""

    point_id: str

    @property
    def key(self) -> str:
        return self.point_id


class PointKept(PointEvent):
    """收集点设立、变更: all of it as it is by this step. Hours are by the place's clock, such as 09:00."""

    type_name: ClassVar[str] = "cn.huiyin.point.kept"

    version: int
    step: PointStep
    code: str
    kind: PointKind
    name: str
    place: str
    area_code: str
    days: str
    """The code of the pack's rule of days."""
    opens_at: str
    closes_at: str
    from_day: date
    until_day: date | None = None
    why: str = ""


class DutyDay(BaseModel):
    """A day, and how often who is on duty then was said before."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    on_day: date
    correction: int


class PointDutyKept(PointEvent):
    """值守登记: who is on duty at the point on these days; of a day the last word counts."""

    type_name: ClassVar[str] = "cn.huiyin.point.duty_kept"

    days: tuple[DutyDay, ...]
    staff_ids: tuple[str, ...]
    why: str = ""


class OccasionEvent(SaidByHand):
    """About one occasion."""

    occasion_id: str

    @property
    def key(self) -> str:
        return self.occasion_id


class RaisedAtOccasion(BaseModel):
    """A matter that was raised (活动诉求), and what became of it; ``words``: a digest where it was explained."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    number: int
    end: MatterEnd
    kind: Kind
    category_code: str | None = None
    case_id: str | None = None
    words: str | None = None


def print_of_words(*words: str | None) -> str:
    """A digest of words that travel in no event, for whoever has to know whether they changed."""
    return hashlib.sha256("\0".join(word or "" for word in words).encode()).hexdigest()


class OccasionKept(OccasionEvent):
    """活动登记、更正: all of its record as it is by this step; matters with the first step alone, as they stay."""

    type_name: ClassVar[str] = "cn.huiyin.occasion.kept"

    version: int
    step: OccasionStep
    kind: OccasionKind
    point_id: str | None = None
    area_code: str
    day: date
    started_at: Moment
    ended_at: Moment
    at_hours: AtHours | None = None
    place: str
    topic: str
    staff_ids: tuple[str, ...]
    unit_codes: tuple[str, ...] = ()
    citizens: int
    entered_on: date
    """The place's day on which it was written down."""
    matters: tuple[RaisedAtOccasion, ...] = ()
    why: str = ""
