"""Lists of cases, one case whole, and its timeline."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, cast

from sqlalchemy import Boolean, ColumnElement, Select, and_, false, func, literal_column, not_, or_, select
from sqlmodel import col

from libs.common.case_numbers import is_case_number
from libs.common.database.session import Session
from libs.common.events.terms import Urgency
from libs.common.pack.areas import GRID_DIGITS
from libs.common.security.policy import Scope, in_area
from libs.common.web.cursors import Keyset
from services.intake.cases.domain.lifecycle import Status
from services.intake.cases.queries.reach import sees, within
from services.intake.cases.tables import Case, Supplement, TimelineEntry, Wording
from services.intake.requesters.tables import CaseKey, Requester

NEWEST_FIRST = Keyset("intake.cases", (col(Case.registered_at), col(Case.case_id)), (datetime, str))
_CLOSED_AT = "SELECT max(at) AS closed_at FROM timeline WHERE case_id = $1 AND what = 'closed'"
IN_ORDER = Keyset("intake.timeline", (col(TimelineEntry.at), col(TimelineEntry.id)), (datetime, int), descending=False)


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What a list is narrowed to; None takes in everything."""

    area_code: str | None = None
    """With all areas inside it."""
    category_code: str | None = None
    """With all its sub-categories, unless it is ``undivided``."""
    status: Status | None = None
    channel: str | None = None
    kind: str | None = None
    urgency: str | None = None
    lead_unit: str | None = None
    delegate_unit: str | None = None
    """Who works, where that is another than the lead."""
    source_system: str | None = None
    source_no: str | None = None
    registered_from: datetime | None = None
    """Included."""
    registered_to: datetime | None = None
    """Not included."""
    undivided: bool = False
    """Nothing lies inside the category: then its cases stand in the order of the list."""

    @property
    def asks_where(self) -> bool:
        """Whether it is narrowed by what tells where, or at which minute, somebody spoke."""
        grid = self.area_code is not None and len(self.area_code) == GRID_DIGITS
        times = (self.registered_from, self.registered_to)
        return grid or any(asked is not None for asked in (self.source_system, self.source_no, *times))

    def conditions(self) -> list[ColumnElement[bool]]:
        """As SQL."""
        equal = (
            (Case.status, self.status),
            (Case.channel, self.channel),
            (Case.kind, self.kind),
            (Case.lead_unit, self.lead_unit),
            (Case.delegate_unit, self.delegate_unit),
            (Case.source_system, self.source_system),
            (Case.source_no, self.source_no),
        )
        found: list[ColumnElement[bool]] = [col(column) == value for column, value in equal if value is not None]
        if self.urgency is not None:
            # A constant, so that every plan can prove that the index of urgent cases holds the rows.
            found.append(literal_column(f"cases.urgency = '{Urgency(self.urgency).value}'", Boolean))
        found += in_area(col(Case.area_code), self.area_code)
        if self.category_code is not None:
            category = col(Case.category_code)
            within = category == self.category_code if self.undivided else category.like(self.category_code + "%")
            found.append(within)
        if self.registered_from is not None:
            found.append(col(Case.registered_at) >= self.registered_from)
        if self.registered_to is not None:
            found.append(col(Case.registered_at) < self.registered_to)
        return found


@dataclass(frozen=True, slots=True)
class WholeCase:
    """A case with what was said and, if anybody gave a name, the sealed requester."""

    case: Case
    wording: Wording
    requester: Requester | None
    key: CaseKey | None


def list_statement(
    scope: Scope, chosen: CaseFilter, cursor: str | None, size: int, own: Collection[str] = ()
) -> Select[Case]:
    """One page, newest first, and one row more. A question for what ``own`` units do not see of a confidential case
    finds none that is theirs."""
    # An index is entered at the first of several bounds: at the cursor, not at the end of the days asked for.
    unit = None if chosen.delegate_unit is None else col(Case.delegate_unit)
    conditions = [*NEWEST_FIRST.after(cursor), within(scope, unit), *chosen.conditions()]
    if own and chosen.asks_where:
        theirs = [col(column).in_(sorted(own)) for column in (Case.lead_unit, Case.delegate_unit)]
        conditions.append(not_(and_(col(Case.confidential), func.coalesce(or_(*theirs), false()))))
    return select(Case).where(*conditions).order_by(*NEWEST_FIRST.order()).limit(size + 1)


async def list_cases(
    session: Session, scope: Scope, chosen: CaseFilter, cursor: str | None, size: int, own: Collection[str]
) -> Sequence[Case]:
    """Up to ``size + 1`` cases within reach."""
    cursor = await NEWEST_FIRST.whole(cursor, partial(_only, session), by_key=bool(own))
    return (await session.execute(list_statement(scope, chosen, cursor, size, own))).scalars().all()


async def find_whole(session: Session, scope: Scope, reference: str) -> WholeCase | None:
    """The case with this id or number, when it is within reach."""
    case = await _one(session, scope, "case_no" if is_case_number(reference) else "case_id", reference)
    # Four small statements that are planned once cost a third of a join that is planned anew each time. The key comes
    # last: what was read before it is sealed under it or under the vault's, also while all is sealed anew beside.
    wording = None if case is None else await session.one(Wording, "case_id", case.case_id, lock=False)
    if case is None or wording is None:
        return None
    requester = await session.one(Requester, "case_id", case.case_id, lock=False)
    return WholeCase(case, wording, requester, await session.one(CaseKey, "case_id", case.case_id, lock=False))


async def find_case(session: Session, scope: Scope, case_id: str) -> Case | None:
    """The case with this id, when it is within reach."""
    return await _one(session, scope, "case_id", case_id)


async def _one(session: Session, scope: Scope, column: str, value: str) -> Case | None:
    case = await session.one(Case, column, value, lock=False)
    return case if case is not None and sees(scope, case) else None


async def said_since(session: Session, case_id: str) -> Sequence[Supplement]:
    """What the citizen said after the case was registered, oldest first."""
    rows = await session.rows(Supplement, "case_id", case_id, lock=False)
    return sorted(rows, key=lambda row: row.supplement_id)


def timeline_statement(case_id: str, cursor: str | None, size: int) -> Select[TimelineEntry]:
    """One page of a timeline, oldest first, and one row more."""
    conditions = [col(TimelineEntry.case_id) == case_id, *IN_ORDER.after(cursor)]
    return select(TimelineEntry).where(*conditions).order_by(*IN_ORDER.order()).limit(size + 1)


async def list_timeline(
    session: Session, case_id: str, cursor: str | None, size: int, *, by_key: bool
) -> Sequence[TimelineEntry]:
    """Up to ``size + 1`` entries."""
    cursor = await IN_ORDER.whole(cursor, partial(_only, session), by_key=by_key)
    return (await session.execute(timeline_statement(case_id, cursor, size))).scalars().all()


async def closed_at(session: Session, case_id: str) -> datetime:
    """When a case that is closed was."""
    rows = await session.fetch(_CLOSED_AT, case_id)
    if rows[0].closed_at is None:
        raise LookupError(f"case {case_id} is closed, and its timeline does not say when")
    return cast("datetime", rows[0].closed_at)


async def _only(session: Session, statement: Select[Any]) -> Any:
    return (await session.execute(statement)).one_or_none()
