"""What the service reads to do its work: timers that are due, timers of cases, where an id belongs."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from libs.common.database.session import Session
from libs.common.events.terms import Deadline
from services.followup.domain.clocks import Step, Timer

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
_PLACES = """
    SELECT callback_id AS id, case_id FROM callback WHERE callback_id = ANY($1::text[])
    UNION ALL
    SELECT supervision_id, case_id FROM supervision WHERE supervision_id = ANY($1::text[])
"""
_FAIL = """
    UPDATE timer SET state = 'failed', error = $3
    WHERE case_id = $1 AND state = 'pending' AND fires_at <= $2 RETURNING timer_id
"""
_RETRY = """
    UPDATE timer SET state = 'pending', error = NULL WHERE case_id = $1 AND state = 'failed' RETURNING timer_id
"""


class DueCase(NamedTuple):
    """A case that has a timer due."""

    case_id: str
    fires_at: datetime


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


async def case_ids_of(session: Session, ids: Sequence[str]) -> dict[str, str]:
    """The cases of callbacks and orders."""
    return {row.id: row.case_id for row in await session.fetch(_PLACES, list(ids))}


async def fail_timers(session: Session, case_id: str, until: datetime, error: str) -> int:
    """Set the due timers of a case aside, with the reason."""
    return len(await session.fetch(_FAIL, case_id, until, error))


async def retry_timers(session: Session, case_id: str) -> int:
    """Let the timers that were set aside wait again."""
    return len(await session.fetch(_RETRY, case_id))
