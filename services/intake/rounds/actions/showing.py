"""Rounds as they are answered: each, how far it has come, who is still to be visited, and who left."""

from collections.abc import Callable, Sequence
from typing import Any

from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.pack.areas import LEVELS, AreaLevel, area_prefix, level_of
from libs.common.pack.directory import Directory
from libs.common.security.policy import Scope
from libs.common.shares import percent, text_of
from libs.common.visits.counting import MEASURES, CoverageSums, TallyCut
from libs.common.visits.placing import NEVER
from libs.common.web.cursors import Page, decode_cursor, encode_cursor
from services.intake.rounds.actions.opening import may_see
from services.intake.rounds.queries.figures import (
    NEEDS_FIRST,
    NEWEST_FIRST,
    RoundFilter,
    find_round,
    left_of,
    list_gaps,
    list_rounds,
    sums_of,
    whole_of,
    without_team,
)
from services.intake.rounds.schemas import (
    CoverageBy,
    CoverageRow,
    GapItem,
    GapQuery,
    LeftItem,
    LeftQuery,
    PurposeRow,
    RoundCoverage,
    RoundCoverageQuery,
    RoundOut,
    RoundQuery,
)
from services.intake.rounds.tables import RoundHousehold, VisitRound

_DIGITS = {AreaLevel.COUNTY: 6, AreaLevel.TOWN: 9, AreaLevel.VILLAGE: 12, AreaLevel.GRID: 15}
_LEFT, _ROWS = "intake.round_left", "intake.round_coverage"
_CUTS = {
    CoverageBy.AREA: TallyCut.CLASS,
    CoverageBy.CLASS: TallyCut.CLASS,
    CoverageBy.PERSON: TallyCut.PERSON,
    CoverageBy.TEAM: TallyCut.TEAM,
}


async def one(session: Session, scope: Scope, round_id: str) -> RoundOut:
    """One round; NotFound when it neither lies in what is reached nor around it."""
    return _shown(session, await _seen(session, scope, round_id))


async def page(session: Session, scope: Scope, query: RoundQuery) -> Page[RoundOut]:
    """A page of rounds."""
    narrowed = RoundFilter(query.area_code, query.status, query.on)
    rows = await list_rounds(session, scope, narrowed, query)
    return NEWEST_FIRST.page(rows, query.limit, lambda row: _shown(session, row))


async def coverage(session: Session, scope: Scope, round_id: str, query: RoundCoverageQuery) -> RoundCoverage:
    """The figures of one moment, in the part of the round that is reached."""
    row = await _seen(session, scope, round_id)
    area_code, prefix = _narrowest(scope, row, query.area_code), _prefix(scope, row, query.area_code)
    directory = session.packs.current(session.now).directory
    async with session.snapshot():
        whole = await whole_of(session, round_id, query.view, prefix)
        served = await _served(session, row, query, prefix) if query.by is CoverageBy.PURPOSE else {}
        found = [] if query.by is CoverageBy.PURPOSE else await _rows(session, row, query, area_code, prefix)
        more = len(found) > query.limit
        no_team = query.by is CoverageBy.TEAM and not more
        others = [await without_team(session, round_id, query.view, prefix)] if no_team else []
    shown, name_of = [*found[: query.limit], *others], _names(session, directory, query.by)
    return RoundCoverage(
        round_id=round_id,
        by=query.by,
        view=query.view,
        area_code=area_code,
        whole=_row(area_code, _names(session, directory, CoverageBy.AREA), whole),
        rows=[_row(sums.of, name_of, sums) for sums in shown if any(sums[1:])],
        purposes=[_purpose(directory, code, whole.households, many) for code, many in served.items()],
        next_cursor=encode_cursor(_ROWS, [shown[-1].of]) if more else None,
    )


async def _rows(
    session: Session, row: VisitRound, query: RoundCoverageQuery, area_code: str, prefix: str
) -> Sequence[Any]:
    after = None if query.cursor is None else str(decode_cursor(_ROWS, query.cursor, (str,))[0])
    group, cut = _group(query, area_code), _CUTS[query.by]
    return await sums_of(session, row.round_id, query.view, cut, group, prefix, after, query.limit + 1)


async def _served(session: Session, row: VisitRound, query: RoundCoverageQuery, prefix: str) -> dict[str, int]:
    """By purpose of the round, how many households it was brought to."""
    most = len(row.purposes) + 1
    found = await sums_of(session, row.round_id, query.view, TallyCut.PURPOSE, "member", prefix, None, most)
    served = {sums.of: sums.reached for sums in found}
    return {code: served.get(code, 0) for code in row.purposes}


