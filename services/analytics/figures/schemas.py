"""What is asked for and answered: figures with all that they are made of."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AwareDatetime, Field, SkipValidation, model_validator
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from libs.common.counters import Counter, Span
from libs.common.events.terms import Channel, Kind
from libs.common.shares import Comparison, Met
from libs.common.time.periods import PeriodKind
from libs.common.web.cursors import LONGEST_CURSOR
from libs.common.web.fields import AnswerBody, AreaCode, CategoryCode, RequestBody, UnitCode, fault
from services.analytics.counters.domain import Basis

EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)


class PeriodName(StrEnum):
    """The span of assessment days (考核周期)."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    RANGE = "range"


class GroupBy(StrEnum):
    """What the rows of an answer are (分组)."""

    NONE = "none"
    AREA = "area"
    UNIT = "unit"
    CATEGORY = "category"
    CHANNEL = "channel"
    KIND = "kind"
    DAY = "day"


class FigurePart(StrEnum):
    """Above or below the line (分子 / 分母)."""

    NUMERATOR = "numerator"
    DENOMINATOR = "denominator"


class NumberPart(StrEnum):
    """A part of a rate that can be opened into cases: above or below the line, or left out of it (不计入考核)."""

    NUMERATOR = "numerator"
    DENOMINATOR = "denominator"
    NOT_COUNTED = "not_counted"


Day = Annotated[date, Field(ge=EARLIEST, le=LATEST)]


class SelectionQuery(RequestBody):
    """Which part of the county and which days."""

    area_code: AreaCode | None = None
    unit_code: UnitCode | None = None
    category_code: Annotated[CategoryCode | None, Field(description="With all its sub-categories")] = None
    channel: Channel | None = None
    kind: Kind | None = None
    period: PeriodName = PeriodName.MONTH
    on: Annotated[Day | None, Field(description="An assessment day inside the period; default: the present one")] = None
    from_: Annotated[Day | None, Field(alias="from", description="First assessment day; only with period=range")] = None
    to: Annotated[Day | None, Field(description="Last assessment day; only with period=range")] = None

    @model_validator(mode="after")
    def _whole_range(self) -> Self:
        given = self.from_ is not None or self.to is not None
        if (self.period is PeriodName.RANGE) != given or (given and (self.from_ is None or self.to is None)):
            raise _wrong_range("period=range takes `from` and `to`, other periods take `on`", "range 须给出起止日期")
        if self.from_ is not None and self.to is not None and self.to < self.from_:
            raise _wrong_range("`to` must not be before `from`", "截止日期不得早于起始日期")
        return self


class KnownQuery(SelectionQuery):
    """And as it was known when."""

    cut: Annotated[
        str | None,
        Field(
            max_length=LONGEST_CURSOR,
            description="`cut` of an earlier answer: asked so, the same question gets the same answer, whatever was"
            " learned since",
        ),
    ] = None
    known_on: Annotated[
        Day | None, Field(description="A past assessment day: as it was known at its end (instead of `cut`)")
    ] = None

    @model_validator(mode="after")
    def _one_moment(self) -> Self:
        if self.cut is not None and self.known_on is not None:
            raise fault("one_moment", "name `cut` or `known_on`, not both", "cut 与 known_on 只能填一项")
        return self


def _wrong_range(message: str, message_zh: str) -> PydanticCustomError:
    return fault("range", message, message_zh)


class FiguresQuery(KnownQuery):
    """Which rates."""

    measure: Annotated[
        str | None,
        Field(
            pattern=r"^[a-z][a-z0-9_]{0,39}(,[a-z][a-z0-9_]{0,39}){0,19}$",
            description="Codes of rates and scores of the county pack, by comma; default: all of them. Durations are"
            f" told when they are named: {', '.join(span.value for span in Span)}",
            examples=["response,resolution,satisfaction"],
        ),
    ] = None
    by: GroupBy = GroupBy.NONE


class CountsQuery(KnownQuery):
    """Which plain counters."""

    basis: Annotated[Basis, Field(description="On which day a counter stands (统计口径)")] = Basis.HAPPENED
    by: GroupBy = GroupBy.NONE


class PeriodOut(AnswerBody):
    """The assessment days, both included, and the instants that they are: the second is not inside."""

    kind: PeriodName
    label: str
    first_day: date
    last_day: date
    starts_at: AwareDatetime
    ends_before: AwareDatetime


class Stamp(AnswerBody):
    """What every answer says of itself."""

    period: PeriodOut
    area_code: str
    unit_code: str | None
    category_code: str | None
    channel: Channel | None
    kind: Kind | None
    by: GroupBy
    as_of: Annotated[AwareDatetime | None, Field(description="When the newest event happened that is counted")]
    lag_seconds: Annotated[float | None, Field(description="How long after it happened that event was counted")]
    pack_version: int
    cut: Annotated[str, Field(description="Names the events that this is the recount of; ask again with it")]
    suppressed: Annotated[
        bool, Field(description="Whether the cases that no row below the place shows are left out, if there are any")
    ]
    reason: Annotated[str | None, Field(description="Why; null when nothing is left out")]
    reason_zh: str | None


class TargetOut(AnswerBody):
    """目标值: what a figure is to come to, compared exactly and not as printed. ``over`` leaves its own value out."""

    comparison: Comparison
    percent: Annotated[str, Field(description="The value as the county pack has it", examples=["95"])]
    period: Annotated[PeriodKind | None, Field(description="Of what periods it is asked; null: of any")]
    text: Annotated[str, Field(examples=["高于 95 %"])]
    text_en: Annotated[str, Field(examples=["over 95 %"])]


