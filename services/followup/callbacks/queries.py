"""Callbacks that callers may see, with their tries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.security.policy import Scope, in_area
from libs.common.web.cursors import Keyset, PageQuery
from services.followup.callbacks.tables import Attempt, Callback
from services.followup.cases.domain.terms import CallbackState
from services.followup.cases.queries import ACCUSED
from services.followup.cases.tables import Case

CALLBACK_KEYSET = Keyset(
    "followup.callbacks", (Callback.next_try_at, Callback.callback_id), (datetime, str), descending=False
)
_PLACES = """
    SELECT callback_id AS id, case_id FROM callback WHERE callback_id = ANY($1::text[])
    UNION ALL
    SELECT supervision_id, case_id FROM supervision WHERE supervision_id = ANY($1::text[])
    UNION ALL
    SELECT objection_id, case_id FROM objection WHERE objection_id = ANY($1::text[])
"""


@dataclass(frozen=True, slots=True)
class CallbackFilter:
    """What the callback queue is narrowed to."""

    state: CallbackState = CallbackState.DUE
    handling_unit: str | None = None
    area_code: str | None = None
    due_before: datetime | None = None


def sees_callback(scope: Scope, case: Case, callback: Callback) -> bool:
    """Whether a callback is within reach."""
    accused, also = case.accused_unit, case.also_accused
    return scope.allows(callback.area_code, callback.handling_unit, accused_unit=accused, also_accused=also)


async def visible_callback(session: Session, scope: Scope, callback_id: str) -> tuple[Case, Callback]:
    """A callback with its case, unlocked."""
    callback = await session.one(Callback, "callback_id", callback_id, lock=False)
    if callback is None:
        raise no_such_callback()
    case = await session.one(Case, "case_id", callback.case_id, lock=False)
    if case is None or not sees_callback(scope, case, callback):
        raise no_such_callback()
    return case, callback


async def case_ids_of(session: Session, ids: Sequence[str]) -> dict[str, str]:
    """The cases of callbacks, orders and objections."""
    return {row.id: row.case_id for row in await session.fetch(_PLACES, list(ids))}


async def attempts_of(session: Session, callback_ids: Sequence[str]) -> dict[str, list[Attempt]]:
    """The tries of callbacks, oldest first."""
    statement = select(Attempt).where(col(Attempt.callback_id).in_(callback_ids)).order_by(col(Attempt.attempt))
    found: dict[str, list[Attempt]] = {callback_id: [] for callback_id in callback_ids}
    for attempt in (await session.execute(statement)).scalars():
        found[attempt.callback_id].append(attempt)
    return found


async def callbacks_of_case(session: Session, case_id: str) -> list[Callback]:
    """All callbacks of a case, by round."""
    statement = select(Callback).where(col(Callback.case_id) == case_id).order_by(col(Callback.round))
    return list((await session.execute(statement)).scalars())


async def list_callbacks(
    session: Session, scope: Scope, wanted: CallbackFilter, page: PageQuery
) -> list[tuple[Callback, Case]]:
    """The queue: who is to be called first stands first."""
    conditions = [
        col(Callback.state) == wanted.state,
        scope.predicate(col(Callback.area_code), col(Callback.handling_unit), accused_columns=ACCUSED),
        *in_area(col(Callback.area_code), wanted.area_code),
    ]
    if wanted.handling_unit is not None:
        conditions.append(col(Callback.handling_unit) == wanted.handling_unit)
    if wanted.due_before is not None:
        conditions.append(col(Callback.next_try_at) <= wanted.due_before)
    statement = select(Callback, Case).join(Case, col(Case.case_id) == col(Callback.case_id)).where(*conditions)
    return [(row.Callback, row.Case) for row in (await session.execute(CALLBACK_KEYSET.cut(statement, page))).all()]


def no_such_callback() -> NotFound:
    """What somebody hears who may not see it, too."""
    return NotFound("There is no such callback, or you may not see it", "回访任务不存在或无权查看")
