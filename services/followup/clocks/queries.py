"""Clocks: those that are due, those of cases, a page of the list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Boolean, ColumnElement, literal_column, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.events.terms import Deadline
from libs.common.security.policy import Scope
from libs.common.time.due import Limit, LimitUnit, Pause
from libs.common.web.cursors import Keyset, PageQuery
from services.followup.cases.queries import ACCUSED
from services.followup.cases.tables import Case
from services.followup.clocks.domain import ClockStatus, ClockStep, DeadlineClock
from services.followup.clocks.tables import ClockRow

DUE = """
    SELECT case_id, next_at FROM clock
    WHERE state = 'pending' AND next_at <= $1 AND case_id <> ALL($2::text[]) AND pack_version = ANY($4::int[])
    ORDER BY next_at, clock_id LIMIT $3
"""
_NEXT = "SELECT next_at FROM clock WHERE state = 'pending' ORDER BY next_at, clock_id LIMIT 1"
_RUNNING = """
    SELECT clock_id, case_id, round, what, about, unit_code, starts_at, warn_at, due_at, step, next_at, pack_version,
        state, limit_value, limit_unit, first_day, every_days, nullif(pauses, '[]')::text AS pauses
    FROM clock WHERE case_id = ANY($1::text[]) AND state IN ('pending', 'paused')
"""
_FIRED = """
    SELECT clock_id, case_id, round, what, about, unit_code, starts_at, warn_at, due_at, step, next_at, pack_version,
        state, limit_value, limit_unit, first_day, every_days, nullif(pauses, '[]')::text AS pauses
    FROM clock WHERE case_id = $1 AND round = $2 AND what = $3 AND about = '' AND state = 'fired'
    ORDER BY due_at DESC, clock_id DESC LIMIT 1
"""
_FAIL = """
    UPDATE clock SET state = 'failed', error = $3
    WHERE case_id = $1 AND state = 'pending' AND next_at <= $2 RETURNING clock_id
"""
_RETRY = """
    UPDATE clock SET state = 'pending', error = NULL WHERE case_id = $1 AND state = 'failed' RETURNING clock_id
"""
_FAILED = "SELECT count(*) AS failed FROM clock WHERE state = 'failed'"
TIMER_KEYSET = Keyset("followup.timers", (ClockRow.next_at, ClockRow.clock_id), (datetime, str), descending=False)


class DueCase(NamedTuple):
    """A case that has a clock due."""

    case_id: str
    next_at: datetime


@dataclass(frozen=True, slots=True)
class ClockFilter:
    """What the list of clocks is narrowed to."""

    state: ClockStatus = ClockStatus.PENDING
    case_id: str | None = None
    unit_code: str | None = None
    what: Deadline | None = None
    fires_before: datetime | None = None


async def due_cases(session: Session, until: datetime, but_not: Sequence[str], at_most: int) -> list[DueCase]:
    """The cases of the first clocks that are due, in order of firing; costs what is due, not what is open.

    Not those under a pack version that cannot be read here: they wait for it, and nobody looks at them meanwhile.
    """
    rows = await session.fetch(DUE, until, list(but_not), at_most, session.packs.readable())
    return [DueCase(row.case_id, row.next_at) for row in rows]


async def next_firing(session: Session) -> datetime | None:
    """When the next step of any clock comes."""
    rows = await session.fetch(_NEXT)
    return rows[0].next_at if rows else None


async def running_clocks(session: Session, case_ids: Sequence[str]) -> list[DeadlineClock]:
    """The clocks of cases that run or stand still."""
    return [_clock(row) for row in await session.fetch(_RUNNING, list(case_ids))]


async def fired_clock(session: Session, case_id: str, round_number: int, what: Deadline) -> DeadlineClock | None:
    """The last clock of a promise about the case in a round that had all its steps."""
    rows = await session.fetch(_FIRED, case_id, round_number, what)
    return _clock(rows[0]) if rows else None


def _clock(row: Any) -> DeadlineClock:
    spans = orjson.loads(row.pauses) if row.pauses else []
    stops = [(datetime.fromisoformat(since), until and datetime.fromisoformat(until)) for since, until in spans]
    limit = row.limit_value and Limit(row.limit_value, LimitUnit(row.limit_unit), row.first_day)
    return DeadlineClock(
        row.clock_id,
        row.case_id,
        row.round,
        Deadline.read(row.what),
        row.about,
        row.unit_code,
        row.starts_at,
        row.warn_at,
        row.due_at,
        ClockStep.parse(row.step),
        row.next_at,
        row.pack_version,
        state=ClockStatus(row.state),
        limit=limit,
        pauses=tuple(Pause(since, until) for since, until in stops if until is not None),
        paused_at=next((since for since, until in stops if until is None), None),
        every_days=row.every_days,
    )


async def fail_clocks(session: Session, case_id: str, until: datetime, error: str) -> int:
    """Set the due clocks of a case aside, with the reason."""
    return len(await session.fetch(_FAIL, case_id, until, error))


async def retry_clocks(session: Session, case_id: str) -> int:
    """Let the clocks that were set aside run on."""
    return len(await session.fetch(_RETRY, case_id))


async def failed_clocks(session: Session) -> int:
    """Clocks that are set aside."""
    return int((await session.fetch(_FAILED))[0].failed)


async def clocks_of_case(session: Session, case_id: str) -> list[ClockRow]:
    """All clocks of a case, in the order of what comes next on them."""
    rows = await session.rows(ClockRow, "case_id", case_id, lock=False)
    return sorted(rows, key=lambda row: (row.next_at, row.clock_id))


async def list_clocks(session: Session, scope: Scope, wanted: ClockFilter, page: PageQuery) -> list[ClockRow]:
    """Clocks: what comes first stands first."""
    conditions = [
        _in_state(wanted.state),
        scope.predicate(col(Case.area_code), col(ClockRow.unit_code), accused_columns=ACCUSED),
    ]
    if wanted.case_id is not None:
        conditions.append(col(ClockRow.case_id) == wanted.case_id)
    if wanted.unit_code is not None:
        conditions.append(col(ClockRow.unit_code) == wanted.unit_code)
    if wanted.what is not None:
        conditions.append(col(ClockRow.what) == wanted.what)
    if wanted.fires_before is not None:
        conditions.append(col(ClockRow.next_at) <= wanted.fires_before)
    statement = select(ClockRow).join(Case, col(Case.case_id) == col(ClockRow.case_id)).where(*conditions)
    return list((await session.execute(TIMER_KEYSET.cut(statement, page))).scalars())


def _in_state(state: ClockStatus) -> ColumnElement[bool]:
    """Written as a constant, so that every plan can prove that a partial index holds the rows."""
    return literal_column(f"clock.state = '{state.value}'", Boolean)