IsMet = Annotated[Met | None, Field(description="Whether the exact fraction is as the target asks; null: no target")]


class RateOut(TypedDict):
    """One rate. ``numerator`` and ``denominator`` are the formula's weighted integers, never rounded nor reduced."""

    numerator: int
    denominator: int
    cases_numerator: Annotated[str, Field(description="The numerator in whole cases, e.g. 113.5")]
    cases_denominator: str
    rate: Annotated[
        str | None,
        Field(
            description="Percent with the formula's decimals, half up; below 100 unless it is all, above 0 unless it is"
            " nothing; null: no data"
        ),
    ]
    text: Annotated[str, Field(description="For people; a dash when there is no data", examples=["91.3 %", "—"])]
    met: IsMet
    not_counted_numerator: Annotated[
        int, Field(description="What the cases would have added that are not counted (不计入考核), in the same weights")
    ]
    not_counted_denominator: int
    cases_not_counted: Annotated[str, Field(description="The latter in whole cases; 0 when none was left out")]
    missed_by: Annotated[
        str | None,
        Field(
            description="How far the exact fraction lies from the target, as a fraction of the whole; null: not missed",
            examples=["1/11580"],
        ),
    ]
    missed_by_weights_alone: Annotated[
        bool | None,
        Field(
            description="Whether the target would be met if every case counted whole, as one that is basically"
            " satisfied does not; null: not missed, or all count whole"
        ),
    ]


class MacroOut(AnswerBody):
    """宏观 macro: the mean of the rows' own rates; rows without data are left out."""

    rate: str | None
    text: str
    met: IsMet
    rows_with_data: int


class ScoreOut(TypedDict):
    """综合得分: rates weighted in percents, of 100; null when one of them has no data."""

    score: str | None
    text: str
    met: IsMet
    all_counted: Annotated[str | None, Field(description="What it would be with 不计入考核 counted", examples=["87.2"])]


class Labelled(TypedDict):
    """What a row is about."""

    key: Annotated[str, Field(description="Code of the unit, area ... ; empty: none")]
    name: str
    name_en: str


class RateRow(RateOut, Labelled):
    """A rate of one unit, area, category or day, with its numerator and denominator."""


class ScoreRow(ScoreOut, Labelled):
    """A score of one unit, area, category or day, of 100."""


class Measure(AnswerBody):
    """Which formula, in which version, over which cases."""

    code: str
    version: int
    name: str
    name_en: str
    basis_text: Annotated[str, Field(description="Where the formula comes from (依据)")]
    decimals: Annotated[int, Field(description="Digits after the point that are printed")]
    target: Annotated[
        TargetOut | None, Field(description="Null when the pack has none, or none for periods of this kind")
    ]


class RateMeasure(Measure):
    """A rate with its total both ways: ``micro`` pools all cases, ``macro`` is the mean of the rows' rates."""

    formula: dict[FigurePart, dict[str, int]]
    population: Basis
    population_rule: str
    population_rule_zh: str
    micro: RateOut
    macro: Annotated[MacroOut | None, Field(description="Only with `by`")]
    rows: SkipValidation[list[RateRow]]
    """Thousands in a year by day; made here, of what is counted, so that nobody need look at each again."""


class ScoreMeasure(Measure):
    """A score, from the same rates: ``micro`` from the pooled ones, ``macro`` the mean of the rows' scores."""

    weights: dict[str, int]
    micro: ScoreOut
    macro: Annotated[MacroOut | None, Field(description="Only with `by`")]
    rows: SkipValidation[list[ScoreRow]]


class Within(AnswerBody):
    """The bucket that holds a time: whole minutes from one bound, and less than the other; null: no data, or no end."""

    at_least_minutes: Annotated[int | None, Field(examples=[1440])]
    below_minutes: Annotated[int | None, Field(examples=[2880])]
    text: Annotated[str, Field(description="For people; a dash when there is no data", examples=["1–2 天", "—"])]
    text_en: str


class DurationOut(AnswerBody):
    """中位数 and 九成位数 of the nearest rank: half, and nine tenths, of the entries took that long or less."""

    entries: Annotated[int, Field(description="How many times ended in the period")]
    median: Within
    p90: Within


class DurationRow(DurationOut):
    """Median and ninth decile of one unit, area, category or day, in minutes."""

    key: str
    name: str
    name_en: str


class DurationMeasure(AnswerBody):
    """How long something took (用时), of what ended in the period, whenever the case was registered."""

    code: Span
    name: str
    name_en: str
    counts: Annotated[str, Field(description="From when to when")]
    total: DurationOut
    rows: list[DurationRow]


class FiguresOut(Stamp):
    """Rates and scores, and the durations that were asked for."""

    rates: list[RateMeasure]
    scores: list[ScoreMeasure]
    durations: Annotated[list[DurationMeasure], Field(description="Those that were asked for by name")]


class CountsRow(AnswerBody):
    """The plain counters of one row."""

    key: str
    name: str
    name_en: str
    counts: dict[Counter, int]


class CountsOut(Stamp):
    """Plain counters; ``total`` is the sum of the rows."""

    basis: Basis
    basis_rule: str
    basis_rule_zh: str
    total: dict[Counter, int]
    rows: list[CountsRow]
