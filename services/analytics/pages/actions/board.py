"""Gathers what the county page (县级看板) shows; every number comes from the same queries as the figures API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from libs.common.counters import Counter, Span
from libs.common.database.session import Session
from libs.common.pack.areas import area_prefix
from libs.common.pack.directory import Directory
from libs.common.pack.schema import Formula
from libs.common.pack.versions import ShelvedPack
from libs.common.security.policy import Scope
from libs.common.shares import NO_DATA
from services.analytics.counters.domain import COUNTERS, NOTHING, Basis, Counts
from services.analytics.drilldown.queries.open_cases import UnitBacklog, standing
from services.analytics.facts.queries import Freshness, freshness
from services.analytics.figures.actions.durations import shown
from services.analytics.figures.actions.figures import Board, read_board
from services.analytics.figures.actions.question import FigureQuestion, make_definite, names
from services.analytics.figures.actions.sums import histograms, sums
from services.analytics.figures.domain import half_up
from services.analytics.figures.schemas import (
    DurationOut,
    GroupBy,
    PeriodName,
    PeriodOut,
    RateMeasure,
    ScoreMeasure,
    SelectionQuery,
)
from services.analytics.rollups.queries import Grouping

FLOW = (Counter.REGISTERED, Counter.ASSIGNED, Counter.HANDLED, Counter.CLOSED, Counter.SENT_BACK)
TREND_DAYS = 14
BESIDE_THE_SCORE = "on_time"
"""This rate stands among the headlines when the pack has it, beside those that its scores are made of."""

_SPEED = (Counter.HANDLED, Counter.HANDLE_MINUTES)
_MINUTES = 60
_POSITION = {counter: index for index, counter in enumerate(COUNTERS)}


def number(counts: Counts, counter: Counter) -> int:
    """One counter."""
    return counts[_POSITION[counter]]


@dataclass(frozen=True, slots=True)
class UnitOpenCases:
    """A unit's open cases now, with its name in both languages."""

    unit_code: str
    name: tuple[str, str]
    open: int
    overdue: int


@dataclass(frozen=True, slots=True)
class UnitSpeed:
    """How fast a unit was this month: results given, and the mean hours, median and ninth decile to a result."""

    unit_code: str
    name: tuple[str, str]
    handled: int
    mean_hours: str
    times: DurationOut
    on_time: str
    on_time_parts: str


@dataclass(frozen=True, slots=True)
class TrendDay:
    """One day of the chart."""

    day: date
    registered: int
    closed: int


@dataclass(frozen=True, slots=True)
class CountyBoard:
    """The whole page."""

    area_code: str
    name: tuple[str, str]
    zone: ZoneInfo
    now: datetime
    today: PeriodOut
    month: PeriodOut
    last_month: PeriodOut
    fresh: Freshness
    pack_version: int
    flow: Mapping[Counter, int]
    trend: Sequence[TrendDay]
    scores: Sequence[ScoreMeasure]
    headlines: Sequence[RateMeasure]
    others: Sequence[RateMeasure]
    before: Mapping[str, str]
    by_area: Sequence[RateMeasure]
    standing: Sequence[UnitOpenCases]
    speed: Sequence[UnitSpeed]
    without_unlisted: bool

    @property
    def open(self) -> int:
        """Open cases of the county."""
        return sum(row.open for row in self.standing)

    @property
    def has_targets(self) -> bool:
        """Whether anything is asked of this month's figures."""
        return any(measure.target for measure in (*self.scores, *self.headlines, *self.others))

    @property
    def overdue(self) -> int:
        """Those past their handling limit."""
        return sum(row.overdue for row in self.standing)


async def read_county(session: Session, scope: Scope, area_code: str | None) -> CountyBoard:
    """The board of an area: the whole of the caller's reach unless one inside it is asked for."""
    today = make_definite(session, scope, SelectionQuery(area_code=area_code, period=PeriodName.DAY))
    month = make_definite(session, scope, SelectionQuery(area_code=area_code, period=PeriodName.MONTH))
    before = make_definite(session, scope, _month_before(month, area_code))
    async with session.snapshot():
        return await _board(session, today, month, before)


