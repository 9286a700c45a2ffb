"""What callers may see: one thing by its id, or a page of a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Boolean, ColumnElement, SQLColumnExpression, literal_column, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.events.terms import Deadline, SupervisionLevel
from libs.common.pack.areas import area_prefix
from libs.common.security.policy import Scope
from libs.common.web.cursors import Keyset
from services.followup.domain.clocks import TimerState
from services.followup.domain.terms import CallbackState, SupervisionState
from services.followup.tables import Attempt, Callback, Matter, Supervision, TimerRow, Transition

CALLBACK_KEYSET = Keyset(
    "followup.callbacks", (Callback.next_try_at, Callback.callback_id), (datetime, str), descending=False
)
TIMER_KEYSET = Keyset("followup.timers", (TimerRow.fires_at, TimerRow.timer_id), (datetime, str), descending=False)
SUPERVISION_KEYSET = Keyset(
    "followup.supervisions", (Supervision.issued_at, Supervision.supervision_id), (datetime, str)
)


@dataclass(frozen=True, slots=True)
class CallbackFilter:
    """What the callback queue is narrowed to."""

    state: CallbackState = CallbackState.DUE
    handling_unit: str | None = None
    area_code: str | None = None
    due_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class TimerFilter:
    """What the list of timers is narrowed to."""

    state: TimerState = TimerState.PENDING
    case_id: str | None = None
    unit_code: str | None = None
    what: Deadline | None = None
    fires_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class SupervisionFilter:
    """What the list of orders is narrowed to."""

    state: SupervisionState | None = None
    level: SupervisionLevel | None = None
    case_id: str | None = None
    unit_code: str | None = None
    area_code: str | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """Which page of a list."""

    cursor: str | None
    size: int


def sees_matter(scope: Scope, matter: Matter) -> bool:
    """Whether the case is within reach."""
    return scope.allows(matter.area_code, matter.lead_unit, accused_unit=matter.accused_unit)


def sees_callback(scope: Scope, matter: Matter, callback: Callback) -> bool:
    """Whether a callback is within reach."""
    return scope.allows(callback.area_code, callback.handling_unit, accused_unit=matter.accused_unit)


def sees_order(scope: Scope, order: Supervision) -> bool:
    """Whether a supervision order is within reach."""
    return scope.allows(order.area_code, order.unit_code, accused_unit=order.accused_unit)


async def visible_matter(session: Session, scope: Scope, case_id: str) -> Matter:
    """The case, unlocked; NotFound when it is not there or not in the caller's reach."""
    matter = await session.one(Matter, "case_id", case_id, lock=False)
    if matter is None or not sees_matter(scope, matter):
        raise no_such_case()
    return matter


async def visible_callback(session: Session, scope: Scope, callback_id: str) -> tuple[Matter, Callback]:
    """A callback with its case, unlocked."""
    callback = await session.one(Callback, "callback_id", callback_id, lock=False)
    if callback is None:
        raise no_such_callback()
    matter = await session.one(Matter, "case_id", callback.case_id, lock=False)
    if matter is None or not sees_callback(scope, matter, callback):
        raise no_such_callback()
    return matter, callback


async def visible_supervision(session: Session, scope: Scope, supervision_id: str) -> Supervision:
    """An order, unlocked."""
    order = await session.one(Supervision, "supervision_id", supervision_id, lock=False)
    if order is None or not sees_order(scope, order):
        raise no_such_order()
    return order


async def attempts_of(session: Session, callback_ids: Sequence[str]) -> dict[str, list[Attempt]]:
    """The tries of callbacks, oldest first."""
    statement = select(Attempt).where(col(Attempt.callback_id).in_(callback_ids)).order_by(col(Attempt.attempt))
    found: dict[str, list[Attempt]] = {callback_id: [] for callback_id in callback_ids}
    for attempt in (await session.execute(statement)).scalars():
        found[attempt.callback_id].append(attempt)
    return found


