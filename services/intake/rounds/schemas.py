"""Rounds of visits as they are opened and shown, their coverage, and who is still to be visited."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from libs.common.events.household_terms import HouseholdClass, VisitEvery
from libs.common.events.visit_terms import Departure, RoundStatus, SlotRule, VisitOutcome
from libs.common.pack.areas import AreaLevel
from libs.common.visits.counting import View
from libs.common.web.cursors import PageQuery
from libs.common.web.fields import AnswerBody, AreaCode, Day, RequestBody, ShortText, StaffId, Uuid

MOST_DAYS = 366
MOST_WORDS = 20
Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Words = Annotated[tuple[Word, ...], Field(max_length=MOST_WORDS)]
RoundId = Annotated[Uuid, Field(description="Round id (轮次编号), a UUID in lower case")]


class OpenRound(RequestBody):
    """A round of visits (走访轮次): whom it takes in, from when to when, what counts."""

    round_id: Annotated[
        RoundId | None, Field(description="Made by the caller, so that it may ask again; else by us")
    ] = None
    name: ShortText
    area_code: AreaCode
    begins_on: Annotated[Day, Field(description="Its first day; today or later")]
    ends_on: Day
    classes: Annotated[tuple[HouseholdClass, ...], Field(min_length=1, max_length=len(HouseholdClass))] = (
        HouseholdClass.RESIDENT,
    )
    kinds: Annotated[Words, Field(description="Only households of one of these kinds (重点户类型); none: any")] = ()
    visit_every: Annotated[VisitEvery | None, Field(description="Only those of this frequency (走访频次)")] = None
    purposes: Annotated[Words, Field(description="Purposes of the pack, each to every household (到户事项)")] = ()
    gap_days: Annotated[
        int | None, Field(strict=True, ge=0, le=MOST_DAYS, description="From one visit to the next; else the pack's")
    ] = None
    slots: Annotated[SlotRule, Field(description="Visits of which slot count (计入时段)")] = SlotRule.ANY
    visit_order: Annotated[
        Word | None, Field(description="An order of the pack in which it is gone, such as leaders first (走访次序)")
    ] = None


class RoundOut(AnswerBody):
    """A round of visits."""

    round_id: str
    name: str
    status: RoundStatus
    area_code: str
    area_name: str
    begins_on: date
    ends_on: date
    classes: list[HouseholdClass]
    kinds: list[str]
    visit_every: VisitEvery | None
    purposes: list[str]
    gap_days: int
    slots: SlotRule
    visit_order: str | None
    opened_at: datetime
    closed_at: datetime | None
    version: int


class RoundQuery(PageQuery):
    """Which rounds, the latest first."""

    area_code: Annotated[AreaCode | None, Field(description="Of this area and all inside it")] = None
    status: RoundStatus | None = None
    on: Annotated[Day | None, Field(description="Those of which this is a day")] = None


class CoverageBy(StrEnum):
    """By what coverage is shown (分组)."""

    AREA = "area"
    CLASS = "class"
    PERSON = "person"
    PURPOSE = "purpose"
    TEAM = "team"


class RoundCoverageQuery(PageQuery):
    """Which figures of a round, and which page of their rows."""

    by: CoverageBy = CoverageBy.AREA
    view: Annotated[
        View, Field(description="then: where a household was when it was visited; now: where it is by now")
    ] = View.THEN
    area_code: Annotated[AreaCode | None, Field(description="Of this area and all inside it")] = None
    level: Annotated[
        AreaLevel | None, Field(description="Areas of this level; else the next below the one asked for")
    ] = None


class CoverageRow(AnswerBody):
    """How far it has come (走访覆盖), in whole numbers: how many stand there, and what they are shown as, each once."""

    of: Annotated[str | None, Field(description="Area, class, person or team; null: those without")]
    name: str | None
    households: Annotated[int, Field(description="The denominator (应访户数)")]
    visited: Annotated[int, Field(description="The numerator: reached or refused at the door (已走访户数)")]
    reached: int
    refused: Annotated[int, Field(description="Reached, and refused (拒访)")]
    by_phone: int
    nobody_home: int
    moved: int
    untried: Annotated[int, Field(description="No visit that counts (未走访)")]
    contacted: Annotated[int, Field(description="Visited, or by phone (已联系)")]
    late: Annotated[int, Field(description="Of those visited: only by visits entered after the closing (补录)")]
    visited_share: Annotated[
        str, Field(description="As it is printed: below the whole never 100 %", examples=["91.3 %"])
    ]
    contacted_share: str


class PurposeRow(AnswerBody):
    """How far one purpose has come (到户率)."""

    purpose: str
    name: str | None
    households: int
    served: int
    share: str


class RoundCoverage(AnswerBody):
    """The figures of a round. Each row's numbers add up to those of the whole, then and now."""

    round_id: str
    by: CoverageBy
    view: View
    area_code: str
    whole: CoverageRow
    rows: list[CoverageRow]
    purposes: Annotated[list[PurposeRow], Field(description="Where they are asked for by purpose")]
    next_cursor: Annotated[str | None, Field(description="Send it as `cursor` for more rows; null: no more")] = None


