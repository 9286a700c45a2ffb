"""Every SELECT of the units' lists."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select
from sqlmodel import col

from libs.common.security.policy import Scope
from libs.common.web.cursors import Keyset
from services.dispatch.cases import queries as cases
from services.dispatch.cases.domain.terms import Status
from services.dispatch.cases.tables import Work

WORK_KEYSET = Keyset("dispatch.work", (Work.list_due_at, Work.case_id), (datetime, str), descending=False)


@dataclass(frozen=True, slots=True)
class WorkFilter:
    """What a list is narrowed to. Without a status: what units have to do."""

    unit_code: str | None = None
    status: Status | None = None
    overdue: bool | None = None
    due_before: datetime | None = None
    area_code: str | None = None


def work_statement(scope: Scope, wanted: WorkFilter, window: cases.Window) -> Select[Work]:
    """A unit's list, or everybody's in the caller's reach: what is due first comes first."""
    conditions = [cases.statuses(wanted.status), cases.within(scope)]
    if wanted.unit_code is not None:
        conditions.append(col(Work.lead_unit) == wanted.unit_code)
    if wanted.overdue is not None:
        conditions.append(col(Work.overdue).is_(wanted.overdue))
    if wanted.due_before is not None:
        # The first is what is asked, the second what the index knows.
        conditions += [col(Work.handle_due_at) < wanted.due_before, col(Work.list_due_at) < wanted.due_before]
    conditions += cases.in_area(wanted.area_code)
    return cases.page(conditions, WORK_KEYSET, window)
