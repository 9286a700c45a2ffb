"""Which number is to be explained, and the cases behind it."""

from datetime import date
from typing import Annotated, Self

from pydantic import AwareDatetime, Field, model_validator

from libs.common.counters import Counter, Span
from libs.common.events.terms import Channel, Kind
from libs.common.web.fields import AnswerBody, AreaCode, RequestBody, UnitCode, fault
from services.analytics.counters.domain import Basis
from services.analytics.durations.domain import BOUNDS
from services.analytics.figures.schemas import NumberPart, SelectionQuery

_ALL_BUT_ONE = 2


class NumberQuery(SelectionQuery):
    """Which number is to be explained: a part of a rate, a plain counter, or the entries of a duration."""

    measure: Annotated[str | None, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", description="Code of a rate")] = None
    part: NumberPart = NumberPart.NUMERATOR
    counter: Annotated[Counter | None, Field(description="Instead of `measure`")] = None
    basis: Annotated[Basis, Field(description="Only with `counter`")] = Basis.HAPPENED

    duration: Annotated[Span | None, Field(description="Instead of `measure` or `counter`: all of its entries")] = None
    at_least_minutes: Annotated[
        int | None, Field(ge=0, description="Only with `duration`: the bucket that begins here, as the figure names it")
    ] = None

    @model_validator(mode="after")
    def _one_number(self) -> Self:
        if [self.measure, self.counter, self.duration].count(None) != _ALL_BUT_ONE:
            message = "name either `measure`, `counter` or `duration`"
            raise fault("one_number", message, "measure、counter 与 duration 须择一填写")
        if self.at_least_minutes is not None and (self.duration is None or self.at_least_minutes not in BOUNDS):
            message = "`at_least_minutes` goes with `duration`, and is where a bucket of it begins"
            raise fault("bucket", message, "at_least_minutes 须与 duration 同用，且为分组的起点")
        return self


class FigureCasesQuery(NumberQuery):
    """A page of the cases behind a number."""

    cursor: Annotated[str | None, Field(max_length=512)] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class OpenCasesQuery(RequestBody):
    """Open cases, of a unit, an area or a category, overdue ones alone if wanted."""

    area_code: AreaCode | None = None
    unit_code: UnitCode | None = None
    without_unit: Annotated[bool, Field(description="Only those that no unit leads")] = False
    overdue: Annotated[bool, Field(description="Only those past their handling limit")] = False
    cursor: Annotated[str | None, Field(max_length=512)] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class CaseRow(AnswerBody):
    """A case, without any text of it."""

    case_id: str
    case_no: str
    area_code: str
    unit_code: str
    category_code: str
    channel: Channel
    kind: Kind
    status: str
    round: int
    registered_at: Annotated[
        AwareDatetime, Field(description="For those who may not open the case itself, when that day began")
    ]
    handle_due_at: Annotated[AwareDatetime | None, Field(description="Likewise")]


class FigureCase(CaseRow):
    """A case and what it adds to the number that was asked about."""

    amount: Annotated[int, Field(description="In the formula's weights; over all cases they add up to the number")]
    cases: Annotated[str, Field(description="The same in whole cases: 1, or 0.9 for a case that counts nine tenths")]
    counts: Annotated[dict[Counter, int], Field(description="Its own counters in this selection")]


class CellOut(AnswerBody):
    """Where a case counts, and what."""

    basis: Basis
    day: date
    unit_code: str
    counts: dict[Counter, int]


class FigureOfCase(AnswerBody):
    """A rate that a case counts in."""

    measure: str
    version: int
    name: str
    name_en: str
    population: Basis
    day: date
    unit_code: str
    numerator: int
    denominator: int
    cases_numerator: str
    cases_denominator: str


class CaseOut(CaseRow):
    """A case, the cells of every roll-up that it counts in, and the rates of the pack in force that they feed.

    One that is not counted (不计入考核) stands in the cells, and feeds no rate.
    """

    not_counted: bool
    version: int
    updated_at: AwareDatetime
    cells: list[CellOut]
    figures: list[FigureOfCase]
