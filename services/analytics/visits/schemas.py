"""What is asked for and answered of visits: figures with their numerators and denominators, and what is behind them."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AwareDatetime, Field, model_validator

from libs.common.counters import VisitCounter
from libs.common.events.household_terms import HouseholdClass
from libs.common.events.visit_terms import VisitOutcome
from libs.common.visits.counting import View
from libs.common.web.cursors import PageQuery
from libs.common.web.fields import AnswerBody, AreaCode, ShortText, StaffId, Uuid, fault
from services.analytics.counters.domain import Thing
from services.analytics.figures.schemas import Day

MOST_DAYS = 366
Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class CoverageBy(StrEnum):
    """By what the coverage of a round is shown (分组)."""

    AREA = "area"
    CLASS = "class"
    PERSON = "person"
    PURPOSE = "purpose"
    TEAM = "team"


class CountsBy(StrEnum):
    """By what counters of visits are shown (分组)."""

    NONE = "none"
    AREA = "area"
    DAY = "day"
    TEAM = "team"


class ShownAs(StrEnum):
    """Which number of a round is opened into households (覆盖口径)."""

    HOUSEHOLDS = "households"
    VISITED = "visited"
    CONTACTED = "contacted"
    REACHED = "reached"
    REFUSED = "refused"
    BY_PHONE = "by_phone"
    NOBODY_HOME = "nobody_home"
    MOVED = "moved"
    UNTRIED = "untried"
    LATE = "late"


class ShareOut(AnswerBody):
    """A share, exact; what is printed never shows more than there is: 12,791 of 12,800 is 99.9 %."""

    numerator: int
    denominator: int
    text: Annotated[str, Field(description="For people; a dash when there is no data", examples=["91.3 %", "—"])]


class KnownOut(AnswerBody):
    """What every answer about visits says of itself."""

    area_code: Annotated[str, Field(description="The whole of what is shown: the area asked for, or your reach")]
    as_of: Annotated[AwareDatetime | None, Field(description="When the newest event about visits happened")]
    lag_seconds: Annotated[float | None, Field(description="How long after it happened that event was counted")]


class CoverageQuery(PageQuery):
    """Which figures of a round, and which page of their rows."""

    round_id: Uuid
    by: CoverageBy = CoverageBy.AREA
    view: Annotated[View, Field(description="then: as it was at the visit; now: as it is by now")] = View.THEN
    area_code: Annotated[AreaCode | None, Field(description="Of this area and all inside it")] = None
    staff_id: Annotated[
        StaffId | None, Field(description="Households whom this person looks after (包保人); only by area")
    ] = None

    @model_validator(mode="after")
    def _of_one_person(self) -> Self:
        if self.staff_id is not None and self.by is not CoverageBy.AREA:
            raise fault("one_cut", "`staff_id` goes with by=area", "staff_id 仅可与 by=area 同用")
        return self


class CoverageRow(AnswerBody):
    """How far it has come (走访覆盖), in whole numbers, each household under one outcome."""

    of: Annotated[str | None, Field(description="Area, class or contact person; null: those without")]
    name: str | None
    households: Annotated[int, Field(description="The denominator (应访户数)")]
    visited: Annotated[int, Field(description="The numerator: reached or refused at the door (已走访户数)")]
    reached: int
    refused: int
    by_phone: int
    nobody_home: int
    moved: int
    untried: int
    contacted: Annotated[int, Field(description="Visited, or by phone (已联系)")]
    late: Annotated[int, Field(description="Of those visited: only by visits entered after the closing (补录)")]
    visited_share: ShareOut
    contacted_share: ShareOut


class PartRow(AnswerBody):
    """Of the whole denominator what a purpose was brought to (到户率), or a team reached (队伍完成)."""

    of: str
    name: str | None
    share: ShareOut


class CoverageOut(KnownOut):
    """The figures of a round; the rows of a cut by area, class or person add up to the whole."""

    round_id: str
    name: str
    begins_on: date
    ends_on: date
    closed_at: AwareDatetime | None
    by: CoverageBy
    view: View
    whole: CoverageRow
    rows: list[CoverageRow]
    parts: Annotated[list[PartRow], Field(description="Instead of rows, by purpose or team")]
    next_cursor: Annotated[str | None, Field(description="Send it as `cursor` for more rows; null: no more")] = None


class RoundHouseholdsQuery(PageQuery):
    """Which number of a round is opened, and which page of its households."""

    round_id: Uuid
    shown_as: ShownAs = ShownAs.HOUSEHOLDS
    view: View = View.THEN
    area_code: AreaCode | None = None
    household_class: HouseholdClass | None = None
    staff_id: Annotated[StaffId | None, Field(description="Whom this person looks after (包保人)")] = None
    without_contact: Annotated[bool, Field(description="Only those whom nobody looks after")] = False
    team_id: Annotated[Uuid | None, Field(description="Reached by this team")] = None
    purpose: Annotated[Word | None, Field(description="To which this purpose was brought")] = None

    @model_validator(mode="after")
    def _of_somebody(self) -> Self:
        if self.staff_id is not None and self.without_contact:
            raise fault("one_person", "`staff_id` or `without_contact`", "staff_id 与 without_contact 只能填一项")
        return self


class RoundHouseholdOut(AnswerBody):
    """A household of a round. Who lives there is looked at with a reason, at intake."""

    household_id: str
    area_code: str
    household_class: HouseholdClass
    contact_staff_id: str | None
    outcome: Annotated[VisitOutcome | None, Field(description="null: not tried")]
    reached_on: date | None
    reached_by: Annotated[str | None, Field(description="The visit by which it was reached first")]
    late: bool
    purposes: list[str]
    team_ids: Annotated[list[str], Field(description="Teams of those who reached it, on that day")]


class VisitsQuery(PageQuery):
    """Which visits: on which days, both included, of which area, round, person or team."""

    from_day: Annotated[Day | None, Field(description="First day; default: that of the present month")] = None
    until_day: Annotated[Day | None, Field(description="Last day, included; default: today")] = None
    area_code: Annotated[AreaCode | None, Field(description="Of this area and all inside it")] = None
    round_id: Annotated[Uuid | None, Field(description="That count in this round")] = None
    staff_id: Annotated[StaffId | None, Field(description="In which this person took part (走访人)")] = None

    @model_validator(mode="after")
    def _some_days(self) -> Self:
        if self.from_day is not None and self.until_day is not None:
            if self.until_day < self.from_day:
                raise fault("range", "`until_day` must not be before `from_day`", "截止日期不得早于起始日期")
            if (self.until_day - self.from_day).days >= MOST_DAYS:
                raise fault("range", f"at most {MOST_DAYS} days", f"最多 {MOST_DAYS} 天")
        return self


class TeamVisitsQuery(VisitsQuery):
    """Which visits; of a person or of a team."""

    team_id: Annotated[Uuid | None, Field(description="Made by people of this team, on its days")] = None

    @model_validator(mode="after")
    def _of_whom(self) -> Self:
        if self.staff_id is not None and self.team_id is not None:
            raise fault("one_member", "name `staff_id` or `team_id`, not both", "staff_id 与 team_id 只能填一项")
        return self


class VisitCountsQuery(TeamVisitsQuery):
    """Which counters of visits."""

    by: CountsBy = CountsBy.NONE

    @model_validator(mode="after")
    def _of_all_teams(self) -> Self:
        if self.by is CountsBy.TEAM and (self.staff_id is not None or self.team_id is not None):
            raise fault("one_cut", "by=team takes no `staff_id` and no `team_id`", "by=team 时不得填人员或队伍")
        return self


class DaysOut(KnownOut):
    """The days that were meant, both included."""

    from_day: date
    until_day: date
    round_id: str | None


class VisitCountsRow(AnswerBody):
    """The counters of one area, day or team."""

    of: str
    name: str | None
    counts: dict[VisitCounter, int]
    on_the_spot: ShareOut


class VisitCountsOut(DaysOut):
    """Counters of visits. By area and day the rows add up to the whole; a visit of several teams counts for each."""

    by: CountsBy
    whole: VisitCountsRow
    rows: list[VisitCountsRow]
    next_cursor: str | None = None


class RoundShare(AnswerBody):
    """How many of the households that somebody looks after were visited in a round, as it was at the visits."""

    round_id: str
    name: str
    numerator: int
    denominator: int
    text: str


class PersonFigures(AnswerBody):
    """What counts for one person: visits in which it took part, whoever wrote them down (走访工作量)."""

    visits: Annotated[int, Field(description="But for duplicates and void ones; whatever came of them")]
    households_reached: Annotated[int, Field(description="At whose door it met somebody, each once (见面户数)")]
    duplicates: Annotated[int, Field(description="Visits that are one with another of their day (重复走访)")]
    on_the_spot: Annotated[ShareOut, Field(description="Matters solved on the spot, of those raised (现场解决率)")]
    coverage: Annotated[
        list[RoundShare], Field(description="Of rounds of these days, the households it looks after (包保户走访)")
    ]


class PersonRow(PersonFigures):
    """A row of the official list."""

    staff_id: str
    name: str | None
    counts: dict[VisitCounter, int]


class MeanOut(AnswerBody):
    """How many there are to each, as an exact fraction: 1,425 of 110 is 12.95."""

    numerator: int
    denominator: int
    text: Annotated[str, Field(examples=["12.95", "—"])]


class PeopleOut(DaysOut):
    """Who made visits (走访人员), by staff id. Each row tells what `/visits/mine` tells the person."""

    visits: Annotated[int, Field(description="Of all together, each once")]
    people: int
    visits_each: Annotated[MeanOut, Field(description="Visits, each once, to each who took part (人均走访)")]
    rows: list[PersonRow]
    next_cursor: str | None = None


class MonthOut(PersonFigures):
    """One month of the caller's own."""

    month: Annotated[str, Field(description="As the place cuts months", examples=["2026-03"])]
    from_day: date
    until_day: date


