"""Every SELECT of dispatch."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Boolean, ColumnElement, Row, Select, and_, literal_column, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.events.terms import Urgency
from libs.common.pack.areas import GRID_DIGITS, area_prefix
from libs.common.security.policy import Scope
from libs.common.web.cursors import Keyset
from services.dispatch.domain.terms import DONE, OPEN, Status
from services.dispatch.tables import Transition, Work

WORK_KEYSET = Keyset("dispatch.work", (Work.list_due_at, Work.case_id), (datetime, str), descending=False)
TRIAGE_KEYSET = Keyset("dispatch.triage", (Work.registered_at, Work.case_id), (datetime, str), descending=False)
STEPS_KEYSET = Keyset("dispatch.transitions", (Transition.version,), (int,), descending=False)


_PACK = "SELECT version, place_code, digest, effective_from, document::text AS document FROM pack"

_OPEN_BY_UNIT = """
    SELECT lead_unit, count(*) AS cases FROM work
    WHERE status IN ('assigned', 'signed') AND lead_unit <> ALL($1::text[]) GROUP BY lead_unit
"""
_OPEN_OF_UNIT = """
    SELECT case_id FROM work
    WHERE status IN ('assigned', 'signed') AND lead_unit = $1 AND NOT return_pending AND case_id > $2
    ORDER BY case_id LIMIT $3
"""

_OPEN_ABOUT = """
    SELECT DISTINCT accused_unit FROM work
    WHERE status IN ('assigned', 'signed') AND accused_unit <> ALL($1::text[])
"""
_OPEN_ABOUT_UNIT = _OPEN_OF_UNIT.replace("lead_unit", "accused_unit")
MOST_NAMED = 100
"""Cases that are named of each code; all are counted."""
_OPEN_USES = {
    column: f"""
        SELECT {column} AS code, count(*) AS cases, (array_agg(case_no ORDER BY case_no))[1:{MOST_NAMED}] AS case_nos
        FROM work WHERE status <> 'closed' AND {column} <> ALL($1::text[]) GROUP BY {column} ORDER BY {column}
    """  # noqa: S608 - names of columns
    for column in ("area_code", "lead_unit", "category_code")
}

_OPEN_OUTSIDE = f"""
    SELECT count(*) AS cases, (array_agg(case_no ORDER BY case_no))[1:{MOST_NAMED}] AS case_nos
    FROM work WHERE status IN ('assigned', 'signed') AND lead_unit = $1 AND area_code NOT LIKE $2
"""  # noqa: S608 - our own number


@dataclass(frozen=True, slots=True)
class OpenUse:
    """A code that open cases have: how many, and the first of their numbers."""

    code: str
    cases: int
    case_nos: list[str]


@dataclass(frozen=True, slots=True)
class WorkFilter:
    """What a list is narrowed to. Without a status: what units have to do."""

    unit_code: str | None = None
    status: Status | None = None
    overdue: bool | None = None
    due_before: datetime | None = None
    area_code: str | None = None


@dataclass(frozen=True, slots=True)
class TriageFilter:
    """What the triage queue is narrowed to."""

    area_code: str | None = None
    urgency: Urgency | None = None
    overdue: bool | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """Which page of a list."""

    cursor: str | None
    size: int


@dataclass(frozen=True, slots=True)
class StoredPack:
    """A version in the table."""

    version: int
    place_code: str
    digest: str
    effective_from: datetime
    document: dict[str, Any]


async def visible_work(session: Session, scope: Scope, case_id: str, *, lock: bool = True) -> Work:
    """The case; NotFound when it is not there or not in the caller's reach."""
    work = await session.one(Work, "case_id", case_id, lock=lock)
    if work is None or not scope.allows(work.area_code, work.lead_unit, accused_unit=work.accused_unit):
        raise NotFound("There is no such case, or you may not see it", "诉求件不存在或无权查看")
    return work


def work_statement(scope: Scope, wanted: WorkFilter, window: Window) -> Select[Work]:
    """A unit's list, or everybody's in the caller's reach: what is due first comes first."""
    conditions = [_statuses(wanted.status), _within(scope)]
    if wanted.unit_code is not None:
        conditions.append(col(Work.lead_unit) == wanted.unit_code)
    if wanted.overdue is not None:
        conditions.append(col(Work.overdue).is_(wanted.overdue))
    if wanted.due_before is not None:
        # The first is what is asked, the second what the index knows.
        conditions += [col(Work.handle_due_at) < wanted.due_before, col(Work.list_due_at) < wanted.due_before]
    conditions += _in_area(wanted.area_code)
    return _page(conditions, WORK_KEYSET, window)