async def _board(session: Session, today: FigureQuestion, month: FigureQuestion, before: FigureQuestion) -> CountyBoard:
    directory = today.pack.directory
    prefix = area_prefix(today.area_code)
    # An index alone answers it, which is why it comes first.
    open_now = await standing(session, today.scope, prefix, session.now)
    await session.by_pages()
    days = await _days(session, today)
    by_unit = await read_board(session, month, GroupBy.UNIT, directory.formulas)
    by_area = await read_board(session, month, GroupBy.AREA, directory.formulas)
    earlier = await read_board(session, before, GroupBy.NONE, directory.formulas)
    headlines, others = _headlines(directory)
    return CountyBoard(
        area_code=today.area_code,
        name=names(today.pack, GroupBy.AREA, today.area_code),
        zone=directory.period_rules().time_zone,
        now=session.now,
        today=today.period,
        month=month.period,
        last_month=before.period,
        fresh=await freshness(session),
        pack_version=today.pack.version,
        flow={counter: number(days.get(today.span.first, NOTHING), counter) for counter in FLOW},
        trend=_trend(days, today.span.first),
        scores=[by_unit.score(score) for score in directory.scores],
        headlines=[by_unit.rate(formula) for formula in headlines],
        others=[by_unit.rate(formula) for formula in others],
        before=_printed(earlier, directory),
        by_area=[by_area.rate(formula) for formula in headlines],
        standing=_standing(today.pack, open_now),
        speed=await _speed(session, month, by_unit),
        without_unlisted=today.scope.without_unlisted,
    )


def _month_before(month: FigureQuestion, area_code: str | None) -> SelectionQuery:
    return SelectionQuery(area_code=area_code, period=PeriodName.MONTH, on=month.span.first - timedelta(days=1))


async def _days(session: Session, today: FigureQuestion) -> dict[date, Counts]:
    span = SelectionQuery.model_validate(
        {
            "area_code": today.area_code,
            "period": PeriodName.RANGE,
            "from": today.span.first - timedelta(days=TREND_DAYS - 1),
            "to": today.span.first,
        }
    )
    question = make_definite(session, today.scope, span)
    rows = await sums(session, today.scope, Basis.HAPPENED, question.selection, Grouping("day"), only=FLOW)
    return {date.fromisoformat(day): counts for day, counts in rows.items()}


def _trend(days: Mapping[date, Counts], today: date) -> list[TrendDay]:
    span = (today - timedelta(days=back) for back in reversed(range(TREND_DAYS)))
    return [
        TrendDay(day, number(counts, Counter.REGISTERED), number(counts, Counter.CLOSED))
        for day in span
        for counts in [days.get(day, NOTHING)]
    ]


def _headlines(directory: Directory) -> tuple[list[Formula], list[Formula]]:
    wanted = {BESIDE_THE_SCORE, *(code for score in directory.scores for code in score.weights)}
    first = [formula for formula in directory.formulas if formula.code in wanted] or list(directory.formulas[:4])
    return first, [formula for formula in directory.formulas if formula not in first]


def _printed(board: Board, directory: Directory) -> dict[str, str]:
    rates = {formula.code: board.rate(formula).micro["text"] for formula in directory.formulas}
    return rates | {score.code: board.score(score).micro["text"] for score in directory.scores}


def _standing(pack: ShelvedPack, rows: Sequence[UnitBacklog]) -> list[UnitOpenCases]:
    return [
        UnitOpenCases(row.unit_code, names(pack, GroupBy.UNIT, row.unit_code), row.open, row.overdue) for row in rows
    ]


async def _speed(session: Session, month: FigureQuestion, board: Board) -> list[UnitSpeed]:
    """Units that gave results this month, the slowest first."""
    rows = await sums(session, month.scope, Basis.HAPPENED, month.selection, Grouping("unit_code"), only=_SPEED)
    means = {
        unit: Fraction(number(counts, Counter.HANDLE_MINUTES), _MINUTES * number(counts, Counter.HANDLED))
        for unit, counts in rows.items()
        if unit and number(counts, Counter.HANDLED)
    }
    times = await histograms(session, month.scope, Span.TO_HANDLE, month.selection, Grouping("unit_code"))
    formulas = [formula for formula in month.pack.directory.formulas if formula.code == BESIDE_THE_SCORE]
    on_time = {row["key"]: row for formula in formulas for row in board.rate(formula).rows}
    return [
        UnitSpeed(
            unit_code=unit,
            name=names(month.pack, GroupBy.UNIT, unit),
            handled=number(rows[unit], Counter.HANDLED),
            mean_hours=half_up(mean),
            times=shown(times.get(unit, {})),
            on_time=on_time[unit]["text"] if unit in on_time else NO_DATA,
            on_time_parts=f"{on_time[unit]['cases_numerator']} / {on_time[unit]['cases_denominator']}"
            if unit in on_time
            else "",
        )
        for unit, mean in sorted(means.items(), key=lambda item: (-item[1], item[0]))
    ]