async def gaps(session: Session, scope: Scope, round_id: str, query: GapQuery) -> Page[GapItem]:
    """A page of those that were not reached, needs first: key households, then what was not visited for longest."""
    await _seen(session, scope, round_id)
    rows = await list_gaps(session, scope, round_id, query.area_code, query.contact_staff_id, query)
    return NEEDS_FIRST.page(rows, query.limit, _gap)


async def left(session: Session, scope: Scope, round_id: str, query: LeftQuery) -> Page[LeftItem]:
    """A page of those that stand in the round no more, by id."""
    row = await _seen(session, scope, round_id)
    prefix = _prefix(scope, row, query.area_code)
    after = "" if query.cursor is None else str(decode_cursor(_LEFT, query.cursor, (str,))[0])
    rows = await left_of(session, round_id, after, prefix, query.limit + 1)
    shown = [
        LeftItem(
            **{name: getattr(found, name) for name in ("household_id", "area_code", "left_for", "left_on", "staff_id")},
            **{name: getattr(found, name) for name in ("why", "asked_by", "asked_why")},
            entered_at=found.at,
            by=found.who,
        )
        for found in rows[: query.limit]
    ]
    more = len(rows) > query.limit
    return Page(items=shown, next_cursor=encode_cursor(_LEFT, [shown[-1].household_id]) if more else None)


async def _seen(session: Session, scope: Scope, round_id: str) -> VisitRound:
    row = await find_round(session, round_id)
    if row is None or not may_see(scope, row):
        raise NotFound
    return row


def _narrowest(scope: Scope, row: VisitRound, asked: str | None) -> str:
    """The area that is shown: the one that was asked for, as far as it is reached and of the round."""
    if asked is not None and not scope.covers(asked):
        raise NotFound
    reached = scope.area_prefix.ljust(12, "0")
    codes = [code for code in (row.area_code, reached, asked) if code is not None]
    return max(codes, key=lambda code: len(area_prefix(code)))


def _prefix(scope: Scope, row: VisitRound, asked: str | None) -> str:
    """Of the codes that are counted: unless an area was asked for, also where households of the round are by now."""
    return area_prefix(_narrowest(scope, row, asked)) if asked else scope.area_prefix


def _group(query: RoundCoverageQuery, area_code: str) -> str:
    if query.by is not CoverageBy.AREA:
        return "member"
    level = query.level or _below(area_code)
    digits = _DIGITS[level]
    return "area_code" if digits > _DIGITS[AreaLevel.VILLAGE] else f"rpad(left(area_code, {digits}), 12, '0')"


def _below(area_code: str) -> AreaLevel:
    at = LEVELS.index(level_of(area_code))
    return LEVELS[min(at + 1, len(LEVELS) - 1)]


def _names(session: Session, directory: Directory, by: CoverageBy) -> Callable[[str], str | None]:
    def area(code: str) -> str | None:
        return directory.area(code).name if code in directory.area_codes else None

    def person(staff_id: str) -> str | None:
        member = session.staff.member(staff_id)
        return None if member is None else member.name

    return {CoverageBy.AREA: area, CoverageBy.PERSON: person}.get(by, lambda _: None)


def _row(of: str, name_of: Callable[[str], str | None], found: Any) -> CoverageRow:
    sums = CoverageSums(**{name: getattr(found, name) for name in MEASURES})
    return CoverageRow(
        of=of or None,
        name=name_of(of),
        **{name: getattr(sums, name) for name in (*MEASURES, "visited", "untried", "contacted")},
        visited_share=text_of(percent(sums.visited, sums.households)),
        contacted_share=text_of(percent(sums.contacted, sums.households)),
    )


def _purpose(directory: Directory, code: str, households: int, served: int) -> PurposeRow:
    known = {word.code: word.name for word in directory.pack.visits.purposes}
    share = text_of(percent(served, households))
    return PurposeRow(purpose=code, name=known.get(code), households=households, served=served, share=share)


def _shown(session: Session, row: VisitRound) -> RoundOut:
    directory = session.packs.current(session.now).directory
    name = directory.area(row.area_code).name if row.area_code in directory.area_codes else row.area_code
    said = {field: getattr(row, field) for field in RoundOut.model_fields if field != "area_name"}
    return RoundOut(**said, area_name=name)


def _gap(row: RoundHousehold) -> GapItem:
    said = {name: getattr(row, name) for name in ("household_id", "area_code", "household_class", "contact_staff_id")}
    visited_on = None if row.last_visited_on == NEVER else row.last_visited_on
    key = row.rank == 0
    return GapItem(**said, key_household=key, last_visited_on=visited_on, outcome=row.outcome, tries=row.tries)
