"""The clocks of the cases that one transaction touches: read in one query, changed in memory, written in two."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from libs.common.database.session import Session
from services.followup.clocks import queries
from services.followup.clocks.domain import Clock, TimerState

_INFO = "followup.clocks"
_ADD = """
    INSERT INTO clock (clock_id, case_id, round, what, about, starts_at, warn_at, due_at, pack_version,
                       unit_code, step, next_at, state, error)
    SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::text[], $6::timestamptz[],
                         $7::timestamptz[], $8::timestamptz[], $9::int[],
                         $10::text[], $11::text[], $12::timestamptz[], $13::text[], $14::text[])
"""
_CHANGE = """
    UPDATE clock SET unit_code = new.unit_code, step = new.step, next_at = new.next_at, state = new.state,
        error = new.error
    FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::text[])
        AS new(clock_id, unit_code, step, next_at, state, error)
    WHERE clock.clock_id = new.clock_id
"""


class ClockBook:
    """Running clocks by case. Whoever holds the lock on a case's matter is the only one who may change its clocks."""

    def __init__(self) -> None:
        self._running: dict[str, dict[str, Clock]] = {}
        self._new: dict[str, Clock] = {}
        self._changed: dict[str, Clock] = {}

    async def load(self, session: Session, case_ids: Iterable[str]) -> None:
        """Read the running clocks of the cases that were not read before."""
        missing = sorted(set(case_ids) - self._running.keys())
        if not missing:
            return
        self._running.update((case_id, {}) for case_id in missing)
        for clock in await queries.running_clocks(session, missing):
            self._running[clock.case_id][clock.clock_id] = clock

    def of(self, case_id: str) -> list[Clock]:
        """The running clocks of a case; KeyError when they were not loaded."""
        return list(self._running[case_id].values())

    def next_of(self, case_id: str) -> Clock | None:
        """The one whose step comes first."""
        return min(self._running[case_id].values(), key=_order, default=None)

    def add(self, clock: Clock) -> None:
        """A new one."""
        self._new[clock.clock_id] = self._running[clock.case_id][clock.clock_id] = clock

    def change(self, clock: Clock) -> None:
        """One of the book has moved on, concerns another unit, or has ended."""
        running = self._running[clock.case_id]
        if clock.state is TimerState.PENDING:
            running[clock.clock_id] = clock
        else:
            del running[clock.clock_id]
        place = self._new if clock.clock_id in self._new else self._changed
        place[clock.clock_id] = clock

    def stop(self, clock: Clock) -> None:
        """Nothing of it happens any more."""
        self.change(replace(clock, state=TimerState.CANCELLED))

    async def write(self, session: Session) -> None:
        """Write what changed: one statement for the new ones, one for the others."""
        if self._new:
            await session.fetch(_ADD, *_columns(list(self._new.values()), (*_SET, *_CHANGING)))
        if self._changed:
            changed = sorted(self._changed.values(), key=lambda clock: clock.clock_id)
            await session.fetch(_CHANGE, *_columns(changed, (*_ID, *_CHANGING)))


def clocks_of(session: Session) -> ClockBook:
    """This transaction's book, written when it ends."""
    book = session.info.get(_INFO)
    if isinstance(book, ClockBook):
        return book
    new = session.info[_INFO] = ClockBook()
    session.before_commit(_INFO, new.write)
    return new


def _order(clock: Clock) -> tuple[Any, ...]:
    return clock.order


_Field = Callable[[Clock], object]
_ID: tuple[_Field, ...] = (lambda clock: clock.clock_id,)
_SET: tuple[_Field, ...] = (
    *_ID,
    lambda clock: clock.case_id,
    lambda clock: clock.round,
    lambda clock: clock.what.value,
    lambda clock: clock.about,
    lambda clock: clock.starts_at,
    lambda clock: clock.warn_at,
    lambda clock: clock.due_at,
    lambda clock: clock.pack_version,
)
_CHANGING: tuple[_Field, ...] = (
    lambda clock: clock.unit_code,
    lambda clock: str(clock.step),
    lambda clock: clock.next_at,
    lambda clock: clock.state.value,
    lambda clock: clock.error,
)


def _columns(clocks: Sequence[Clock], fields: Sequence[_Field]) -> list[list[object]]:
    return [[field(clock) for clock in clocks] for field in fields]
