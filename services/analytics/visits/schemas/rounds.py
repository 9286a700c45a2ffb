"""Rounds: their coverage, and the households behind it."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AwareDatetime, Field, model_validator

from libs.common.events.household_terms import HouseholdClass
from libs.common.events.visit_terms import VisitOutcome
from libs.common.visits.counting import View
from libs.common.web.cursors import PageQuery
from libs.common.web.fields import AnswerBody, AreaCode, StaffId, Uuid, fault
from services.analytics.visits.schemas.shared import KnownOut, ShareOut

Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class RoundFiguresBy(StrEnum):
    """By what the coverage of a round is shown (分组)."""

    AREA = "area"
    CLASS = "class"
    PERSON = "person"
    PURPOSE = "purpose"
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


class RoundFiguresQuery(PageQuery):
    """Which figures of a round, and which page of their rows."""

    round_id: Uuid
    by: RoundFiguresBy = RoundFiguresBy.AREA
    view: Annotated[View, Field(description="then: as it was at the visit; now: as it is by now")] = View.THEN
    area_code: Annotated[AreaCode | None, Field(description="Of this area and all inside it")] = None
    staff_id: Annotated[
        StaffId | None, Field(description="Households whom this person looks after (包保人); only by area")
    ] = None

    @model_validator(mode="after")
    def _of_one_person(self) -> Self:
        if self.staff_id is not None and self.by is not RoundFiguresBy.AREA:
            raise fault("one_cut", "`staff_id` goes with by=area", "staff_id 仅可与 by=area 同用")
        return self


class RoundFiguresRow(AnswerBody):
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


class RoundFigures(KnownOut):
    """The figures of a round; the rows of a cut by area, class or person add up to the whole."""

    round_id: str
    name: str
    begins_on: date
    ends_on: date
    closed_at: AwareDatetime | None
    by: RoundFiguresBy
    view: View
    whole: RoundFiguresRow
    rows: list[RoundFiguresRow]
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