class GapQuery(PageQuery):
    """Which of those that were not reached."""

    area_code: Annotated[AreaCode | None, Field(description="Of this area and all inside it")] = None
    contact_staff_id: Annotated[StaffId | None, Field(description="Whom this person looks after (包保人)")] = None


class GapItem(AnswerBody):
    """A household that was not reached yet (未访户). Who lives there is looked at with a reason."""

    household_id: str
    area_code: str
    household_class: HouseholdClass
    contact_staff_id: str | None
    key_household: bool
    last_visited_on: Annotated[date | None, Field(description="In whatever round; null: never")]
    outcome: Annotated[VisitOutcome | None, Field(description="What came of the tries of this round")]
    tries: int


class LeftQuery(PageQuery):
    """Which of those that left."""

    area_code: Annotated[AreaCode | None, Field(description="Of this area and all inside it")] = None


class LeftItem(AnswerBody):
    """A household that stood in the round and does not any more (退出分母户): why, and who said so."""

    household_id: str
    area_code: str
    left_for: Departure
    left_on: date
    entered_at: datetime
    by: Annotated[str, Field(description="Who entered it; of a muting who confirmed it")]
    staff_id: str | None
    why: str
    asked_by: Annotated[str | None, Field(description="Who asked that it is muted")]
    asked_why: str | None


class StageQuery(RequestBody):
    """Of which part of the round."""

    area_code: Annotated[AreaCode | None, Field(description="Of this area and all inside it")] = None


class StageRow(AnswerBody):
    """A stage of a round (走访批次), and how many households its people reached."""

    stage: str
    name: Annotated[str | None, Field(description="As the pack in force has it; null where it has it no more")]
    name_en: str | None
    posts: list[str]
    from_day: date
    visited: Annotated[int, Field(description="Reached or refused at the door by people of this stage")]
    early: Annotated[int, Field(description="Of them: before the stage began (提前走访); they count all the same")]


class EarlyTurn(AnswerBody):
    """People who went before their stage began (提前走访), and how many households they reached on that day."""

    on: date
    staff_ids: list[str]
    stage: str
    begins_on: Annotated[date, Field(description="When their stage begins")]
    households: int


class RoundStages(AnswerBody):
    """How far each stage of a round has come. Households are counted by the visit that reached them first."""

    round_id: str
    visit_order: str | None
    order_name: Annotated[str | None, Field(description="As the pack in force has it; null where it has it no more")]
    order_name_en: str | None
    households: Annotated[int, Field(description="The denominator (应访户数)")]
    visited: Annotated[int, Field(description="Of all stages together")]
    stages: Annotated[list[StageRow], Field(description="None where the round is gone in no order")]
    early: Annotated[list[EarlyTurn], Field(description="The first 200, by day")]
    early_households: int
