"""Every SELECT of the units' lists and tasks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from sqlalchemy import Boolean, Select, Text, and_, literal_column, not_, or_, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.pack.areas import GRID_DIGITS
from libs.common.security.policy import Column, Scope, in_area
from libs.common.web.cursors import Keyset, PageQuery
from services.dispatch.cases import queries as cases
from services.dispatch.cases.domain.terms import Status
from services.dispatch.cases.tables import Case
from services.dispatch.tasks.domain import ListOf
from services.dispatch.tasks.tables import Task

WORK_KEYSET = Keyset("dispatch.work", (Case.list_due_at, Case.case_id), (datetime, str), descending=False)
TASKS_KEYSET = Keyset("dispatch.tasks", (Task.version, Task.unit_code), (int, str), descending=False)


# As the partial index has them, so that every plan can prove that it holds the rows.
_DELEGATED = literal_column("work.delegates <> '{}'", Boolean)
_WORKER = literal_column("work.delegates[cardinality(work.delegates)]", Text)
_UNITS: Mapping[ListOf, Column] = {
    ListOf.LEAD: col(Case.lead_unit),
    ListOf.DELEGATE: _WORKER,
    ListOf.SUPPORT: col(Task.unit_code),
}


@dataclass(frozen=True, slots=True)
class WorkFilter:
    """What a list is narrowed to. Without a status: what units have to do."""

    unit_code: str | None = None
    status: Status | None = None
    overdue: bool | None = None
    due_before: datetime | None = None
    area_code: str | None = None
    role: ListOf = ListOf.LEAD
    """What units lead, what was delegated to them, or what they do beside the lead."""
    responsible: str | None = None
    own: frozenset[str] = frozenset()
    """The units of whoever asks."""
    suspended: bool | None = None
    """Whether they stand still at ``now``."""
    now: datetime | None = None


def work_statement(scope: Scope, wanted: WorkFilter, page: PageQuery) -> Select[Case]:
    """A unit's list, or everybody's in the caller's reach: what is due first comes first."""
    unit = _UNITS[wanted.role]
    conditions = [cases.statuses(wanted.status), cases.within(scope, unit)]
    if wanted.role is ListOf.DELEGATE:
        conditions.append(_DELEGATED)
    if wanted.unit_code is not None:
        conditions.append(unit == wanted.unit_code)
    if wanted.overdue is not None:
        conditions.append(col(Case.overdue).is_(wanted.overdue))
    if wanted.suspended is not None:
        stands = col(Case.suspended_until) > wanted.now
        conditions.append(stands if wanted.suspended else or_(col(Case.suspended_until).is_(None), not_(stands)))
    if wanted.due_before is not None:
        # The first is what is asked, the second what the index knows.
        conditions += [col(Case.handle_due_at) < wanted.due_before, col(Case.list_due_at) < wanted.due_before]
    if wanted.responsible is not None:
        conditions.append(
            col((Task if wanted.role is ListOf.SUPPORT else Case).responsible_staff) == wanted.responsible
        )
    conditions += in_area(col(Case.area_code), wanted.area_code)
    if wanted.own and wanted.area_code is not None and len(wanted.area_code) == GRID_DIGITS:
        # Its own units do not see in which grid a confidential case is.
        conditions.append(or_(not_(col(Case.confidential)), unit.not_in(sorted(wanted.own))))
    statement = WORK_KEYSET.cut(select(Case).where(*conditions), page)
    return statement.join(Task, _OPEN_OF_THE_CASE) if wanted.role is ListOf.SUPPORT else statement


_OPEN_OF_THE_CASE = and_(
    col(Task.case_id) == col(Case.case_id),
    col(Task.round) == col(Case.round),
    # Constants, so that every plan can prove that the partial index holds the rows.
    literal_column("task.status IN ('given', 'signed')", Boolean),
)


_OVERDUE = "SELECT count(*) AS n FROM task WHERE status IN ('given', 'signed') AND due_at < $1"


async def overdue_tasks(session: Session) -> int:
    """Open tasks that were to be done by now."""
    return int((await session.fetch(_OVERDUE, session.now))[0].n)


async def tasks_of(session: Session, case_id: str) -> list[Task]:
    """The tasks of a case, in the order in which they were given."""
    return sorted(await session.rows(Task, "case_id", case_id), key=attrgetter("version", "unit_code"))


async def list_tasks(session: Session, case_id: str, page: PageQuery) -> list[Task]:
    """The tasks of a case, oldest first; one more than fit the page."""
    statement = select(Task).where(col(Task.case_id) == case_id)
    return list((await session.execute(TASKS_KEYSET.cut(statement, page))).scalars())
