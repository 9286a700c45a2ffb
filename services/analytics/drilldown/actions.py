"""Answers "why": the cases behind a number, the open ones behind the board, and the numbers that a case counts in."""

from collections import Counter as Tally
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import orjson

from libs.common.counters import Counter, Span
from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.events.terms import Channel, Kind
from libs.common.pack.areas import area_prefix
from libs.common.pack.schema import Formula
from libs.common.security.policy import Scope
from libs.common.security.veil import Veil
from libs.common.time.moments import day_start, local_day
from libs.common.web.cursors import Page, decode_cursor, encode_cursor
from services.analytics.counters.domain import COUNTERS, LEFT_OUT, Basis, Cell, Counts
from services.analytics.drilldown.queries.candidates import EntryPoint, WantedCases, walk
from services.analytics.drilldown.queries.open_cases import OPEN_CASES, OpenFilter, open_cases
from services.analytics.drilldown.schemas import (
    CaseOut,
    CaseRow,
    CellOut,
    FigureCase,
    FigureCasesQuery,
    FigureOfCase,
    NumberQuery,
    OpenCasesQuery,
)
from services.analytics.durations.domain import BOUNDS
from services.analytics.facts.domain.documents import from_documents
from services.analytics.facts.domain.fact import Fact
from services.analytics.facts.domain.petitions import is_excluded
from services.analytics.facts.queries import fact_row
from services.analytics.figures.actions.figures import basis_of, find_formula, ratio_of
from services.analytics.figures.actions.past import cells_of, times_of
from services.analytics.figures.actions.question import FigureQuestion, make_definite, reachable_area
from services.analytics.figures.actions.sums import is_chosen
from services.analytics.figures.domain import plain, scale_of, weighted
from services.analytics.figures.schemas import NumberPart
from services.analytics.rollups.queries import Selection

_LIST = "analytics.behind"
MOST_EXAMINED = 100
"""Candidates looked at for one page; a page may then hold fewer than asked for and still have a next."""


@dataclass(frozen=True, slots=True)
class Number:
    """The number to be explained: where it counts, and its weights."""

    basis: Basis
    terms: dict[str, int]
    scale: int = 1
    signs: Mapping[str, int] = field(default_factory=dict)
    """By the basis of rows whether they are added or taken away: rates are all cases less those not counted."""
    walked: Counter | None = None
    """Whatever case adds to the number adds to this counter, too, which few do."""
    span: Span | None = None
    bucket: int | None = None

    def takes(self, bucket: int) -> bool:
        """Whether it counts times of a bucket."""
        return self.bucket in (None, bucket)


_COUNTER_OF = {Span.TO_SIGN: Counter.SIGNED, Span.TO_HANDLE: Counter.HANDLED, Span.TO_CLOSE: Counter.CLOSED}
"""Whatever ends a time counts on the same day, for the same unit."""


async def read_cases_behind(session: Session, scope: Scope, query: FigureCasesQuery) -> Page[FigureCase]:
    """Every case that adds to a number, the newest first. Over all pages the amounts add up to the number."""
    question = make_definite(session, scope, query)
    number = number_of(question, query)
    counters = [counter for counter in COUNTERS if number.terms.get(counter.value)]
    wanted = WantedCases(number.basis, question.selection, counters, number.walked)
    place = place_of(query.cursor) if query.cursor else None
    items: list[FigureCase] = []
    examined = 0
    while True:
        stretch = await walk(session, scope, wanted, place, at_most=query.limit)
        for row in stretch.rows:
            examined += 1
            behind = _behind(session, row, number, scope, question.selection)
            if behind is not None:
                items.append(behind)
            if len(items) == query.limit:
                place = EntryPoint(place is not None and place.strays, row.walked, row.case_id)
                return Page[FigureCase](items=items, next_cursor=_cursor(place))
        goes_on = len(stretch.rows) == query.limit or stretch.turns_to_strays
        place = stretch.following
        if place is None or not goes_on or examined >= MOST_EXAMINED:
            return Page[FigureCase](items=items, next_cursor=None if place is None else _cursor(place))


def number_of(question: FigureQuestion, query: NumberQuery) -> Number:
    """Which number is meant; Invalid naming ``measure`` when the pack has no such rate."""
    if query.counter is not None:
        return Number(query.basis, {query.counter.value: 1}, signs={query.basis.value: 1})
    if query.duration is not None:
        bucket = None if query.at_least_minutes is None else BOUNDS.index(query.at_least_minutes)
        return Number(Basis.HAPPENED, {_COUNTER_OF[query.duration].value: 1}, span=query.duration, bucket=bucket)
    formula = find_formula(question, query.measure or "")
    terms = formula.numerator if query.part is NumberPart.NUMERATOR else formula.denominator
    weights = {counter.value: weight for counter, weight in terms.items()}
    basis, scale = basis_of(formula), scale_of(formula.denominator)
    if query.part is NumberPart.NOT_COUNTED:
        return Number(basis, weights, scale, {LEFT_OUT[basis]: 1}, Counter.NOT_COUNTED)
    return Number(basis, weights, scale, {basis.value: 1, LEFT_OUT[basis]: -1})


