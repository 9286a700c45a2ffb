"""Every SELECT of the triage queue, and of the decisions on a case."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, inspect, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.events.terms import Urgency
from libs.common.security.policy import Scope, in_area
from libs.common.web.cursors import Keyset, PageQuery
from services.dispatch.cases import queries as cases
from services.dispatch.cases.domain.terms import Status
from services.dispatch.cases.tables import Case, HistoryEntry
from services.dispatch.routing.tables import Decision

TRIAGE_KEYSET = Keyset("dispatch.triage", (Case.registered_at, Case.case_id), (datetime, str), descending=False)
DECISIONS_KEYSET = Keyset("dispatch.decisions", (Decision.version,), (int,), descending=False)


@dataclass(frozen=True, slots=True)
class TriageFilter:
    """What the triage queue is narrowed to."""

    area_code: str | None = None
    urgency: Urgency | None = None
    overdue: bool | None = None


def triage_statement(scope: Scope, wanted: TriageFilter, page: PageQuery) -> Select[Case]:
    """What waits for a dispatcher, oldest first."""
    # What waits for its wording says nothing yet, and nobody may choose for it.
    conditions = [cases.statuses(Status.TRIAGE), col(Case.held).is_(False), cases.within(scope, col(Case.lead_unit))]
    if wanted.urgency is not None:
        conditions.append(col(Case.urgency) == wanted.urgency)
    if wanted.overdue is not None:
        conditions.append(col(Case.overdue).is_(wanted.overdue))
    conditions += in_area(col(Case.area_code), wanted.area_code)
    return TRIAGE_KEYSET.cut(select(Case).where(*conditions), page)


async def list_decisions(session: Session, case_id: str, page: PageQuery) -> list[Row[Any]]:
    """The decisions on a case, oldest first, each with the step that it was; one more than fit the page."""
    same_step = and_(
        col(HistoryEntry.case_id) == col(Decision.case_id), col(HistoryEntry.version) == col(Decision.version)
    )
    step = (col(HistoryEntry.round), col(HistoryEntry.at), col(HistoryEntry.who), col(HistoryEntry.action))
    statement = (
        select(*(column for column in inspect(Decision).columns), *step)
        .join(HistoryEntry, same_step)
        .where(col(Decision.case_id) == case_id)
    )
    return list((await session.execute(DECISIONS_KEYSET.cut(statement, page))).all())
