"""Answers the coverage of a round, and the households behind each of its numbers."""

from collections.abc import Callable, Sequence
from typing import Any

from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.events.household_terms import HouseholdClass
from libs.common.events.visit_terms import VisitOutcome
from libs.common.pack.areas import area_prefix
from libs.common.pack.directory import Directory
from libs.common.security.policy import Scope
from libs.common.shares import percent, text_of
from libs.common.visits.counting import NOBODY, CoverageSums, View
from libs.common.visits.placing import REACHING
from libs.common.web.cursors import Page, decode_cursor, encode_cursor
from services.analytics.counters.domain import CoverageCut
from services.analytics.figures.actions.question import reachable_area
from services.analytics.rollups.tables import COVERAGE, TABLES
from services.analytics.visits.actions.asking import area_names, digits_below, known, person_names, seen_round
from services.analytics.visits.queries.behind import BY_HOUSEHOLD, PlacesWanted, households_behind
from services.analytics.visits.queries.sums import RowsAfter, SeenRound, area_key, covered, sums_in
from services.analytics.visits.schemas import (
    CoverageBy,
    CoverageOut,
    CoverageQuery,
    CoverageRow,
    PartRow,
    RoundHouseholdOut,
    RoundHouseholdsQuery,
    ShareOut,
    ShownAs,
)
from services.analytics.visits.tables import VisitPlaceRow

_ROWS = "analytics.coverage"
_CUTS = {
    CoverageBy.AREA: CoverageCut.CLASS,
    CoverageBy.CLASS: CoverageCut.CLASS,
    CoverageBy.PERSON: CoverageCut.PERSON,
    CoverageBy.PURPOSE: CoverageCut.PURPOSE,
    CoverageBy.TEAM: CoverageCut.TEAM,
}
_PARTS = (CoverageBy.PURPOSE, CoverageBy.TEAM)
_VISITED = tuple(sorted(outcome.value for outcome in REACHING))
_UNTRIED = ""
_SHOWN: dict[ShownAs, tuple[str, ...] | None] = {
    **{ShownAs(outcome.value): (outcome.value,) for outcome in VisitOutcome},
    ShownAs.HOUSEHOLDS: None,
    ShownAs.VISITED: _VISITED,
    ShownAs.CONTACTED: (*_VISITED, VisitOutcome.BY_PHONE.value),
    ShownAs.UNTRIED: (_UNTRIED,),
    ShownAs.LATE: None,
}


def share(numerator: int, denominator: int) -> ShareOut:
    """With its text."""
    return ShareOut(numerator=numerator, denominator=denominator, text=text_of(percent(numerator, denominator)))


async def read_coverage(session: Session, scope: Scope, query: CoverageQuery) -> CoverageOut:
    """A round's figures of an area. NotFound where either is out of reach."""
    row = await seen_round(session, scope, query.round_id)
    pack = session.packs.current(session.now)
    area_code = _narrowest(row, reachable_area(pack, scope, query.area_code))
    member = None if query.staff_id is None else [query.staff_id]
    cut = CoverageCut.CLASS if member is None else CoverageCut.PERSON
    whole = await _sums(session, query.round_id, query.view, cut, area_code, member)
    found = await _rows(session, query, area_code, member)
    shown, more = found[: query.limit], len(found) > query.limit
    names = _names(session, pack.directory, query.by)
    is_parts = query.by in _PARTS
    return CoverageOut(
        **await known(session),
        area_code=area_code,
        round_id=row.round_id,
        name=row.name,
        begins_on=row.terms.begins_on,
        ends_on=row.terms.ends_on,
        closed_at=row.closed_at,
        by=query.by,
        view=query.view,
        whole=_row(area_code, area_names(pack.directory)(area_code), whole),
        rows=[] if is_parts else [_row(one.of, names(one.of), sums_in(one)) for one in shown],
        parts=[_part(one, names, whole) for one in shown] if is_parts else [],
        next_cursor=encode_cursor(_ROWS, [query.by.value, shown[-1].of]) if more else None,
    )


