"""The way in to a case, and the one way on: what was decided becomes the row, its history and what is said of it."""

from libs.common.database.session import Session
from libs.common.errors import invalid
from libs.common.rules.requests import Request
from libs.common.rules.steps import Kept
from services.dispatch.cases import queries
from services.dispatch.cases.actions.events import events_of
from services.dispatch.cases.domain.evolving import evolve
from services.dispatch.cases.domain.state import Heard, Said, State
from services.dispatch.cases.domain.terms import Action
from services.dispatch.cases.domain.transitions import check_party
from services.dispatch.cases.schemas import WorkOut
from services.dispatch.cases.tables import Case, HistoryEntry

CASES = Kept[Case, State, Heard](
    State, evolve, HistoryEntry, also=("case_id", "round", "lead_unit"), derived=("list_due_at", "warned", "overdue")
)


async def load_for(session: Session, request: Request, case_id: str, action: Action) -> Case:
    """The case, when the caller may see it (else NotFound), may take this step (Forbidden) and knows its version."""
    case = await queries.visible_case(session, request.scope, case_id)
    state = CASES.state_of(case)
    check_party(state, action, request.actor)
    request.check_version(case.version)
    session.now = max(session.now, state.last_at)
    return case


def apply(session: Session, case: Case, said: Said) -> tuple[State, State]:
    """Take the step: row, history and ledger. The state before, and after; the matters above keep their own of it."""
    before, after = CASES.apply(session, case, said)
    for event in events_of(case.case_id, before, after, said):
        session.publish(event)
    return before, after


def check_length(field: str, text: str, shortest: int, longest: int) -> None:
    """Invalid unless the text is as long as the county pack asks (字数)."""
    if not shortest <= len(text) <= longest:
        raise invalid(
            field,
            f"must be {shortest} to {longest} characters, as the county pack says",
            f"按县包规定须为 {shortest} 至 {longest} 字",
        )


def shown(case: Case) -> WorkOut:
    """The case as it is answered."""
    return WorkOut.model_validate(case, from_attributes=True)
