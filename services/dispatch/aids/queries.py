"""Every SELECT of aid."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, Select, cast, func, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.events.aid_terms import AidStatus
from libs.common.security.policy import Scope
from libs.common.web.cursors import Keyset, PageQuery
from services.dispatch.aids.tables import Aid
from services.dispatch.cases import queries as cases
from services.dispatch.cases.tables import Case

AIDS_KEYSET = Keyset("dispatch.aids", (Aid.found_at, Aid.aid_id), (datetime, str))
_CASE_OF = "SELECT case_id FROM aid WHERE aid_id = $1"


@dataclass(frozen=True, slots=True)
class AidFilter:
    """What matters of aid are narrowed to; those that were found from ``since`` on until before ``until``."""

    kind: str | None = None
    status: AidStatus | None = None
    found_unit: str | None = None
    since: datetime | None = None
    until: datetime | None = None


async def visible_aid(session: Session, scope: Scope, aid_id: str) -> tuple[Aid, Case]:
    """A matter of aid and its case, both locked, for whoever sees the case; else NotFound."""
    found = await session.fetch(_CASE_OF, aid_id)
    # The case before what is about it, as whoever takes a step of the case locks it.
    case = await session.one(Case, "case_id", found[0].case_id) if found else None
    aid = await session.one(Aid, "aid_id", aid_id) if case is not None and cases.reaches(scope, case) else None
    if case is None or aid is None:
        raise NotFound("There is no such aid, or you may not see it", "救助事项不存在或无权查看")
    return aid, case


async def aids_of(session: Session, case_id: str) -> list[Aid]:
    """What came of a case, oldest first."""
    return sorted(await session.rows(Aid, "case_id", case_id), key=lambda row: (row.found_at, row.aid_id))


def aids_statement(scope: Scope, wanted: AidFilter, page: PageQuery) -> Select[Aid]:
    """What came of the cases in the caller's reach, newest first."""
    statement = select(Aid).join(Case, col(Case.case_id) == col(Aid.case_id))
    reached = cases.within(scope, col(Case.lead_unit))
    return AIDS_KEYSET.cut(statement.where(reached, *_narrowed(wanted)), page)


async def list_aids(session: Session, statement: Select[Aid]) -> list[Aid]:
    """The rows of a page, and one more when there is a next."""
    return list((await session.execute(statement)).scalars())


async def sum_aids(session: Session, scope: Scope, wanted: AidFilter) -> list[Row[Any]]:
    """By kind, unit that found it and status: how many, for how many people, and what was granted in fen."""
    by = col(Aid.kind), col(Aid.found_unit), col(Aid.status)
    paid = cast(func.coalesce(func.sum(col(Aid.amount_fen)), 0), BigInteger)
    sums = func.count().label("aids"), func.sum(col(Aid.persons)).label("persons"), paid.label("amount_fen")
    statement = cases.of_cases(select(*by, *sums), session, scope, col(Aid.case_id))
    statement = statement.where(*_narrowed(wanted)).group_by(*by).order_by(*by)
    return list((await session.execute(statement)).all())


def _narrowed(wanted: AidFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    for name in ("kind", "status", "found_unit"):
        value = getattr(wanted, name)
        if value is not None:
            conditions.append(col(getattr(Aid, name)) == value)
    if wanted.since is not None:
        conditions.append(col(Aid.found_at) >= wanted.since)
    if wanted.until is not None:
        conditions.append(col(Aid.found_at) < wanted.until)
    return conditions
