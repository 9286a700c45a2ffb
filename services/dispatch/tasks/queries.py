"""Every SELECT of the units' lists and tasks."""

from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from sqlalchemy import Boolean, Select, and_, literal_column, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.security.policy import Scope, in_area
from libs.common.web.cursors import Keyset, PageQuery
from services.dispatch.cases import queries as cases
from services.dispatch.cases.domain.terms import Status
from services.dispatch.cases.tables import Case
from services.dispatch.tasks.tables import Task

WORK_KEYSET = Keyset("dispatch.work", (Case.list_due_at, Case.case_id), (datetime, str), descending=False)
TASKS_KEYSET = Keyset("dispatch.tasks", (Task.version, Task.unit_code), (int, str), descending=False)


@dataclass(frozen=True, slots=True)
class WorkFilter:
    """What a list is narrowed to. Without a status: what units have to do."""

    unit_code: str | None = None
    status: Status | None = None
    overdue: bool | None = None
    due_before: datetime | None = None
    area_code: str | None = None
    support: bool = False
    """What units do beside the lead, and not what they lead."""


def work_statement(scope: Scope, wanted: WorkFilter, page: PageQuery) -> Select[Case]:
    """A unit's list, or everybody's in the caller's reach: what is due first comes first."""
    unit = col(Task.unit_code) if wanted.support else col(Case.lead_unit)
    conditions = [cases.statuses(wanted.status), cases.within(scope, unit)]
    if wanted.unit_code is not None:
        conditions.append(unit == wanted.unit_code)
    if wanted.overdue is not None:
        conditions.append(col(Case.overdue).is_(wanted.overdue))
    if wanted.due_before is not None:
        # The first is what is asked, the second what the index knows.
        conditions += [col(Case.handle_due_at) < wanted.due_before, col(Case.list_due_at) < wanted.due_before]
    conditions += in_area(col(Case.area_code), wanted.area_code)
    statement = WORK_KEYSET.cut(select(Case).where(*conditions), page)
    return statement.join(Task, _OPEN_OF_THE_CASE) if wanted.support else statement


_OPEN_OF_THE_CASE = and_(
    col(Task.case_id) == col(Case.case_id),
    col(Task.round) == col(Case.round),
    # Constants, so that every plan can prove that the partial index holds the rows.
    literal_column("task.status IN ('given', 'signed')", Boolean),
)


async def tasks_of(session: Session, case_id: str) -> list[Task]:
    """The tasks of a case, in the order in which they were given."""
    return sorted(await session.rows(Task, "case_id", case_id), key=attrgetter("version", "unit_code"))


async def list_tasks(session: Session, case_id: str, page: PageQuery) -> list[Task]:
    """The tasks of a case, oldest first; one more than fit the page."""
    statement = select(Task).where(col(Task.case_id) == case_id)
    return list((await session.execute(TASKS_KEYSET.cut(statement, page))).scalars())
