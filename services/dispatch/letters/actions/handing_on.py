"""A letter whose receiver was merged away (撤并) goes along to its successor, with the deadline that it has."""

from libs.common.database.session import Session
from libs.common.events.letter_terms import LetterStep
from libs.common.rules.machine import SYSTEM
from libs.common.rules.steps import seen_of
from services.dispatch.cases.actions.steps import CASES
from services.dispatch.cases.tables import Case
from services.dispatch.letters import domain, queries
from services.dispatch.letters.actions.keeping import take
from services.dispatch.letters.domain import ENDED, LetterState
from services.dispatch.letters.tables import Letter
from services.dispatch.routing.actions.giving import today

_OWN = "收函单位并入发函单位 its receiver went up in the office that wrote it"
_ACCUSED = "承接单位系被反映单位，应当回避 whoever stands in for its receiver is complained about, or below who is"


async def hand_on(session: Session, letter_id: str, successor: str) -> bool:
    """Whether it goes along; nobody writes to itself, nor to whoever the case is about: then it is withdrawn."""
    case_id = await queries.case_of(session, letter_id)
    case = None if case_id is None else await session.one(Case, "case_id", case_id)
    row = await session.one(Letter, "letter_id", letter_id)
    if row is None or row.status in ENDED or row.to_unit == successor:
        return False
    if case is not None:
        session.now = max(session.now, CASES.state_of(case).last_at)
    letter, why = seen_of(LetterState, row), _why_not(session, case, row, successor)
    if why is not None:
        take(session, row, case, domain.decide(letter, LetterStep.WITHDRAW, SYSTEM, session.now, opinion=why))
        return False
    said = domain.decide(letter, LetterStep.HAND_ON, SYSTEM, session.now, to_unit=successor)
    take(session, row, case, said)
    return True


def _why_not(session: Session, case: Case | None, row: Letter, successor: str) -> str | None:
    if successor == row.office:
        return _OWN
    return _ACCUSED if case is not None and today(session, case).is_accused(successor) else None
