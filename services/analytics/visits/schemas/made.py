"""Visits that were made: counters, people, what they brought, and the visits behind a number."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AwareDatetime, Field, model_validator

from libs.common.counters import VisitCounter
from libs.common.events.visit_terms import VisitOutcome
from libs.common.web.cursors import PageQuery
from libs.common.web.fields import AnswerBody, AreaCode, ShortText, StaffId, Uuid, fault
from services.analytics.counters.domain import Thing
from services.analytics.figures.schemas import Day
from services.analytics.visits.schemas.shared import KnownOut, ShareOut

MOST_DAYS = 366


class CountsBy(StrEnum):
    """By what counters of visits are shown (分组)."""

    NONE = "none"
    AREA = "area"
    DAY = "day"
    TEAM = "team"


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


class OfficialRow(PersonFigures):
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
    rows: list[OfficialRow]
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


class VisitDrillDownQuery(TeamVisitsQuery):
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


class VisitDrillDown(AnswerBody):
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
