"""Timers: those that are due, those of cases, a page of the list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Boolean, ColumnElement, literal_column, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.events.terms import Deadline
from libs.common.security.policy import Scope
from libs.common.web.cursors import Keyset
from services.followup.cases.queries import Window
from services.followup.cases.tables import Matter
from services.followup.clocks.domain import Step, Timer, TimerState
from services.followup.clocks.tables import TimerRow

DUE = """
    SELECT case_id, fires_at FROM timer
    WHERE state = 'pending' AND fires_at <= $1 AND case_id <> ALL($2::text[]) AND pack_version = ANY($4::int[])
    ORDER BY fires_at, timer_id LIMIT $3
"""
_NEXT = "SELECT fires_at FROM timer WHERE state = 'pending' ORDER BY fires_at, timer_id LIMIT 1"
_PENDING = """
    SELECT timer_id, case_id, round, what, step, unit_code, starts_at, due_at, fires_at, pack_version
    FROM timer WHERE case_id = ANY($1::text[]) AND state = 'pending'
"""
_FAIL = """
    UPDATE timer SET state = 'failed', error = $3
    WHERE case_id = $1 AND state = 'pending' AND fires_at <= $2 RETURNING timer_id
"""
_RETRY = """
    UPDATE timer SET state = 'pending', error = NULL WHERE case_id = $1 AND state = 'failed' RETURNING timer_id
"""
_FAILED = "SELECT count(*) AS failed FROM timer WHERE state = 'failed'"
TIMER_KEYSET = Keyset("followup.timers", (TimerRow.fires_at, TimerRow.timer_id), (datetime, str), descending=False)


class DueCase(NamedTuple):
    """A case that has a timer due."""

    case_id: str
    fires_at: datetime


@dataclass(frozen=True, slots=True)
class TimerFilter:
    """What the list of timers is narrowed to."""

    state: TimerState = TimerState.PENDING
    case_id: str | None = None
    unit_code: str | None = None
    what: Deadline | None = None
    fires_before: datetime | None = None


async def due_cases(session: Session, until: datetime, but_not: Sequence[str], at_most: int) -> list[DueCase]:
    """The cases of the first timers that are due, in order of firing; costs what is due, not what is open.

    Not those under a pack version that cannot be read here: they wait for it, and nobody looks at them meanwhile.
    """
    rows = await session.fetch(DUE, until, list(but_not), at_most, session.packs.readable())
    return [DueCase(row.case_id, row.fires_at) for row in rows]


async def next_firing(session: Session) -> datetime | None:
    """When the next timer fires."""
    rows = await session.fetch(_NEXT)
    return rows[0].fires_at if rows else None


async def pending_timers(session: Session, case_ids: Sequence[str]) -> list[Timer]:
    """The pending timers of cases."""
    return [
        Timer(
            row.timer_id,
            row.case_id,
            row.round,
            Deadline(row.what),
            Step.parse(row.step),
            row.unit_code,
            row.starts_at,
            row.due_at,
            row.fires_at,
            row.pack_version,
        )
        for row in await session.fetch(_PENDING, list(case_ids))
    ]


async def fail_timers(session: Session, case_id: str, until: datetime, error: str) -> int:
    """Set the due timers of a case aside, with the reason."""
    return len(await session.fetch(_FAIL, case_id, until, error))


async def retry_timers(session: Session, case_id: str) -> int:
    """Let the timers that were set aside wait again."""
    return len(await session.fetch(_RETRY, case_id))


async def failed_timers(session: Session) -> int:
    """Timers that are set aside."""
    return int((await session.fetch(_FAILED))[0].failed)


async def timers_of_case(session: Session, case_id: str) -> list[TimerRow]:
    """All timers of a case, in order of firing."""
    statement = select(TimerRow).where(col(TimerRow.case_id) == case_id).order_by(*TIMER_KEYSET.order())
    return list((await session.execute(statement)).scalars())


async def list_timers(session: Session, scope: Scope, wanted: TimerFilter, window: Window) -> list[TimerRow]:
    """Timers: what fires first stands first."""
    conditions = [
        _in_state(wanted.state),
        scope.predicate(col(Matter.area_code), col(TimerRow.unit_code), accused_column=col(Matter.accused_unit)),
    ]
    if wanted.case_id is not None:
        conditions.append(col(TimerRow.case_id) == wanted.case_id)
    if wanted.unit_code is not None:
        conditions.append(col(TimerRow.unit_code) == wanted.unit_code)
    if wanted.what is not None:
        conditions.append(col(TimerRow.what) == wanted.what)
    if wanted.fires_before is not None:
        conditions.append(col(TimerRow.fires_at) <= wanted.fires_before)
    statement = (
        select(TimerRow)
        .join(Matter, col(Matter.case_id) == col(TimerRow.case_id))
        .where(*conditions, *TIMER_KEYSET.after(window.cursor))
        .order_by(*TIMER_KEYSET.order())
        .limit(window.size + 1)
    )
    return list((await session.execute(statement)).scalars())


def _in_state(state: TimerState) -> ColumnElement[bool]:
    """Written as a constant, so that every plan can prove that a partial index holds the rows."""
    return literal_column(f"timer.state = '{state.value}'", Boolean)