def amounts_of(
    session: Session, fact: Fact | None, number: Number, scope: Scope, selection: Selection
) -> dict[int, int]:
    """What a case adds to a number: of a duration its entries by bucket, else all of it under 0; nothing that is 0."""
    found: Tally[int] = Tally()
    if number.span is None:
        for cell, counts in cells_of(session, fact).items():
            if cell.basis in number.signs and is_chosen(cell, scope, selection):
                found[0] += number.signs[cell.basis] * weighted(counts, number.terms)
        return {bucket: amount for bucket, amount in found.items() if amount}
    for hours, (entries,) in times_of(session, fact).items():
        if hours.span == number.span and number.takes(hours.bucket) and is_chosen(hours, scope, selection):
            found[hours.bucket] += entries
    return dict(sorted(found.items()))


def place_of(cursor: str) -> EntryPoint:
    """Where a page ended; Invalid naming ``cursor`` when no page of this list did."""
    strays, day, case_id = decode_cursor(_LIST, cursor, (int, str, str))
    return EntryPoint(bool(strays), date.fromisoformat(str(day)), str(case_id))


def _cursor(place: EntryPoint) -> str:
    return encode_cursor(_LIST, [int(place.strays), place.day.isoformat(), place.case_id])


def _behind(session: Session, row: Any, number: Number, scope: Scope, selection: Selection) -> FigureCase | None:
    fact = from_documents(orjson.loads(row.doc), orjson.loads(row.places))
    amount = sum(amounts_of(session, fact, number, scope, selection).values())
    if not amount:
        return None
    counts = [0] * len(COUNTERS)
    for cell, more in cells_of(session, fact).items():
        if cell.basis == number.basis and is_chosen(cell, scope, selection):
            counts = [a + b for a, b in zip(counts, more, strict=True)]
    cases = plain(amount, number.scale)
    return FigureCase(**shown(session, scope, row), amount=amount, cases=cases, counts=_nonzero(tuple(counts)))


async def read_open_cases(session: Session, scope: Scope, query: OpenCasesQuery) -> Page[CaseRow]:
    """The open cases that the board counts."""
    pack = session.packs.current(session.now)
    chosen = OpenFilter(
        area_prefix=area_prefix(reachable_area(pack, scope, query.area_code)),
        unit_code="" if query.without_unit else query.unit_code,
        overdue_at=session.now if query.overdue else None,
    )
    rows = await open_cases(session, scope, chosen, cursor=query.cursor, size=query.limit)
    return OPEN_CASES.page(rows, query.limit, lambda row: CaseRow(**shown(session, scope, row)))


async def read_case(session: Session, scope: Scope, case_id: str) -> CaseOut:
    """A case and every figure that it counts in; NotFound when there is none that the caller may see."""
    row = await fact_row(session, scope, case_id)
    if row is None:
        raise NotFound
    fact = from_documents(row.doc, row.places)
    cells = sorted((cell, counts) for cell, counts in cells_of(session, fact).items() if cell.basis in set(Basis))
    formulas = () if is_excluded(fact) else session.packs.current(session.now).directory.formulas
    return CaseOut(
        **shown(session, scope, row),
        not_counted=is_excluded(fact),
        version=row.version,
        updated_at=told_at(session, _told_of(scope, row), row.updated_at) or row.updated_at,
        cells=[
            CellOut(basis=Basis(cell.basis), day=cell.day, unit_code=cell.unit_code, counts=_nonzero(counts))
            for cell, counts in cells
        ],
        figures=[figure for cell, counts in cells for figure in _figures(formulas, cell, counts)],
    )


def _figures(formulas: Sequence[Formula], cell: Cell, counts: Counts) -> Iterator[FigureOfCase]:
    for formula in formulas:
        ratio = ratio_of(formula, counts)
        if basis_of(formula) == cell.basis and (ratio.numerator or ratio.denominator):
            yield FigureOfCase(
                measure=formula.code,
                version=formula.version,
                name=formula.name,
                name_en=formula.name_en,
                population=basis_of(formula),
                day=cell.day,
                unit_code=cell.unit_code,
                numerator=ratio.numerator,
                denominator=ratio.denominator,
                cases_numerator=plain(ratio.numerator, scale_of(formula.denominator)),
                cases_denominator=plain(ratio.denominator, scale_of(formula.denominator)),
            )


def _nonzero(counts: Counts) -> dict[Counter, int]:
    return {counter: count for counter, count in zip(COUNTERS, counts, strict=True) if count}


def told_at(session: Session, scope: Scope, moment: datetime | None) -> datetime | None:
    """A moment as a caller is told it: where only its day is the caller's, when that day begins in the place."""
    if moment is None or not scope.to_the_day:
        return moment
    zone = session.packs.current(session.now).directory.period_rules().time_zone
    return day_start(local_day(moment, zone), zone)


def shown(session: Session, scope: Scope, row: Any) -> dict[str, Any]:
    """What every list shows of a case, from its row: of a confidential one to its own unit the village and the day."""
    own, scope = _is_veiled(scope, row), _told_of(scope, row)
    return {
        "case_id": row.case_id,
        "case_no": row.case_no,
        "area_code": Veil.area(row.area_code) if own else row.area_code,
        "unit_code": row.unit_code,
        "category_code": row.category_code,
        "channel": Channel(row.channel),
        "kind": Kind(row.kind),
        "status": row.status,
        "round": row.round,
        "registered_at": told_at(session, scope, row.registered_at),
        "handle_due_at": told_at(session, scope, row.handle_due_at),
    }


def _is_veiled(scope: Scope, row: Any) -> bool:
    """Whether it is a confidential case, told to its own unit."""
    return row.unlisted is not False and row.unit_code in scope.own


def _told_of(scope: Scope, row: Any) -> Scope:
    """How exactly moments of this case are told."""
    return replace(scope, to_the_day=scope.to_the_day or _is_veiled(scope, row))
