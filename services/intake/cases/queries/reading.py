"""Lists of cases, one case whole, and its timeline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Select, literal_column, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.events.terms import Urgency
from libs.common.security.policy import Scope, in_area
from libs.common.web.cursors import Keyset
from services.intake.cases.domain.case_number import is_case_number
from services.intake.cases.domain.lifecycle import Status
from services.intake.cases.queries.reach import within
from services.intake.cases.tables import Case, Supplement, TimelineEntry, Wording
from services.intake.requesters.tables import Requester

NEWEST_FIRST = Keyset("intake.cases", (col(Case.registered_at), col(Case.case_id)), (datetime, str))
IN_ORDER = Keyset("intake.timeline", (col(TimelineEntry.at), col(TimelineEntry.id)), (datetime, int), descending=False)


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What a list is narrowed to; None takes in everything."""

    area_code: str | None = None
    """With all areas inside it."""
    category_code: str | None = None
    """With all its sub-categories, unless it is ``undivided``."""
    status: Status | None = None
    channel: str | None = None
    kind: str | None = None
    urgency: str | None = None
    lead_unit: str | None = None
    source_system: str | None = None
    source_no: str | None = None
    registered_from: datetime | None = None
    """Included."""
    registered_to: datetime | None = None
    """Not included."""
    undivided: bool = False
    """Nothing lies inside the category: then its cases stand in the order of the list."""

    def conditions(self) -> list[ColumnElement[bool]]:
        """As SQL."""
        equal = (
            (Case.status, self.status),
            (Case.channel, self.channel),
            (Case.kind, self.kind),
            (Case.lead_unit, self.lead_unit),
            (Case.source_system, self.source_system),
            (Case.source_no, self.source_no),
        )
        found: list[ColumnElement[bool]] = [col(column) == value for column, value in equal if value is not None]
        if self.urgency is not None:
            # A constant, so that every plan can prove that the index of urgent cases holds the rows.
            found.append(literal_column(f"cases.urgency = '{Urgency(self.urgency).value}'", Boolean))
        found += in_area(col(Case.area_code), self.area_code)
        if self.category_code is not None:
            category = col(Case.category_code)
            within = category == self.category_code if self.undivided else category.like(self.category_code + "%")
            found.append(within)
        if self.registered_from is not None:
            found.append(col(Case.registered_at) >= self.registered_from)
        if self.registered_to is not None:
            found.append(col(Case.registered_at) < self.registered_to)
        return found


@dataclass(frozen=True, slots=True)
class WholeCase:
    """A case with what was said and, if anybody gave a name, the sealed requester."""

    case: Case
    wording: Wording
    requester: Requester | None


def list_statement(scope: Scope, chosen: CaseFilter, cursor: str | None, size: int) -> Select[Case]:
    """One page, newest first, and one row more."""
    # An index is entered at the first of several bounds: at the cursor, not at the end of the days asked for.
    conditions = [*NEWEST_FIRST.after(cursor), within(scope), *chosen.conditions()]
    return select(Case).where(*conditions).order_by(*NEWEST_FIRST.order()).limit(size + 1)


async def list_cases(
    session: Session, scope: Scope, chosen: CaseFilter, cursor: str | None, size: int
) -> Sequence[Case]:
    """Up to ``size + 1`` cases within reach."""
    return (await session.execute(list_statement(scope, chosen, cursor, size))).scalars().all()


async def find_whole(session: Session, scope: Scope, reference: str) -> WholeCase | None:
    """The case with this id or number, when it is within reach."""
    key = Case.case_no if is_case_number(reference) else Case.case_id
    statement = (
        select(Case, Wording, Requester)
        .join(Wording, col(Wording.case_id) == col(Case.case_id))
        .outerjoin(Requester, col(Requester.case_id) == col(Case.case_id))
        .where(col(key) == reference, within(scope))
    )
    row: Any = (await session.execute(statement)).one_or_none()
    return None if row is None else WholeCase(row[0], row[1], row[2])


async def is_within(session: Session, scope: Scope, case_id: str) -> bool:
    """Whether there is such a case within reach."""
    statement = select(col(Case.case_id)).where(col(Case.case_id) == case_id, within(scope))
    return (await session.execute(statement)).one_or_none() is not None


async def said_since(session: Session, case_id: str) -> Sequence[Supplement]:
    """What the citizen said after the case was registered, oldest first."""
    statement = select(Supplement).where(col(Supplement.case_id) == case_id).order_by(col(Supplement.supplement_id))
    return (await session.execute(statement)).scalars().all()


def timeline_statement(case_id: str, cursor: str | None, size: int) -> Select[TimelineEntry]:
    """One page of a timeline, oldest first, and one row more."""
    conditions = [col(TimelineEntry.case_id) == case_id, *IN_ORDER.after(cursor)]
    return select(TimelineEntry).where(*conditions).order_by(*IN_ORDER.order()).limit(size + 1)


async def list_timeline(session: Session, case_id: str, cursor: str | None, size: int) -> Sequence[TimelineEntry]:
    """Up to ``size + 1`` entries."""
    return (await session.execute(timeline_statement(case_id, cursor, size))).scalars().all()
