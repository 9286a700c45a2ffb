"""Every SELECT of the triage queue."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select
from sqlmodel import col

from libs.common.events.terms import Urgency
from libs.common.security.policy import Scope
from libs.common.web.cursors import Keyset
from services.dispatch.cases import queries as cases
from services.dispatch.cases.domain.terms import Status
from services.dispatch.cases.tables import Work

TRIAGE_KEYSET = Keyset("dispatch.triage", (Work.registered_at, Work.case_id), (datetime, str), descending=False)


@dataclass(frozen=True, slots=True)
class TriageFilter:
    """What the triage queue is narrowed to."""

    area_code: str | None = None
    urgency: Urgency | None = None
    overdue: bool | None = None


def triage_statement(scope: Scope, wanted: TriageFilter, window: cases.Window) -> Select[Work]:
    """What waits for a dispatcher, oldest first."""
    conditions = [cases.statuses(Status.TRIAGE), cases.within(scope)]
    if wanted.urgency is not None:
        conditions.append(col(Work.urgency) == wanted.urgency)
    if wanted.overdue is not None:
        conditions.append(col(Work.overdue).is_(wanted.overdue))
    conditions += cases.in_area(wanted.area_code)
    return cases.page(conditions, TRIAGE_KEYSET, window)
