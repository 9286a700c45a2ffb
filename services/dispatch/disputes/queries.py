"""Every SELECT of arbitration sessions and hearings."""

from datetime import datetime
from operator import attrgetter

from sqlalchemy import Select, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.security.policy import Scope
from libs.common.web.cursors import Keyset, PageQuery
from services.dispatch.cases import queries as cases
from services.dispatch.cases.tables import Case
from services.dispatch.disputes.domain import ArbitrationState
from services.dispatch.disputes.tables import ArbitrationSession, UnitHearing

ARBITRATIONS_KEYSET = Keyset(
    "dispatch.arbitrations",
    (ArbitrationSession.opened_at, ArbitrationSession.case_id, ArbitrationSession.version),
    (datetime, str, int),
)


async def sessions_of(session: Session, case_id: str, *, lock: bool = True) -> list[ArbitrationSession]:
    """The sessions about a case, oldest first."""
    rows = await session.rows(ArbitrationSession, "case_id", case_id, lock=lock)
    return sorted(rows, key=attrgetter("version"))


async def hearings_of(session: Session, case_id: str, *, lock: bool = True) -> list[UnitHearing]:
    """What units said in them, oldest first."""
    return sorted(await session.rows(UnitHearing, "case_id", case_id, lock=lock), key=attrgetter("version"))


def arbitrations_statement(scope: Scope, state: ArbitrationState, page: PageQuery) -> Select[ArbitrationSession]:
    """The sessions of a state in the caller's reach, newest first."""
    conditions = [col(ArbitrationSession.state) == state, cases.within(scope, col(Case.lead_unit))]
    statement = select(ArbitrationSession).join(Case, col(Case.case_id) == col(ArbitrationSession.case_id))
    return ARBITRATIONS_KEYSET.cut(statement.where(*conditions), page)


async def list_arbitrations(session: Session, statement: Select[ArbitrationSession]) -> list[ArbitrationSession]:
    """The rows of a page, and one more when there is a next."""
    return list((await session.execute(statement)).scalars())
