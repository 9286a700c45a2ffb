"""Who spoke, and the key by which that opens, in one round trip."""

from typing import Any, NamedTuple

from sqlalchemy import literal, select
from sqlmodel import col

from libs.common.database.session import Session
from services.intake.requesters.tables import CaseKey, Requester


class KnownRequester(NamedTuple):
    """What is kept of who spoke in a case."""

    requester: Requester | None
    key: CaseKey | None


async def find_known(session: Session, case_id: str) -> KnownRequester:
    """Both, as far as they are there."""
    this = select(literal(case_id).label("case_id")).subquery()
    statement = (
        select(Requester, CaseKey)
        .select_from(this)
        .outerjoin(Requester, col(Requester.case_id) == this.c.case_id)
        .outerjoin(CaseKey, col(CaseKey.case_id) == this.c.case_id)
    )
    row: Any = (await session.execute(statement)).one()
    return KnownRequester(row[0], row[1])
