"""The clocks of the cases that one transaction touches: read in one query, changed in memory, written in two."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson

from libs.common.database.session import Session
from services.followup.clocks import queries
from services.followup.clocks.domain import ClockStatus, DeadlineClock

_INFO = "followup.clocks"
_ADD = """
    INSERT INTO clock (clock_id, case_id, round, what, about, starts_at, pack_version, first_day, every_days,
                       unit_code, step, next_at, state, error, warn_at, due_at, limit_value, limit_unit, pauses)
    SELECT clock_id, case_id, round, what, about, starts_at, pack_version, first_day, every_days,
           unit_code, step, next_at, state, error, warn_at, due_at, limit_value, limit_unit, pauses::jsonb
    FROM unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::text[], $6::timestamptz[], $7::int[], $8::boolean[],
                $9::int[], $10::text[], $11::text[], $12::timestamptz[], $13::text[], $14::text[],
                $15::timestamptz[], $16::timestamptz[], $17::int[], $18::text[], $19::text[])
        AS new(clock_id, case_id, round, what, about, starts_at, pack_version, first_day, every_days,
               unit_code, step, next_at, state, error, warn_at, due_at, limit_value, limit_unit, pauses)
"""
_CHANGE = """
    UPDATE clock SET unit_code = new.unit_code, step = new.step, next_at = new.next_at, state = new.state,
        error = new.error
    FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::text[])
        AS new(clock_id, unit_code, step, next_at, state, error)
    WHERE clock.clock_id = new.clock_id
"""
_SET_ANEW = """
    UPDATE clock SET warn_at = new.warn_at, due_at = new.due_at, limit_value = new.limit_value,
        limit_unit = new.limit_unit, pauses = new.pauses::jsonb, unit_code = new.unit_code, step = new.step,
        next_at = new.next_at, state = new.state, error = new.error
    FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::text[],
                $7::timestamptz[], $8::timestamptz[], $9::int[], $10::text[], $11::text[])
        AS new(clock_id, unit_code, step, next_at, state, error, warn_at, due_at, limit_value, limit_unit, pauses)
    WHERE clock.clock_id = new.clock_id
"""


class ClockBook:
    """Clocks that run or stand still, by case. Who holds the lock on a case alone may change its clocks."""

    def __init__(self) -> None:
        self._running: dict[str, dict[str, DeadlineClock]] = {}
        self._new: dict[str, DeadlineClock] = {}
        self._changed: dict[str, DeadlineClock] = {}
        self._set_anew: set[str] = set()

    async def load(self, session: Session, case_ids: Iterable[str]) -> None:
        """Read the clocks of the cases that were not read before."""
        missing = sorted(set(case_ids) - self._running.keys())
        if not missing:
            return
        self._running.update((case_id, {}) for case_id in missing)
        for clock in await queries.running_clocks(session, missing):
            self._running[clock.case_id][clock.clock_id] = clock

    def of(self, case_id: str) -> list[DeadlineClock]:
        """The clocks of a case that run or stand still; KeyError when they were not loaded."""
        return list(self._running[case_id].values())

    def next_of(self, case_id: str) -> DeadlineClock | None:
        """The one whose step comes first."""
        running = (clock for clock in self._running[case_id].values() if clock.state is ClockStatus.PENDING)
        return min(running, key=_order, default=None)

    def add(self, clock: DeadlineClock) -> None:
        """A new one."""
        self._new[clock.clock_id] = self._running[clock.case_id][clock.clock_id] = clock

    def change(self, clock: DeadlineClock) -> None:
        """One of the book has moved on, concerns another unit, or has ended."""
        running = self._running[clock.case_id]
        if clock.state in (ClockStatus.PENDING, ClockStatus.PAUSED):
            running[clock.clock_id] = clock
        else:
            del running[clock.clock_id]
        place = self._new if clock.clock_id in self._new else self._changed
        place[clock.clock_id] = clock

    def set_anew(self, clock: DeadlineClock) -> None:
        """One of the book has other times, or stands still; or a new one takes the place of one that was missed."""
        if clock.clock_id not in self._running[clock.case_id]:
            return self.add(clock)
        self._set_anew.add(clock.clock_id)
        return self.change(clock)

    def stop(self, clock: DeadlineClock) -> None:
        """Nothing of it happens any more."""
        self.change(replace(clock, state=ClockStatus.CANCELLED))

    async def write(self, session: Session) -> None:
        """Write what changed: one statement for the new ones, one for the others, one for those set anew."""
        if self._new:
            await session.fetch(_ADD, *_columns(list(self._new.values()), (*_SET, *_CHANGING, *_TIMES)))
        changed = sorted(self._changed.values(), key=lambda clock: clock.clock_id)
        if moved := [clock for clock in changed if clock.clock_id not in self._set_anew]:
            await session.fetch(_CHANGE, *_columns(moved, (*_ID, *_CHANGING)))
        if timed := [clock for clock in changed if clock.clock_id in self._set_anew]:
            await session.fetch(_SET_ANEW, *_columns(timed, (*_ID, *_CHANGING, *_TIMES)))


def clocks_of(session: Session) -> ClockBook:
    """This transaction's book, written when it ends."""
    book = session.info.get(_INFO)
    if isinstance(book, ClockBook):
        return book
    new = session.info[_INFO] = ClockBook()
    session.before_commit(_INFO, new.write)
    return new


def _order(clock: DeadlineClock) -> tuple[Any, ...]:
    return clock.order


def _pauses_of(clock: DeadlineClock) -> str:
    if not clock.pauses and clock.paused_at is None:
        return "[]"
    spans: list[tuple[datetime, datetime | None]] = [(pause.start, pause.end) for pause in clock.pauses]
    return orjson.dumps(spans if clock.paused_at is None else [*spans, (clock.paused_at, None)]).decode()


_Field = Callable[[DeadlineClock], object]
_ID: tuple[_Field, ...] = (lambda clock: clock.clock_id,)
_SET: tuple[_Field, ...] = (
    *_ID,
    lambda clock: clock.case_id,
    lambda clock: clock.round,
    lambda clock: clock.what.value,
    lambda clock: clock.about,
    lambda clock: clock.starts_at,
    lambda clock: clock.pack_version,
    lambda clock: clock.limit is not None and clock.limit.counts_first_day,
    lambda clock: clock.every_days,
)
_CHANGING: tuple[_Field, ...] = (
    lambda clock: clock.unit_code,
    lambda clock: str(clock.step),
    lambda clock: clock.next_at,
    lambda clock: clock.state.value,
    lambda clock: clock.error,
)
_TIMES: tuple[_Field, ...] = (
    lambda clock: clock.warn_at,
    lambda clock: clock.due_at,
    lambda clock: None if clock.limit is None else clock.limit.value,
    lambda clock: None if clock.limit is None else clock.limit.unit.value,
    _pauses_of,
)


def _columns(clocks: Sequence[DeadlineClock], fields: Sequence[_Field]) -> list[list[object]]:
    return [[field(clock) for clock in clocks] for field in fields]
