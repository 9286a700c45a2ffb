"""Every SELECT of a case and its history, and what the lists of cases share."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Boolean, ColumnElement, Select, and_, literal_column, or_, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.pack.versions import PackVersions
from libs.common.security.policy import Column, Scope
from libs.common.security.veil import Veil, veil_over
from libs.common.web.cursors import Keyset, PageQuery
from services.dispatch.cases.domain.terms import DONE, OPEN, Status
from services.dispatch.cases.tables import Case, HistoryEntry

# As the partial index has it, so that every plan can prove that it holds the rows.
_ALSO_ACCUSED = literal_column("work.also_accused <> '{}'", Boolean)
STEPS_KEYSET = Keyset("dispatch.transitions", (HistoryEntry.version,), (int,), descending=False)


_OPEN_NAMED = """
    SELECT responsible_staff, coalesce(delegates[cardinality(delegates)], lead_unit) AS unit_code, count(*) AS n
    FROM work WHERE status IN ('assigned', 'signed') AND responsible_staff IS NOT NULL GROUP BY 1, 2
    UNION ALL
    SELECT responsible_staff, unit_code, count(*) FROM task
    WHERE status IN ('given', 'signed') AND responsible_staff IS NOT NULL GROUP BY 1, 2
    UNION ALL
    SELECT responsible_staff, unit_code, count(*) FROM call
    WHERE status IN ('called', 'on_the_way', 'arrived') AND responsible_staff IS NOT NULL GROUP BY 1, 2
"""


async def vacant_cases(session: Session) -> int:
    """Open cases, and open parts of other units, whose responsible person holds no post of the unit any more."""
    rows = await session.fetch(_OPEN_NAMED)
    staff, now = session.staff, session.now
    return sum(row.n for row in rows if not staff.is_in_office(row.responsible_staff, row.unit_code, now))


async def visible_case(session: Session, scope: Scope, case_id: str, *, lock: bool = True) -> Case:
    """The case; NotFound when it is not there or not in the caller's reach.

    It is in that of its lead, of the units that it was delegated to, and of its support units.
    """
    case = await session.one(Case, "case_id", case_id, lock=lock)
    if case is None or not reaches(scope, case):
        raise NotFound("There is no such case, or you may not see it", "诉求件不存在或无权查看")
    return case


def veil_of(packs: PackVersions, case: Case, own: Collection[str], now: datetime) -> Veil | None:
    """What is over a confidential case for people of its own units: of its lead, delegates and support units."""
    if not case.confidential:
        return None
    zone = packs.current(now).directory.calendar().time_zone
    return veil_over(own, _units_of(case), zone, confidential=True)


def _units_of(case: Case) -> tuple[str | None, ...]:
    return (case.lead_unit, *case.delegates, *case.support_units)


def reaches(scope: Scope, case: Case, *beside: str | None) -> bool:
    """Whether the case is in the reach of a right: by its lead, a unit that it was delegated to, a support unit, or
    one of those ``beside``."""
    units = (*_units_of(case), *beside)
    accused, also = case.accused_unit, case.also_accused
    return any(scope.allows(case.area_code, unit, accused_unit=accused, also_accused=also) for unit in units)


async def list_work(session: Session, statement: Select[Case]) -> list[Case]:
    """The rows of a page, and one more when there is a next."""
    return list((await session.execute(statement)).scalars())


async def list_steps(session: Session, case_id: str, page: PageQuery) -> list[HistoryEntry]:
    """The steps of a case, oldest first."""
    statement = select(HistoryEntry).where(col(HistoryEntry.case_id) == case_id)
    return list((await session.execute(STEPS_KEYSET.cut(statement, page))).scalars())


def statuses(wanted: Status | None) -> ColumnElement[bool]:
    """Cases of a status; without one, those that units have to do.

    Written as constants, so that every plan, also a generic one, can prove that a partial index holds the rows.
    """
    if wanted in (Status.TRIAGE, Status.NOT_ACCEPTED, Status.TERMINATED):
        return _one_of(wanted)
    listed = _one_of(*(DONE if wanted in DONE else OPEN))
    return listed if wanted is None else and_(listed, _one_of(wanted))


def _one_of(*statuses: Status) -> ColumnElement[bool]:
    words = ", ".join(f"'{status.value}'" for status in statuses)
    return literal_column(f"work.status IN ({words})", Boolean)


def of_cases(statement: Any, session: Session, scope: Scope, case_id: Column, unit: Column | None = None) -> Any:
    """A sum over what cases have, as far as the caller's right reaches. ``unit``: whose it is; None: the case's lead's.

    Every case lies in the place of the pack. Who sees the whole place has only those cases read that are about the
    caller's own units, and not each of a hundred thousand.
    """
    place = session.packs.current(session.now).directory.pack.place.code
    if not place.startswith(scope.area_prefix) or (unit is None and not scope.unbounded):
        joined = statement.join(Case, col(Case.case_id) == case_id)
        return joined.where(within(scope, col(Case.lead_unit) if unit is None else unit))
    statement = statement.where(*scope.bound(unit))
    if not scope.own:
        return statement
    own, also = sorted(scope.own), cast("Any", col(Case.also_accused))
    about = or_(col(Case.accused_unit).in_(own), and_(_ALSO_ACCUSED, also.overlap(own)))
    return statement.where(case_id.not_in(select(col(Case.case_id)).where(about)))


def within(scope: Scope, unit: Column) -> ColumnElement[bool]:
    """What the caller's right reaches; ``unit`` is the column of the unit whose case it is."""
    return scope.predicate(col(Case.area_code), unit, accused_columns=(col(Case.accused_unit), col(Case.also_accused)))
