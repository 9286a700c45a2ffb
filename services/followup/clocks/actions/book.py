"""The timers of the cases that one transaction touches: read in one query, changed in memory, written in two."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from libs.common.database.session import Session
from services.followup.clocks import queries
from services.followup.clocks.domain import Timer, TimerState

_INFO = "followup.timers"
_ADD = """
    INSERT INTO timer (timer_id, case_id, round, what, step, unit_code, starts_at, due_at, fires_at, pack_version,
                       state, error)
    SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
                         $8::timestamptz[], $9::timestamptz[], $10::int[], $11::text[], $12::text[])
"""
_CHANGE = """
    UPDATE timer SET unit_code = new.unit_code, state = new.state, error = new.error
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS new(timer_id, unit_code, state, error)
    WHERE timer.timer_id = new.timer_id
"""


class TimerBook:
    """Pending timers by case. Whoever holds the lock on a case's matter is the only one who may change its timers."""

    def __init__(self) -> None:
        self._pending: dict[str, dict[str, Timer]] = {}
        self._new: dict[str, Timer] = {}
        self._changed: dict[str, Timer] = {}

    async def load(self, session: Session, case_ids: Iterable[str]) -> None:
        """Read the pending timers of the cases that were not read before."""
        missing = sorted(set(case_ids) - self._pending.keys())
        if not missing:
            return
        self._pending.update((case_id, {}) for case_id in missing)
        for timer in await queries.pending_timers(session, missing):
            self._pending[timer.case_id][timer.timer_id] = timer

    def of(self, case_id: str) -> list[Timer]:
        """The pending timers of a case; KeyError when they were not loaded."""
        return list(self._pending[case_id].values())

    def next_of(self, case_id: str) -> Timer | None:
        """The one that fires first."""
        return min(self._pending[case_id].values(), key=_order, default=None)

    def add(self, timer: Timer) -> None:
        """A new one."""
        self._new[timer.timer_id] = timer
        self._pending[timer.case_id][timer.timer_id] = timer

    def end(self, timer: Timer, state: TimerState, error: str | None = None) -> None:
        """It fired, was cancelled or failed."""
        del self._pending[timer.case_id][timer.timer_id]
        self._keep(replace(timer, state=state, error=error))

    def hand_over(self, timer: Timer, unit_code: str | None) -> None:
        """It concerns another unit from now on."""
        changed = replace(timer, unit_code=unit_code)
        self._pending[timer.case_id][timer.timer_id] = changed
        self._keep(changed)

    def _keep(self, timer: Timer) -> None:
        place = self._new if timer.timer_id in self._new else self._changed
        place[timer.timer_id] = timer

    async def write(self, session: Session) -> None:
        """Write what changed: one statement for the new ones, one for the others."""
        if self._new:
            await session.fetch(_ADD, *_columns(list(self._new.values()), _WHOLE))
        if self._changed:
            changed = sorted(self._changed.values(), key=lambda timer: timer.timer_id)
            await session.fetch(_CHANGE, *_columns(changed, _CHANGING))


def timers_of(session: Session) -> TimerBook:
    """This transaction's book, written when it ends."""
    book = session.info.get(_INFO)
    if isinstance(book, TimerBook):
        return book
    new = session.info[_INFO] = TimerBook()
    session.before_commit(_INFO, new.write)
    return new


def _order(timer: Timer) -> tuple[Any, ...]:
    return timer.order


_WHOLE: tuple[Callable[[Timer], object], ...] = (
    lambda timer: timer.timer_id,
    lambda timer: timer.case_id,
    lambda timer: timer.round,
    lambda timer: timer.what.value,
    lambda timer: str(timer.step),
    lambda timer: timer.unit_code,
    lambda timer: timer.starts_at,
    lambda timer: timer.due_at,
    lambda timer: timer.fires_at,
    lambda timer: timer.pack_version,
    lambda timer: timer.state.value,
    lambda timer: timer.error,
)
_CHANGING: tuple[Callable[[Timer], object], ...] = (
    lambda timer: timer.timer_id,
    lambda timer: timer.unit_code,
    lambda timer: timer.state.value,
    lambda timer: timer.error,
)


def _columns(timers: Sequence[Timer], fields: Sequence[Callable[[Timer], object]]) -> list[list[object]]:
    return [[field(timer) for timer in timers] for field in fields]
