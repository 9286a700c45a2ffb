"""Answers plain counters of visits, and what visits brought."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement

from libs.common.counters import VisitCounter
from libs.common.database.session import Session
from libs.common.pack.directory import Directory
from libs.common.pack.schema import CodedReason, FindingSetting
from libs.common.security.policy import Scope
from libs.common.web.cursors import decode_cursor, encode_cursor
from services.analytics.counters.domain import Thing, VisitCut
from services.analytics.rollups.tables import TABLES, VISITS
from services.analytics.visits.actions.asking import area_names, digits_below, known, make_definite
from services.analytics.visits.actions.covering import share
from services.analytics.visits.domain.counting import THOUSANDTHS_DIGITS
from services.analytics.visits.queries.sums import MadeVisits, RowsAfter, area_key, made_by, things_of
from services.analytics.visits.schemas import (
    CountsBy,
    ShareOut,
    ThingRow,
    ThingsOut,
    ThingsQuery,
    VisitCountsOut,
    VisitCountsQuery,
    VisitCountsRow,
)

_ROWS, _THINGS = "analytics.visit_counts", "analytics.visit_things"


async def read_counts(session: Session, scope: Scope, query: VisitCountsQuery) -> VisitCountsOut:
    """Counters of visits, by area, day or team. NotFound where the area or the round is out of reach."""
    question = await make_definite(session, scope, query)
    whole = await whole_of(session, question.wanted)
    names = area_names(question.directory) if query.by is CountsBy.AREA else lambda _: None
    rows, more = await _rows(session, query, question.area_code, question.wanted)
    shown = [_row(str(one.of), names(str(one.of)), counts_in(one)) for one in rows]
    return VisitCountsOut(
        **await known(session),
        **question.about(),
        by=query.by,
        whole=_row(question.area_code, area_names(question.directory)(question.area_code), whole),
        rows=shown,
        next_cursor=encode_cursor(_ROWS, [query.by.value, shown[-1].of]) if more else None,
    )


async def whole_of(session: Session, wanted: MadeVisits) -> dict[VisitCounter, int]:
    """All of these visits together."""
    row = (await session.execute(made_by(wanted, None))).one_or_none()
    return dict.fromkeys(VisitCounter, 0) if row is None else counts_in(row)


def counts_in(row: Any) -> dict[VisitCounter, int]:
    """A row of sums by counter."""
    return {counter: int(getattr(row, counter.value)) for counter in VisitCounter}


def on_the_spot(counts: Mapping[VisitCounter, int]) -> ShareOut:
    """现场解决率: of the matters that were raised, those that were solved at the door."""
    return share(counts[VisitCounter.SOLVED_ON_THE_SPOT], counts[VisitCounter.MATTERS])


async def _rows(
    session: Session, query: VisitCountsQuery, area_code: str, wanted: MadeVisits
) -> tuple[list[Any], bool]:
    if query.by is CountsBy.NONE:
        return [], False
    table = TABLES[VISITS.name]
    key: ColumnElement[Any] = {
        CountsBy.AREA: area_key(table, digits_below(area_code)),
        CountsBy.DAY: table.c.day,
        CountsBy.TEAM: table.c.member,
    }[query.by]
    if query.by is CountsBy.TEAM:
        wanted = MadeVisits(wanted.area_prefix, wanted.first, wanted.last, wanted.round_id, VisitCut.TEAM)
    after: Any = None
    if query.cursor is not None:
        _, after = decode_cursor(_ROWS, query.cursor, (str, str))
        after = date.fromisoformat(str(after)) if query.by is CountsBy.DAY else after
    rows = (await session.execute(made_by(wanted, key, RowsAfter(after, query.limit + 1)))).all()
    return list(rows[: query.limit]), len(rows) > query.limit


def _row(of: str, name: str | None, counts: dict[VisitCounter, int]) -> VisitCountsRow:
    return VisitCountsRow(of=of, name=name, counts=counts, on_the_spot=on_the_spot(counts))


async def read_things(session: Session, scope: Scope, query: ThingsQuery) -> ThingsOut:
    """What visits brought of one kind. NotFound where the area or the round is out of reach."""
    question = await make_definite(session, scope, query)
    after = None
    if query.cursor is not None:
        code, unit = map(str, decode_cursor(_THINGS, query.cursor, (str, str)))
        after = code, unit
    rows = (await session.execute(things_of(question.wanted, query.thing.value, after, query.limit + 1))).all()
    names = _thing_names(question.directory, query.thing)
    shown = [
        ThingRow(
            code=row.code,
            unit=row.unit,
            name=names(row.code),
            visits=int(row.visits),
            amount=amount_text(query.thing, int(row.amount)),
        )
        for row in rows[: query.limit]
    ]
    following = encode_cursor(_THINGS, [shown[-1].code, shown[-1].unit]) if len(rows) > query.limit else None
    return ThingsOut(**await known(session), **question.about(), thing=query.thing, rows=shown, next_cursor=following)


def amount_text(thing: Thing | None, amount: int) -> str:
    """An amount in whole units, exact."""
    if thing is not Thing.QUANTITY:
        return str(amount)
    text = f"{Decimal(amount).scaleb(-THOUSANDTHS_DIGITS):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _thing_names(directory: Directory, thing: Thing) -> Callable[[str], str | None]:
    rules = directory.pack.visits
    words: dict[Thing, Sequence[CodedReason | FindingSetting]] = {
        Thing.MATERIAL: rules.materials,
        Thing.TOPIC: rules.topics,
        Thing.FINDING: rules.findings,
    }
    return {word.code: word.name for word in words.get(thing, ())}.get