def triage_statement(scope: Scope, wanted: TriageFilter, window: Window) -> Select[Work]:
    """What waits for a dispatcher, oldest first."""
    conditions = [_statuses(Status.TRIAGE), _within(scope)]
    if wanted.urgency is not None:
        conditions.append(col(Work.urgency) == wanted.urgency)
    if wanted.overdue is not None:
        conditions.append(col(Work.overdue).is_(wanted.overdue))
    conditions += _in_area(wanted.area_code)
    return _page(conditions, TRIAGE_KEYSET, window)


async def list_work(session: Session, statement: Select[Work]) -> list[Work]:
    """The rows of a page, and one more when there is a next."""
    return list((await session.execute(statement)).scalars())


async def list_steps(session: Session, case_id: str, window: Window) -> list[Transition]:
    """The steps of a case, oldest first."""
    statement = (
        select(Transition)
        .where(col(Transition.case_id) == case_id, *STEPS_KEYSET.after(window.cursor))
        .order_by(*STEPS_KEYSET.order())
        .limit(window.size + 1)
    )
    return list((await session.execute(statement)).scalars())


async def units_with_open_work(session: Session, but_not: Collection[str]) -> dict[str, int]:
    """How many open cases units have, without those named."""
    rows = await session.fetch(_OPEN_BY_UNIT, list(but_not))
    return {row.lead_unit: row.cases for row in rows}


async def units_with_open_work_about(session: Session, but_not: Collection[str]) -> list[str]:
    """The units complained about in open cases, without those named."""
    return [row.accused_unit for row in await session.fetch(_OPEN_ABOUT, list(but_not))]


async def open_work_about(session: Session, unit_code: str, after: str, at_most: int) -> list[str]:
    """The open cases about a unit whose return is not being decided, in the order of their ids."""
    return [row.case_id for row in await session.fetch(_OPEN_ABOUT_UNIT, unit_code, after, at_most)]


async def open_work_of(session: Session, unit_code: str, after: str, at_most: int) -> list[str]:
    """The open cases of a unit whose return is not being decided, in the order of their ids."""
    return [row.case_id for row in await session.fetch(_OPEN_OF_UNIT, unit_code, after, at_most)]


async def open_uses(session: Session, column: str, there: Collection[str]) -> list[OpenUse]:
    """The codes in ``column`` of open cases that are not ``there``, each with its cases."""
    rows = await session.fetch(_OPEN_USES[column], list(there))
    return [OpenUse(row.code, row.cases, row.case_nos) for row in rows]


async def open_outside(session: Session, unit_code: str, area_prefix: str) -> list[OpenUse]:
    """The open cases that a unit leads outside an area; nothing when there are none."""
    rows = await session.fetch(_OPEN_OUTSIDE, unit_code, f"{area_prefix}%")
    return [OpenUse(unit_code, row.cases, row.case_nos) for row in rows if row.cases]


async def lock_packs(session: Session) -> None:
    """One publisher at a time, in whichever process; readers go on."""
    await session.fetch("LOCK TABLE pack IN SHARE ROW EXCLUSIVE MODE")


async def newest_pack(session: Session) -> StoredPack | None:
    """The highest version, from the table: another process may have stored one that is not on the shelf here yet."""
    rows = await session.fetch(f"{_PACK} ORDER BY version DESC LIMIT 1")
    return _stored(rows[0]) if rows else None


async def stored_pack(session: Session, version: int) -> StoredPack | None:
    """A version, whichever process published it."""
    rows = await session.fetch(f"{_PACK} WHERE version = $1", version)
    return _stored(rows[0]) if rows else None


def _stored(row: Row[Any]) -> StoredPack:
    return StoredPack(row.version, row.place_code, row.digest, row.effective_from, orjson.loads(row.document))


def _statuses(wanted: Status | None) -> ColumnElement[bool]:
    """Written as constants, so that every plan, also a generic one, can prove that a partial index holds the rows."""
    if wanted is Status.TRIAGE:
        return _one_of(Status.TRIAGE)
    listed = _one_of(*(DONE if wanted in DONE else OPEN))
    return listed if wanted is None else and_(listed, _one_of(wanted))


def _one_of(*statuses: Status) -> ColumnElement[bool]:
    words = ", ".join(f"'{status.value}'" for status in statuses)
    return literal_column(f"work.status IN ({words})", Boolean)


def _within(scope: Scope) -> ColumnElement[bool]:
    return scope.predicate(col(Work.area_code), col(Work.lead_unit), accused_column=col(Work.accused_unit))


def _in_area(area_code: str | None) -> list[ColumnElement[bool]]:
    if area_code is None:
        return []
    if len(area_code) == GRID_DIGITS:
        # Nothing lies inside a grid: asked for itself, its rows stand in the order of the list.
        return [col(Work.area_code) == area_code]
    return [col(Work.area_code).like(f"{area_prefix(area_code)}%")]


def _page(conditions: list[ColumnElement[bool]], keyset: Keyset, window: Window) -> Select[Work]:
    return (
        select(Work).where(*conditions, *keyset.after(window.cursor)).order_by(*keyset.order()).limit(window.size + 1)
    )
