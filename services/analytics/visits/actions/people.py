"""Answers what counts for people: the official list, and what each sees of themself. Both are made here, from the same
sums, so that the worker's figure is the official figure (本人数即官方数)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, case

from libs.common.counters import VisitCounter
from libs.common.database.session import Session
from libs.common.errors import Forbidden
from libs.common.security.policy import Scope
from libs.common.shares import NO_DATA, mean, percent, text_of
from libs.common.time.periods import Period, PeriodKind, period
from libs.common.visits.counting import View
from libs.common.web.cursors import decode_cursor, encode_cursor
from services.analytics.counters.domain import CoverageCut, VisitCut
from services.analytics.rollups.tables import COVERAGE, TABLES, VISITS
from services.analytics.visits.actions.asking import known, make_definite, person_names, present_month
from services.analytics.visits.actions.counts import counts_in, on_the_spot, whole_of
from services.analytics.visits.queries.sums import (
    MadeVisits,
    RowsAfter,
    covered,
    made_by,
    members_of,
    reached_by,
    rounds_between,
    sums_in,
)
from services.analytics.visits.schemas.made import (
    MeanOut,
    MineOut,
    MonthOut,
    OfficialRow,
    PeopleOut,
    PersonFigures,
    RoundShare,
    VisitsQuery,
)
from services.analytics.visits.tables import VisitPersonRow, VisitRoundRow

_ROWS = "analytics.visit_people"
_EVERYWHERE = ""
_ONE_DAY = timedelta(days=1)


async def read_people(session: Session, scope: Scope, query: VisitsQuery) -> PeopleOut:
    """Who made visits, by staff id. NotFound where the area or the round is out of reach."""
    question = await make_definite(session, scope, query)
    wanted = replace(question.wanted, cut=VisitCut.PERSON)
    whole = await whole_of(session, question.wanted)
    people = int((await session.execute(members_of(wanted))).scalar_one())
    after = None if query.cursor is None else str(decode_cursor(_ROWS, query.cursor, (str,))[0])
    page = RowsAfter(after, query.limit + 1)
    rows = (await session.execute(made_by(wanted, TABLES[VISITS.name].c.member, page))).all()
    counts = {str(row.of): counts_in(row) for row in rows[: query.limit]}
    figures, names = await figures_of(session, wanted, counts), person_names(session)
    visits = whole[VisitCounter.VISITS]
    each = MeanOut(numerator=visits, denominator=people, text=mean(visits, people) or NO_DATA)
    return PeopleOut(
        **await known(session),
        **question.about(),
        visits=visits,
        people=people,
        visits_each=each,
        rows=[
            OfficialRow(**dict(figures[one]), staff_id=one, name=names(one), counts=counted)
            for one, counted in counts.items()
        ],
        next_cursor=encode_cursor(_ROWS, [[*counts][-1]]) if len(rows) > query.limit else None,
    )


async def read_mine(session: Session, staff_id: str | None) -> MineOut:
    """What counts for one person, this month and last. Forbidden where the account is nobody's of the staff."""
    if staff_id is None:
        raise Forbidden("This account belongs to no member of the staff", "该账号未关联工作人员")
    directory = session.packs.current(session.now).directory
    month = present_month(session, directory)
    last = period(PeriodKind.MONTH, month.first - _ONE_DAY, directory.period_rules())
    return MineOut(staff_id=staff_id, **await known(session), months=await _months(session, staff_id, month, last))


async def _months(session: Session, staff_id: str, month: Period, last: Period) -> list[MonthOut]:
    """A month and the one right before it, by one statement each for both."""
    both = MadeVisits(_EVERYWHERE, last.first, month.last, cut=VisitCut.PERSON, member=staff_id)
    made = await session.execute(made_by(both, _month_of(TABLES[VISITS.name].c.day, month, last)))
    counts = {row.of: counts_in(row) for row in made}
    day: Any = VisitPersonRow.day
    by_month = _month_of(day, month, last)
    reached = {row.of: int(row.households) for row in await session.execute(reached_by(both, [staff_id], by_month))}
    rounds = await rounds_between(session, _EVERYWHERE, both.first, both.last)
    coverage = await _coverage(session, both, rounds, [staff_id])
    shown = []
    for one in (month, last):
        here = {row.round_id for row in rounds if _concerns(row, one)}
        figures = _figures(
            counts.get(one.label, dict.fromkeys(VisitCounter, 0)),
            reached.get(one.label, 0),
            [share for share in coverage.get(staff_id, []) if share.round_id in here],
        )
        shown.append(MonthOut(**dict(figures), month=one.label, from_day=one.first, until_day=one.last))
    return shown


def _concerns(row: VisitRoundRow, month: Period) -> bool:
    """Whether one of the days of the round is one of the month's."""
    begins, ends = row.begins_on, row.ends_on
    return begins is not None and ends is not None and begins <= month.last and ends >= month.first


def _month_of(day: ColumnElement[Any], month: Period, last: Period) -> ColumnElement[Any]:
    """The label of the month in which a day of both lies."""
    return case((day >= month.first, month.label), else_=last.label)


async def figures_of(
    session: Session, wanted: MadeVisits, counts: dict[str, dict[VisitCounter, int]]
) -> dict[str, PersonFigures]:
    """What counts for each of these people, by their counters: three statements, however many they are."""
    if not counts:
        return {}
    reached = {row.of: int(row.households) for row in await session.execute(reached_by(wanted, counts))}
    rounds = await rounds_between(session, wanted.area_prefix, wanted.first, wanted.last)
    coverage = await _coverage(session, wanted, rounds, counts)
    return {one: _figures(counted, reached.get(one, 0), coverage.get(one, [])) for one, counted in counts.items()}


def _figures(counted: Mapping[VisitCounter, int], reached: int, coverage: list[RoundShare]) -> PersonFigures:
    return PersonFigures(
        visits=counted[VisitCounter.VISITS],
        households_reached=reached,
        duplicates=counted[VisitCounter.DUPLICATES],
        on_the_spot=on_the_spot(counted),
        coverage=coverage,
    )


async def _coverage(
    session: Session, wanted: MadeVisits, rounds: Sequence[VisitRoundRow], people: Collection[str]
) -> dict[str, list[RoundShare]]:
    """Of these rounds the households that each looks after, as it was at the visits."""
    names = {row.round_id: row.name for row in rounds if wanted.round_id in ("", row.round_id)}
    if not names:
        return {}
    key = TABLES[COVERAGE.name].c.member
    statement = covered(names, View.THEN, CoverageCut.PERSON, wanted.area_prefix, key, members=people)
    found: dict[tuple[str, str], Any] = {}
    for row in (await session.execute(statement)).all():
        found[row.round_id, row.of] = sums_in(row)
    shares: dict[str, list[RoundShare]] = {}
    for round_id, name in names.items():
        for one in people:
            sums = found.get((round_id, one))
            if sums is not None:
                told = {"numerator": sums.visited, "denominator": sums.households}
                text = text_of(percent(**told))
                shares.setdefault(one, []).append(RoundShare(round_id=round_id, name=name, **told, text=text))
    return shares
