"""Migrants as they are found out, listed and told of."""

from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from libs.common.events.household_terms import AwayFound, HouseholdClass
from libs.common.events.terms import Kind
from libs.common.events.visit_terms import MatterEnd, VisitOutcome
from libs.common.web.cursors import PageQuery
from libs.common.web.fields import AnswerBody, AreaCode, Day, Flag, Reason, RequestBody, StaffId, fault
from services.intake.migrants.domain import PROVINCES


def _is_in_the_country(code: str) -> str:
    if code[:2] not in PROVINCES:
        raise fault("not_a_division", "begins with no province of GB/T 2260", "前两位不是省级行政区划代码")
    return code


ToCode = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{6}$"),
    AfterValidator(_is_in_the_country),
    Field(
        description="Province or county where they went (行政区划代码), six digits, nothing finer", examples=["440300"]
    ),
]


class LookForAway(RequestBody):
    """Whether people of a household are away for work, as somebody found out (外出甄别)."""

    away: Flag
    how: Annotated[AwayFound, Field(description="By what it was found out; `by_register` only a step of it says")]
    on_day: Annotated[Day | None, Field(description="When it was found out; today unless it says so")] = None
    since: Annotated[
        Day | None, Field(description="Since when they are away, or are back; on_day unless it says so")
    ] = None
    to_code: ToCode | None = None
    expected_back: Annotated[Day | None, Field(description="When they mean to be back (预计返乡)")] = None
    why: Annotated[Reason | None, Field(description="In a few words; kept masked")] = None


class AwayLookOut(AnswerBody):
    """What was found out of a household (外出甄别记录), by whom and when."""

    look_id: str
    household_id: str
    away: bool
    how: AwayFound
    how_zh: str
    on_day: date
    since: date | None
    to_code: str | None
    expected_back: date | None
    account: str
    staff_id: str | None
    at: datetime
    why: str


class AwayLookTaken(AnswerBody):
    """What was found out, and as what the household stands by it."""

    look: AwayLookOut
    household_class: HouseholdClass
    version: int


class UnlookedQuery(PageQuery):
    """Which households, the longest first."""

    area_code: Annotated[AreaCode | None, Field(description="Of this area and all inside it")] = None
    contact_staff_id: Annotated[StaffId | None, Field(description="Whom this person looks after (包保人)")] = None


class UnlookedItem(AnswerBody):
    """A household of which it is to be found out whether people of it are away (待甄别户)."""

    household_id: str
    household_no: str | None
    area_code: str
    household_class: HouseholdClass
    contact_staff_id: str | None
    away_looked_on: Annotated[date | None, Field(description="When it was found out last; null: never")]


class MigrantQuery(UnlookedQuery):
    """Which migrants, those without a word for longest first."""

    due: Annotated[bool, Field(description="Only those with whom somebody is to be in contact by now (待联系)")] = False


class MigrantItem(AnswerBody):
    """A household that is away for work (外出人员): where, when it was last in contact, what it raised."""

    household_id: str
    household_no: str | None
    area_code: str
    contact_staff_id: str | None
    since: Annotated[date | None, Field(description="As somebody found out; null: nobody has")]
    to_code: str | None
    expected_back: date | None
    away_looked_on: Annotated[date | None, Field(description="When that was found out; null: never")]
    contacted_on: Annotated[date | None, Field(description="At the door, by phone or online; null: never")]
    due: Annotated[bool, Field(description="Somebody is to be in contact by now")]
    raised: Annotated[int, Field(description="Matters raised at visits and calls (诉求)")]
    explained: Annotated[int, Field(description="Of them: explained at once")]
    open: Annotated[int, Field(description="Of them: cases that have not ended (未办结)")]


class FeedbackItem(AnswerBody):
    """A matter that a household raised (反馈), and what became of it. Its words stand in its case."""

    visit_id: str
    number: int
    day: date
    outcome: Annotated[VisitOutcome, Field(description="How they were spoken with; `by_phone` from afar")]
    ended: MatterEnd
    kind: Kind
    category_code: str | None
    case_id: str | None
    case_no: str | None
    status: Annotated[str | None, Field(description="Where the case stands; null where it became none")]
