"""Where a post is held and where not (岗位覆盖), beside how many people live there (服务人口)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from libs.common.database.session import Session
from libs.common.database.stored_staff import read_stored_staff
from libs.common.errors import invalid
from libs.common.pack.areas import AreaLevel, contains
from libs.common.pack.schema import Area, Post
from libs.common.security.policy import Scope
from libs.common.staff.register import StaffMember, TermOfOffice
from libs.common.web.cursors import decode_cursor, encode_cursor
from services.dispatch.staff.schemas import AreaCoverageOut, CoverageOut, CoverageQuery, CoverageTotals, HolderOut

_LIST = "dispatch.staff_coverage"

_InOffice = tuple[StaffMember, TermOfOffice]


@dataclass(frozen=True, slots=True)
class _Covered:
    """An area, and who is in office there by the post."""

    area: Area
    in_office: Sequence[_InOffice]

    @property
    def holders(self) -> frozenset[str]:
        """Those whose post it is: a stand-in fills the place of another, and makes no second one."""
        return frozenset(term.stand_in_for or member.staff_id for member, term in self.in_office)

    @property
    def place(self) -> tuple[int, str]:
        """In the list: gaps first."""
        return int(bool(self.in_office)), self.area.code


async def coverage(session: Session, scope: Scope, query: CoverageQuery) -> CoverageOut:
    """One page of the areas in the caller's view; Invalid for a post that is for none."""
    await read_stored_staff(session)
    post, level = _post(session, query.post_code)
    ranges = session.packs.current(session.now).directory.pack.people_per_area
    rows = sorted(_rows(session, scope, query, level), key=lambda row: row.place)
    after = None if query.cursor is None else decode_cursor(_LIST, query.cursor, [int, str])
    left = [row for row in rows if after is None or row.place > after]
    shown = left[: query.limit]
    return CoverageOut(
        items=[_item(row) for row in shown],
        next_cursor=encode_cursor(_LIST, shown[-1].place) if len(left) > query.limit else None,
        post_code=post.code,
        post_name=post.name,
        area_level=level,
        people_per_area=ranges.get(level),
        totals=_totals(rows),
    )


def _post(session: Session, code: str) -> tuple[Post, AreaLevel]:
    post = session.packs.current(session.now).directory.post(code)
    if post.area_level is None:
        raise invalid("post_code", f"{code} is for no area of its own", f"“{post.name}”不分区域")
    return post, post.area_level


def _rows(session: Session, scope: Scope, query: CoverageQuery, level: AreaLevel) -> Iterator[_Covered]:
    """Every area of the level in view. Whoever held the post in an area that was merged holds it in its successor."""
    directory, codes = session.packs.current(session.now).directory, session.packs.codes
    within = directory.pack.place.code if query.area_code is None else directory.area(query.area_code).code
    in_office: defaultdict[str | None, list[_InOffice]] = defaultdict(list)
    for member, term in session.staff.in_office_by(query.post_code, session.now):
        if term.area_code is not None:
            in_office[codes.successor(term.area_code, directory.area_codes)].append((member, term))
    for area in directory.pack.areas:
        if area.level is level and scope.covers(area.code) and contains(within, area.code):
            yield _Covered(area, in_office.get(area.code, ()))


def _item(row: _Covered) -> AreaCoverageOut:
    return AreaCoverageOut(
        area_code=row.area.code,
        area_name=row.area.name,
        people=row.area.people,
        holders=[
            HolderOut(
                staff_id=member.staff_id,
                name=member.name,
                unit_code=term.unit_code,
                stand_in_for=term.stand_in_for,
            )
            for member, term in row.in_office
        ],
        people_per_holder=_people_per_holder([row]),
    )


def _totals(rows: Sequence[_Covered]) -> CoverageTotals:
    covered = [row for row in rows if row.in_office]
    return CoverageTotals(
        areas=len(rows),
        covered=len(covered),
        gaps=len(rows) - len(covered),
        people=_people(rows),
        people_covered=_people(covered),
        areas_without_people=sum(row.area.people is None for row in rows),
        holders=len(_holders(covered)),
        people_per_holder=_people_per_holder(covered),
    )


def _people(rows: Iterable[_Covered]) -> int:
    return sum(row.area.people or 0 for row in rows)


def _holders(rows: Iterable[_Covered]) -> frozenset[str]:
    return frozenset[str]().union(*(row.holders for row in rows))


def _people_per_holder(rows: Iterable[_Covered]) -> int | None:
    """Half up. Whoever works where nobody knows how many people live is left out, else the others would seem to have
    fewer than they have."""
    known = [row for row in rows if row.area.people is not None]
    holders = len(_holders(known))
    return (2 * _people(known) + holders) // (2 * holders) if holders else None
