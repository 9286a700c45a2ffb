"""What a place's visits (走访) are for, what is handed out and looked at, how far apart they are, and who goes out."""

from datetime import date, time
from operator import not_
from typing import Annotated

from pydantic import Field

from libs.common.events.visit_terms import DossierPart, FindingKind
from libs.common.pack.areas import AreaLevel
from libs.common.pack.schema.base import CodedReason, ItemCode, Model, Name
from libs.common.time.recurring import HolidayRule, Weekday

MOST_OF_A_PART = 100
MOST_ON_A_PHONE = 1_000


class FindingSetting(Model):
    """核查事项: what is looked at in every household, such as gas; told by yes or no, a number, or words."""

    code: ItemCode
    name: Name
    name_en: Name
    kind: FindingKind


class TeamPart(Model):
    """队伍构成: one part of a team, filled by people who hold one of ``posts``, at least ``fewest`` of them.

    ``most``: at most so many, any number without it. ``of_area``: by a post of the very area where the team goes, of
    one that contains it, or of one inside it.
    """

    code: ItemCode
    name: Name
    name_en: Name
    posts: tuple[ItemCode, ...] = Field(min_length=1)
    fewest: int = Field(default=1, ge=0, le=MOST_OF_A_PART)
    most: int | None = Field(default=None, ge=1, le=MOST_OF_A_PART)
    of_area: bool = False


class TeamRule(Model):
    """队伍规则: the parts of one kind of team, such as 1+2+N."""

    code: ItemCode
    name: Name
    name_en: Name
    parts: tuple[TeamPart, ...] = Field(min_length=1, max_length=10)


class VisitDays(Model):
    """走访日: on which days of the week or of the month people go out, from ``from_day`` until ``until_day``, if any.

    ``on_holiday``: what becomes of one that falls on a public holiday. ``area_level`` and ``area_kind``: each area of
    this level and kind goes out then; without both none is expected to, and collection points alone are open on such
    days. ``team``: only teams by this rule count for it. A day of the month that a month does not have is its last.
    """

    code: ItemCode
    name: Name
    name_en: Name
    weekdays: tuple[Weekday, ...] = ()
    month_days: tuple[Annotated[int, Field(ge=1, le=31)], ...] = ()
    from_day: date
    until_day: date | None = None
    on_holiday: HolidayRule = HolidayRule.SKIP
    area_level: AreaLevel | None = None
    area_kind: ItemCode | None = None
    team: ItemCode | None = None


class PhoneRules(Model):
    """手机离线规则: what a phone that records visits without a network may hold, and how long its records may take.

    It holds at most ``households``, each for ``keep_days`` after it asked last, and what is planned for so many days
    ahead. An item waits ``wait_days`` for those that were recorded before it; one that was recorded more than
    ``oldest_days`` before it came is looked at by a person first.
    """

    keep_days: int = Field(default=7, ge=1, le=31)
    wait_days: int = Field(default=5, ge=1, le=60)
    oldest_days: int = Field(default=30, ge=1, le=366)
    households: int = Field(default=300, ge=1, le=MOST_ON_A_PHONE)


_PHONES = PhoneRules()


class VisitStage(Model):
    """走访批次: from its ``from_day``-th day on, a round is also gone by whoever holds one of ``posts``."""

    code: ItemCode
    name: Name
    name_en: Name
    posts: tuple[ItemCode, ...] = Field(min_length=1)
    from_day: int = Field(ge=1, le=366)


class VisitOrder(Model):
    """走访次序: in which stages a round is gone, such as leaders first; who holds none of the posts, with the last."""

    code: ItemCode
    name: Name
    name_en: Name
    stages: tuple[VisitStage, ...] = Field(min_length=2, max_length=10)


class DossierKind(Model):
    """档案条目: what a grid's dossier keeps of one part, such as ponds of 地; looked at again after some months."""

    code: ItemCode
    name: Name
    name_en: Name
    part: DossierPart
    look_again_months: int | None = Field(default=None, ge=1, le=60)


class VisitRules(Model):
    """走访: ``purposes`` (五个到户) are each to every household, ``topics`` is the checklist (遍访工作清单).

    A household is visited again after ``gap_days`` at the earliest, where its round says nothing else. A visit that
    begins at ``night_from`` or later, or before ``night_until``, is one by night (夜访); without them there is none.
    ``teams`` are the kinds of teams that go out; without any, none can be formed. ``days`` are recurring ones.
    ``phones``: what a phone may hold, and how late it may bring what it recorded.
    ``orders`` are those in which a round may be gone, ``dossier`` what is kept up of each grid (网格档案).
    """

    purposes: tuple[CodedReason, ...] = ()
    materials: tuple[CodedReason, ...] = ()
    topics: tuple[CodedReason, ...] = ()
    findings: tuple[FindingSetting, ...] = ()
    gap_days: int = Field(default=0, ge=0, le=366)
    night_from: time | None = None
    night_until: time | None = None
    teams: tuple[TeamRule, ...] = ()
    days: tuple[VisitDays, ...] = Field(default=(), exclude_if=not_)
    phones: PhoneRules = Field(default=_PHONES, exclude_if=_PHONES.__eq__)
    orders: tuple[VisitOrder, ...] = Field(default=(), exclude_if=not_)
    dossier: tuple[DossierKind, ...] = Field(default=(), exclude_if=not_)
