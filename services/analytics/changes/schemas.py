"""Between which two moments, and what is answered."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from libs.common.web.cursors import LONGEST_CURSOR
from libs.common.web.fields import AnswerBody, fault
from services.analytics.drilldown.schemas import CaseRow, NumberQuery
from services.analytics.figures.schemas import Day, DurationOut, PeriodOut

CutText = Annotated[str | None, Field(max_length=LONGEST_CURSOR, description="`cut` of an earlier answer")]
PastDay = Annotated[Day | None, Field(description="A past assessment day, at its end (instead of the cut)")]

Times = Annotated[
    dict[int, int] | None,
    Field(
        description="Of a duration: its entries by the minutes at which their bucket begins; over all cases they add up"
    ),
]


class ChangesQuery(NumberQuery):
    """What became of a number from one moment to another; without the second, to now."""

    since_cut: CutText = None
    since_day: PastDay = None
    until_cut: CutText = None
    until_day: PastDay = None
    cursor: Annotated[str | None, Field(max_length=LONGEST_CURSOR)] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50

    @model_validator(mode="after")
    def _two_moments(self) -> Self:
        if (self.since_cut is None) == (self.since_day is None):
            raise fault("since", "name either `since_cut` or `since_day`", "since_cut 与 since_day 须择一填写")
        if self.until_cut is not None and self.until_day is not None:
            raise fault("until", "name `until_cut` or `until_day`, not both", "until_cut 与 until_day 只能填一项")
        return self


class CaseChange(CaseRow):
    """A case, as it is now, and what it added to the number at either moment, in the formula's weights."""

    before: int
    after: int
    change: Annotated[int, Field(description="Over all cases they add up to the difference of the number")]
    times_before: Times = None
    times_after: Times = None


class ChangesOut(AnswerBody):
    """A number at two moments, and a page of the cases that make the difference."""

    period: PeriodOut
    area_code: str
    pack_version: int
    before: Annotated[int, Field(description="In the formula's weights, as is what follows")]
    after: int
    cases_before: Annotated[str, Field(description="The same in whole cases")]
    cases_after: str
    duration_before: Annotated[DurationOut | None, Field(description="Only of a duration")] = None
    duration_after: DurationOut | None = None
    since_cut: str
    until_cut: str
    items: list[CaseChange]
    next_cursor: Annotated[str | None, Field(description="Send it as `cursor`, with both cuts; null: no more")] = None
