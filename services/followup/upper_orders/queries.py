"""Orders from above, as far as callers may see their cases."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Boolean, ColumnElement, and_, false, func, literal_column, not_, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.events.upper_terms import ReplyState
from libs.common.security.policy import Scope, in_area
from libs.common.web.cursors import Keyset, PageQuery
from services.followup.cases.queries import ACCUSED, none_of_theirs, sees_case, veil_of
from services.followup.cases.tables import Case
from services.followup.upper_orders.tables import UpperDeadlineRow, UpperOrderRow

UPPER_ORDER_KEYSET = Keyset(
    "followup.upper_orders", (UpperOrderRow.received_at, UpperOrderRow.case_id), (datetime, str), descending=False
)
_UNSENT: ColumnElement[bool] = literal_column("upper_order.state <> 'sent'", Boolean)
"""Written as a constant, so that every plan can prove that the partial index holds the rows."""


@dataclass(frozen=True, slots=True)
class UpperOrderFilter:
    """What the list is narrowed to."""

    state: ReplyState | None = None
    overdue: bool | None = None
    """Not answered yet, though its time has passed."""
    case_id: str | None = None
    area_code: str | None = None
    own: frozenset[str] = frozenset()
    """The units of whoever asks."""


async def visible_order(
    session: Session, scope: Scope, case_id: str, own: Collection[str]
) -> tuple[UpperOrderRow, Case]:
    """An order with its case, unlocked; NotFound when it is not there or not in the caller's reach.

    Nor is that of a confidential case in reach of its ``own`` units: it says when it came.
    """
    row = await session.one(UpperOrderRow, "case_id", case_id, lock=False)
    case = None if row is None else await session.one(Case, "case_id", case_id, lock=False)
    if row is None or case is None or not sees_case(scope, case) or veil_of(session, case, own) is not None:
        raise no_such_order()
    return row, case


async def deadlines_of(session: Session, case_id: str) -> list[UpperDeadlineRow]:
    """The deadlines that an order named after its first, in their order."""
    rows = await session.rows(UpperDeadlineRow, "case_id", case_id, lock=False)
    return sorted(rows, key=lambda row: row.edition)


async def list_orders(
    session: Session, scope: Scope, wanted: UpperOrderFilter, page: PageQuery
) -> Sequence[tuple[UpperOrderRow, Case]]:
    """The oldest first, with their cases."""
    conditions = [
        scope.predicate(col(Case.area_code), col(Case.lead_unit), accused_columns=ACCUSED),
        *in_area(col(Case.area_code), wanted.area_code),
        *none_of_theirs(wanted.own),
    ]
    if wanted.state is not None:
        conditions.append(col(UpperOrderRow.state) == wanted.state)
    if wanted.overdue is not None:
        late = col(UpperOrderRow.due_at) <= session.now
        conditions += [_UNSENT, late] if wanted.overdue else [not_(and_(_UNSENT, func.coalesce(late, false())))]
    if wanted.case_id is not None:
        conditions.append(col(UpperOrderRow.case_id) == wanted.case_id)
    statement = select(UpperOrderRow, Case).join(Case, col(Case.case_id) == col(UpperOrderRow.case_id))
    rows = (await session.execute(UPPER_ORDER_KEYSET.cut(statement.where(*conditions), page))).all()
    return [(row.UpperOrderRow, row.Case) for row in rows]


def no_such_order() -> NotFound:
    """What somebody hears who may not see it, too."""
    return NotFound("There is no such order from above, or you may not see it", "上级交办件不存在或无权查看")
