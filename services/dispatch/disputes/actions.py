"""Keeping the sessions about a case, and what units said in them, beside its steps."""

from libs.common.database.session import Session
from libs.common.rules.steps import keep_beside, seen_of
from services.dispatch.cases.domain.disputed import Dispute, UnitStatement
from services.dispatch.cases.domain.state import Said, State
from services.dispatch.cases.tables import Case
from services.dispatch.disputes import queries
from services.dispatch.disputes.domain import Arbitration, ArbitrationState, HearingEntry, concerns, evolve, heard_in
from services.dispatch.disputes.tables import ArbitrationSession, UnitHearing


async def keep_disputes(session: Session, case: Case, before: State, after: State, said: Said) -> None:
    """The session that a step opens, rules on or ends, and what it notes of a unit."""
    if isinstance(said.what, Dispute) or concerns(before, after):
        rows = await queries.sessions_of(session, case.case_id)
        sessions = tuple(seen_of(Arbitration, row) for row in rows)
        kept = evolve(sessions, before, after, said)
        keep_beside(session, ArbitrationSession, rows, sessions, kept, case_id=case.case_id)
    if isinstance(said.what, UnitStatement):
        keep_beside(session, UnitHearing, [], (), heard_in((), after, said), case_id=case.case_id)


async def open_session(session: Session, case: Case) -> Arbitration | None:
    """The session that is open about a case."""
    rows = await queries.sessions_of(session, case.case_id)
    found = (seen_of(Arbitration, row) for row in rows if row.state is ArbitrationState.OPEN)
    return next(found, None)


async def hearings(session: Session, case: Case) -> list[HearingEntry]:
    """What units said about the case in any session."""
    return [seen_of(HearingEntry, row) for row in await queries.hearings_of(session, case.case_id)]