def _narrowest(row: SeenRound, area_code: str) -> str:
    """What is shown: the area asked for, as far as it is of the round. NotFound where none of it is."""
    codes = sorted((row.area_code, area_code), key=lambda code: len(area_prefix(code)))
    if not codes[1].startswith(area_prefix(codes[0])):
        raise NotFound
    return codes[1]


async def _sums(
    session: Session, round_id: str, view: View, cut: CoverageCut, area_code: str, members: Sequence[str] | None
) -> CoverageSums:
    statement = covered([round_id], view, cut, area_prefix(area_code), None, members=members)
    row = (await session.execute(statement)).one_or_none()
    return CoverageSums() if row is None else sums_in(row)


async def _rows(session: Session, query: CoverageQuery, area_code: str, members: Sequence[str] | None) -> Sequence[Any]:
    after = None
    if query.cursor is not None:
        by, after = map(str, decode_cursor(_ROWS, query.cursor, (str, str)))
        after = after if by == query.by.value else None
    table = TABLES[COVERAGE.name]
    cut = _CUTS[query.by] if members is None else CoverageCut.PERSON
    key = area_key(table, digits_below(area_code)) if query.by is CoverageBy.AREA else table.c.member
    page = RowsAfter(after, query.limit + 1)
    statement = covered([query.round_id], query.view, cut, area_prefix(area_code), key, members=members, page=page)
    return (await session.execute(statement)).all()


def _names(session: Session, directory: Directory, by: CoverageBy) -> Callable[[str], str | None]:
    purposes = {word.code: word.name for word in directory.pack.visits.purposes}
    named: dict[CoverageBy, Callable[[str], str | None]] = {
        CoverageBy.AREA: area_names(directory),
        CoverageBy.PERSON: person_names(session),
        CoverageBy.PURPOSE: purposes.get,
    }
    return named.get(by, lambda _: None)


def _row(of: str, name: str | None, sums: CoverageSums) -> CoverageRow:
    told = ("households", "visited", "reached", "refused", "by_phone", "nobody_home", "moved", "untried", "contacted")
    return CoverageRow(
        of=of or None,
        name=name,
        **{each: getattr(sums, each) for each in (*told, "late")},
        visited_share=share(sums.visited, sums.households),
        contacted_share=share(sums.contacted, sums.households),
    )


def _part(one: Any, names: Callable[[str], str | None], whole: CoverageSums) -> PartRow:
    return PartRow(of=one.of, name=names(one.of), share=share(sums_in(one).visited, whole.households))


async def read_round_households(session: Session, scope: Scope, query: RoundHouseholdsQuery) -> Page[RoundHouseholdOut]:
    """The households behind a number of a round, by id: as many as the number says."""
    row = await seen_round(session, scope, query.round_id)
    area_code = _narrowest(row, reachable_area(session.packs.current(session.now), scope, query.area_code))
    wanted = PlacesWanted(
        query.round_id,
        query.view,
        area_prefix(area_code),
        _SHOWN[query.shown_as],
        query.shown_as is ShownAs.LATE,
        None if query.household_class is None else query.household_class.value,
        NOBODY if query.without_contact else query.staff_id,
        query.purpose,
        query.team_id,
    )
    rows = await households_behind(session, wanted, query.cursor, query.limit + 1)
    return BY_HOUSEHOLD.page(rows, query.limit, lambda one: _household(one, query.view))


def _household(row: VisitPlaceRow, view: View) -> RoundHouseholdOut:
    now = view is View.NOW
    return RoundHouseholdOut(
        household_id=row.household_id,
        area_code=row.now_area_code if now else row.area_code,
        household_class=HouseholdClass(row.now_household_class if now else row.household_class),
        contact_staff_id=(row.now_contact_staff_id if now else row.contact_staff_id) or None,
        outcome=VisitOutcome(row.outcome) if row.outcome else None,
        reached_on=row.reached_on,
        reached_by=row.reached_by,
        late=row.late,
        purposes=row.purposes,
        team_ids=row.teams,
    )