class MineOut(AnswerBody):
    """本人走访数: the figures of the caller's own staff record, the same that stand in the official list."""

    staff_id: str
    as_of: AwareDatetime | None
    lag_seconds: float | None
    months: Annotated[list[MonthOut], Field(description="This one, and the last")]


class ThingsQuery(TeamVisitsQuery):
    """What visits brought, of one kind."""

    thing: Thing = Thing.MATERIAL


class ThingRow(AnswerBody):
    """Materials by kind, topics, findings by how they were told, quantities by unit."""

    code: Annotated[str, Field(description="Of a quantity what it is, masked")]
    unit: Annotated[str, Field(description="Of a quantity; of a finding yes, no, number or words; else empty")]
    name: str | None
    visits: Annotated[int, Field(description="That tell of it")]
    amount: Annotated[str, Field(description="Pieces, the sum of numbers, or of quantities, exact", examples=["3.5"])]


class ThingsOut(DaysOut):
    """What visits brought (走访成果)."""

    thing: Thing
    rows: list[ThingRow]
    next_cursor: str | None = None


class VisitsBehindQuery(TeamVisitsQuery):
    """Which number is opened into visits: a counter, or a thing by its code and unit."""

    counter: VisitCounter | None = None
    thing: Annotated[Thing | None, Field(description="Instead of `counter`, with `code`")] = None
    code: ShortText | None = None
    unit: Annotated[str, Field(max_length=200)] = ""

    @model_validator(mode="after")
    def _one_number(self) -> Self:
        if (self.thing is None) != (self.code is None) or (self.thing is not None and self.counter is not None):
            message = "name `counter`, or `thing` with its `code` and `unit`"
            raise fault("one_number", message, "须填 counter，或 thing 及其 code、unit")
        return self


class VisitBehind(AnswerBody):
    """A visit and what it adds to the number; over all pages the amounts add up to it."""

    visit_id: str
    household_id: str
    day: date
    area_code: str
    outcome: VisitOutcome
    staff_ids: list[str]
    team_ids: list[str]
    round_ids: Annotated[list[str], Field(description="In which it counts")]
    duplicate: bool
    amount: str
