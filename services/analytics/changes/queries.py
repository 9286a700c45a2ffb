"""The cases of which something was learned after some moment."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.security.policy import Scope
from libs.common.web.cursors import Keyset
from services.analytics.facts.queries import Among, Known, documents, learned_after, visible_to
from services.analytics.facts.tables import FactRow

CHANGED_CASES = Keyset("analytics.changes", (FactRow.case_id,), (str,), descending=False)

_SHOWN = (
    FactRow.case_id,
    FactRow.case_no,
    FactRow.area_code,
    FactRow.unlisted,
    FactRow.unit_code,
    FactRow.category_code,
    FactRow.channel,
    FactRow.kind,
    FactRow.status,
    FactRow.round,
    FactRow.registered_at,
    FactRow.handle_due_at,
)


async def changed_cases(
    session: Session, scope: Scope, known: Known, among: Among, cursor: str | None
) -> Sequence[Any]:
    """Those that the caller may see, by their ids, after those of a cursor."""
    columns = [col(column) for column in _SHOWN]
    statement = select(*columns, *documents()).where(
        visible_to(scope), *learned_after(known, among), *CHANGED_CASES.after(cursor)
    )
    return (await session.execute(statement.order_by(*CHANGED_CASES.order()))).all()
