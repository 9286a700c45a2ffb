"""Orders that callers may see."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.events.terms import SupervisionLevel
from libs.common.security.policy import Scope, in_area
from libs.common.web.cursors import Keyset, PageQuery
from services.followup.cases.queries import in_no_grid_of_theirs
from services.followup.supervision.domain import SupervisionState
from services.followup.supervision.tables import Supervision

SUPERVISION_KEYSET = Keyset(
    "followup.supervisions", (Supervision.issued_at, Supervision.supervision_id), (datetime, str)
)


@dataclass(frozen=True, slots=True)
class SupervisionFilter:
    """What the list of orders is narrowed to."""

    state: SupervisionState | None = None
    level: SupervisionLevel | None = None
    case_id: str | None = None
    unit_code: str | None = None
    area_code: str | None = None
    own: frozenset[str] = frozenset()
    """The units of whoever asks."""


def sees_order(scope: Scope, order: Supervision) -> bool:
    """Whether a supervision order is within reach."""
    return scope.allows(
        order.area_code, order.unit_code, accused_unit=order.accused_unit, also_accused=order.also_accused
    )


async def visible_supervision(session: Session, scope: Scope, supervision_id: str) -> Supervision:
    """An order, unlocked."""
    order = await session.one(Supervision, "supervision_id", supervision_id, lock=False)
    if order is None or not sees_order(scope, order):
        raise no_such_order()
    return order


async def supervisions_of_case(session: Session, case_id: str) -> list[Supervision]:
    """All orders about a case, oldest first."""
    rows = await session.rows(Supervision, "case_id", case_id, lock=False)
    return sorted(rows, key=lambda order: (order.issued_at, order.supervision_id))


async def list_supervisions(
    session: Session, scope: Scope, wanted: SupervisionFilter, page: PageQuery
) -> list[Supervision]:
    """Orders, newest first."""
    conditions = [
        scope.predicate(
            col(Supervision.area_code),
            col(Supervision.unit_code),
            accused_columns=(col(Supervision.accused_unit), col(Supervision.also_accused)),
        ),
        *in_area(col(Supervision.area_code), wanted.area_code),
        *in_no_grid_of_theirs(col(Supervision.case_id), wanted.area_code, wanted.own),
    ]
    for column, value in (
        (col(Supervision.state), wanted.state),
        (col(Supervision.level), wanted.level),
        (col(Supervision.case_id), wanted.case_id),
        (col(Supervision.unit_code), wanted.unit_code),
    ):
        if value is not None:
            conditions.append(column == value)
    statement = select(Supervision).where(*conditions)
    return list((await session.execute(SUPERVISION_KEYSET.cut(statement, page))).scalars())


def no_such_order() -> NotFound:
    """What somebody hears who may not see it, too."""
    return NotFound("There is no such supervision order, or you may not see it", "督办件不存在或无权查看")
