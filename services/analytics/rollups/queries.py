"""Counters of a selection, added up from the roll-up that has the fewest rows for it."""

from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, func, literal, literal_column, or_, select

from libs.common.counters import Counter, Entry, Span
from libs.common.database.session import Session
from libs.common.pack.areas import GRID_DIGITS, VILLAGE_DIGITS
from libs.common.security.policy import Scope
from services.analytics.counters.domain import COUNTERS, NOTHING, Counts
from services.analytics.rollups.domain import FINE, GrainPart, QuestionNeeds
from services.analytics.rollups.tables import CASES, HOURS, TABLES


@dataclass(frozen=True, slots=True)
class Selection:
    """Which part of the county, and which assessment days, both included. None takes in everything."""

    first: date
    last: date
    area_prefix: str = ""
    unit_code: str | None = None
    category_code: str | None = None
    """With all its sub-categories."""
    channel: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Grouping:
    """By what rows are told apart; areas by the first ``digits`` of their code, at most those of a village."""

    column: str
    digits: int = 0


async def sums(
    session: Session,
    scope: Scope,
    basis: str,
    selection: Selection,
    by: Grouping | None,
    *,
    only: Collection[Counter] = COUNTERS,
) -> dict[str, Counts]:
    """The counters on a basis, or of what is left out of it, by group in the order of keys; else one row under ``""``.

    Those that are not among ``only`` come out as 0: what nobody shows need not be added up. Roll-ups do not tell who is
    complained about: ``figures.actions.sums`` takes that out.
    """
    wanted = [counter for counter in COUNTERS if counter in only]
    places = [COUNTERS.index(counter) for counter in wanted]
    total: defaultdict[str, list[int]] = defaultdict(lambda: list(NOTHING))
    for statement in statements(scope, basis, selection, by, wanted):
        rows: Sequence[Any] = (await session.execute(statement)).all()
        for key, *counts in rows:
            row = total[str(key)]
            for place, count in zip(places, counts, strict=True):
                if count:
                    row[place] += int(count)
    if by is None and not total:
        return {"": NOTHING}
    return {key: tuple(total[key]) for key in sorted(total)}


def statements(
    scope: Scope, basis: str, selection: Selection, by: Grouping | None, wanted: Sequence[Counter]
) -> Iterator[Select[Any]]:
    """What has to be read, and added up."""
    needs = _needs(scope, selection, by)
    by_day = by is not None and by.column == "day"
    for part in CASES.parts(selection.first, selection.last, needs, by_day=by_day):
        table = TABLES[CASES.name if part.grain == FINE else CASES.coarse]
        key: ColumnElement[Any] = literal("") if by is None else _group_key(table, by)
        columns: list[Any] = [func.sum(table.c[counter.value]) for counter in wanted]
        chosen = [table.c.basis == str(basis), *_chosen(table, scope, selection)]
        yield select(key.label("key"), *columns).where(*_on_days(table, part), *chosen).group_by("key")


async def histograms(
    session: Session, scope: Scope, span: Span, selection: Selection, by: Grouping | None
) -> dict[str, dict[int, int]]:
    """How often a time fell into which bucket, by group; of cases that are about the caller's own units, too."""
    needs = _needs(scope, selection, by)
    total: defaultdict[str, Tally[int]] = defaultdict(Tally)
    for part in HOURS.parts(selection.first, selection.last, needs, by_day=by is not None and by.column == "day"):
        table = TABLES[HOURS.name if part.grain == FINE else HOURS.coarse]
        key: ColumnElement[Any] = literal("") if by is None else _group_key(table, by)
        chosen = [table.c.span == span.value, *_on_days(table, part), *_chosen(table, scope, selection)]
        many = func.sum(table.c[Entry.ENTRIES.value])
        statement = select(key.label("key"), table.c.bucket, many).where(*chosen).group_by("key", table.c.bucket)
        rows: Sequence[Any] = (await session.execute(statement)).all()
        for group, bucket, entries in rows:
            total[str(group)][bucket] += int(entries)
    return dict(total)


def _needs(scope: Scope, selection: Selection, by: Grouping | None) -> QuestionNeeds:
    narrowed = {
        "unit_code": scope.unit_code or selection.unit_code,
        "category_code": selection.category_code,
        "channel": selection.channel,
        "kind": selection.kind,
    }
    dimensions = {name for name, value in narrowed.items() if value is not None}
    digits = max(len(scope.area_prefix), len(selection.area_prefix))
    if by is not None and by.column == "area_code":
        digits = max(digits, by.digits or GRID_DIGITS)
    elif by is not None and by.column != "day":
        dimensions.add(by.column)
    return QuestionNeeds(digits, frozenset(dimensions))


def _on_days(table: Table, part: GrainPart) -> list[ColumnElement[bool]]:
    days = or_(*(table.c.day.between(first, last) for first, last in part.stretches))
    # A constant, so that every plan can prove that the indexes of one grain hold the rows.
    return [days] if part.grain == FINE else [table.c.grain == literal_column(f"'{part.grain}'"), days]


def _group_key(table: Table, by: Grouping) -> ColumnElement[Any]:
    column: ColumnElement[Any] = table.c[by.column]
    if by.digits:
        # Cut to an area's digits and padded, it is the code of that area, or of the one that it stands for itself.
        return func.rpad(func.left(column, by.digits), VILLAGE_DIGITS, "0")
    return column


def _chosen(table: Table, scope: Scope, selection: Selection) -> list[ColumnElement[bool]]:
    columns = table.c
    within = scope.predicate(columns.area_code, columns.unit_code, accused_columns=None)
    conditions = [within]
    if selection.area_prefix:
        conditions.append(columns.area_code.like(selection.area_prefix + "%"))
    if selection.unit_code is not None:
        conditions.append(columns.unit_code == selection.unit_code)
    if selection.category_code is not None:
        conditions.append(columns.category_code.like(selection.category_code + "%"))
    if selection.channel is not None:
        conditions.append(columns.channel == selection.channel)
    if selection.kind is not None:
        conditions.append(columns.kind == selection.kind)
    return conditions
