"""Objections, as far as callers may see their cases."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.events.objecting import ObjectionState
from libs.common.security.policy import Scope, in_area
from libs.common.web.cursors import Keyset, PageQuery
from services.followup.cases.queries import ACCUSED, none_of_theirs, sees_case, veil_of
from services.followup.cases.tables import Case
from services.followup.objections.tables import ObjectionRow

OBJECTION_KEYSET = Keyset(
    "followup.objections", (ObjectionRow.raised_at, ObjectionRow.objection_id), (datetime, str), descending=False
)
_PLACE = "SELECT case_id FROM objection WHERE objection_id = $1"
_OVERDUE = "SELECT count(*) AS objections FROM objection WHERE state = 'raised' AND due_at < $1"


@dataclass(frozen=True, slots=True)
class ObjectionFilter:
    """What the list is narrowed to."""

    state: ObjectionState | None = None
    case_id: str | None = None
    area_code: str | None = None
    own: frozenset[str] = frozenset()
    """The units of whoever asks."""


async def case_of_objection(session: Session, objection_id: str) -> str | None:
    """Which case it is about: that never changes."""
    rows = await session.fetch(_PLACE, objection_id)
    return rows[0].case_id if rows else None


async def visible_objection(
    session: Session, scope: Scope, objection_id: str, own: Collection[str]
) -> tuple[ObjectionRow, Case]:
    """An objection with its case, unlocked; NotFound when it is not there or not in the caller's reach.

    Nor is that of a confidential case in reach of its ``own`` units: it says when, and to whom, its citizen spoke.
    """
    row = await session.one(ObjectionRow, "objection_id", objection_id, lock=False)
    case = None if row is None else await session.one(Case, "case_id", row.case_id, lock=False)
    if row is None or case is None or not sees_case(scope, case) or veil_of(session, case, own) is not None:
        raise no_such_objection()
    return row, case


async def list_objections(
    session: Session, scope: Scope, wanted: ObjectionFilter, page: PageQuery
) -> Sequence[tuple[ObjectionRow, Case]]:
    """The oldest first, with their cases."""
    conditions = [
        scope.predicate(col(Case.area_code), col(Case.lead_unit), accused_columns=ACCUSED),
        *in_area(col(Case.area_code), wanted.area_code),
        *none_of_theirs(wanted.own),
    ]
    if wanted.state is not None:
        conditions.append(col(ObjectionRow.state) == wanted.state)
    if wanted.case_id is not None:
        conditions.append(col(ObjectionRow.case_id) == wanted.case_id)
    statement = select(ObjectionRow, Case).join(Case, col(Case.case_id) == col(ObjectionRow.case_id))
    rows = (await session.execute(OBJECTION_KEYSET.cut(statement.where(*conditions), page))).all()
    return [(row.ObjectionRow, row.Case) for row in rows]


async def overdue_objections(session: Session) -> int:
    """Those that wait though the time to decide them has passed."""
    return int((await session.fetch(_OVERDUE, session.now))[0].objections)


def no_such_objection() -> NotFound:
    """What somebody hears who may not see it, too."""
    return NotFound("There is no such objection, or you may not see it", "异议不存在或无权查看")