async def timers_of_case(session: Session, case_id: str) -> list[TimerRow]:
    """All timers of a case, in order of firing."""
    statement = select(TimerRow).where(col(TimerRow.case_id) == case_id).order_by(*TIMER_KEYSET.order())
    return list((await session.execute(statement)).scalars())


async def callbacks_of_case(session: Session, case_id: str) -> list[Callback]:
    """All callbacks of a case, by round."""
    statement = select(Callback).where(col(Callback.case_id) == case_id).order_by(col(Callback.round))
    return list((await session.execute(statement)).scalars())


async def supervisions_of_case(session: Session, case_id: str) -> list[Supervision]:
    """All orders about a case, oldest first."""
    statement = (
        select(Supervision)
        .where(col(Supervision.case_id) == case_id)
        .order_by(col(Supervision.issued_at), col(Supervision.supervision_id))
    )
    return list((await session.execute(statement)).scalars())


async def steps_of_case(session: Session, case_id: str) -> list[Transition]:
    """All steps of a case, oldest first."""
    statement = select(Transition).where(col(Transition.case_id) == case_id).order_by(col(Transition.version))
    return list((await session.execute(statement)).scalars())


async def list_callbacks(
    session: Session, scope: Scope, wanted: CallbackFilter, window: Window
) -> list[tuple[Callback, Matter]]:
    """The queue: who is to be called first stands first."""
    conditions = [
        col(Callback.state) == wanted.state,
        scope.predicate(col(Callback.area_code), col(Callback.handling_unit), accused_column=col(Matter.accused_unit)),
        *_in_area(col(Callback.area_code), wanted.area_code),
    ]
    if wanted.handling_unit is not None:
        conditions.append(col(Callback.handling_unit) == wanted.handling_unit)
    if wanted.due_before is not None:
        conditions.append(col(Callback.next_try_at) <= wanted.due_before)
    statement = (
        select(Callback, Matter)
        .join(Matter, col(Matter.case_id) == col(Callback.case_id))
        .where(*conditions, *CALLBACK_KEYSET.after(window.cursor))
        .order_by(*CALLBACK_KEYSET.order())
        .limit(window.size + 1)
    )
    return [(row.Callback, row.Matter) for row in (await session.execute(statement)).all()]


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


async def list_supervisions(
    session: Session, scope: Scope, wanted: SupervisionFilter, window: Window
) -> list[Supervision]:
    """Orders, newest first."""
    conditions = [
        scope.predicate(
            col(Supervision.area_code), col(Supervision.unit_code), accused_column=col(Supervision.accused_unit)
        ),
        *_in_area(col(Supervision.area_code), wanted.area_code),
    ]
    for column, value in (
        (col(Supervision.state), wanted.state),
        (col(Supervision.level), wanted.level),
        (col(Supervision.case_id), wanted.case_id),
        (col(Supervision.unit_code), wanted.unit_code),
    ):
        if value is not None:
            conditions.append(column == value)
    statement = (
        select(Supervision)
        .where(*conditions, *SUPERVISION_KEYSET.after(window.cursor))
        .order_by(*SUPERVISION_KEYSET.order())
        .limit(window.size + 1)
    )
    return list((await session.execute(statement)).scalars())


def no_such_case() -> NotFound:
    """What somebody hears who may not see it, too."""
    return NotFound("There is no such case, or you may not see it", "诉求件不存在或无权查看")


def no_such_callback() -> NotFound:
    """What somebody hears who may not see it, too."""
    return NotFound("There is no such callback, or you may not see it", "回访任务不存在或无权查看")


def no_such_order() -> NotFound:
    """What somebody hears who may not see it, too."""
    return NotFound("There is no such supervision order, or you may not see it", "督办件不存在或无权查看")


def _in_state(state: TimerState) -> ColumnElement[bool]:
    """Written as a constant, so that every plan can prove that a partial index holds the rows."""
    return literal_column(f"timer.state = '{state.value}'", Boolean)


def _in_area(column: SQLColumnExpression[str], area_code: str | None) -> list[ColumnElement[bool]]:
    return [] if area_code is None else [column.like(f"{area_prefix(area_code)}%")]
