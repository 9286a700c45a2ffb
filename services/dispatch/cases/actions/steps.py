"""The way in to a case, and the one way on: what was decided becomes the row, its history and what is said of it."""

from libs.common.database.session import Session
from libs.common.errors import invalid
from libs.common.events.responsible import ResponsibleNamed
from libs.common.rules.machine import Actor
from libs.common.rules.requests import Request
from libs.common.rules.steps import Kept
from libs.common.web.people import responsible_out
from services.dispatch.cases import queries
from services.dispatch.cases.actions.events import events_of
from services.dispatch.cases.domain.evolving import evolve
from services.dispatch.cases.domain.naming import is_given_anew
from services.dispatch.cases.domain.state import Heard, Said, State
from services.dispatch.cases.domain.terms import Action
from services.dispatch.cases.domain.transitions import check_party
from services.dispatch.cases.schemas import WorkOut, veiled
from services.dispatch.cases.tables import Case, HistoryEntry, working_unit_of

CASES = Kept[Case, State, Heard](
    State,
    evolve,
    HistoryEntry,
    also=("case_id", "round", "lead_unit"),
    told=("delegate_unit",),
    derived=("list_due_at", "warned", "overdue"),
)


async def load_for(session: Session, request: Request, case_id: str, action: Action) -> Case:
    """The case, when the caller may see it (else NotFound), may take this step (Forbidden) and knows its version."""
    case = await visible_for(session, request, case_id, action)
    on_version(session, request, case)
    return case


async def visible_for(session: Session, request: Request, case_id: str, action: Action) -> Case:
    """The case, when the caller may see it and take this step; its version is asked next (``on_version``)."""
    case = await queries.visible_case(session, request.scope, case_id)
    check_party(CASES.state_of(case), action, request.actor)
    return case


def on_version(session: Session, request: Request, case: Case) -> None:
    """StaleVersion unless the caller knows how it stands; from here on it is not before its last step."""
    request.check_version(case.version)
    session.now = max(session.now, CASES.state_of(case).last_at)


def apply(session: Session, case: Case, said: Said) -> tuple[State, State]:
    """Take the step: row, history and ledger. The state before, and after; the matters above keep their own of it."""
    before, after = CASES.apply(session, case, said)
    for event in events_of(case.case_id, before, after, said):
        session.publish(event)
    if case.responsible_staff is not None and is_given_anew(before, after):
        _let_go(session, case, before, said)
    return before, after


def _let_go(session: Session, case: Case, before: State, said: Said) -> None:
    """Who answered for it does so no longer; of the round before it stays said."""
    case.responsible_staff = case.responsible_at = None
    unit = before.working_unit
    if unit is not None and before.round == case.round:
        gone = ResponsibleNamed(
            occurred_at=said.at, case_id=case.case_id, round=before.round, unit_code=unit, staff_id=None
        )
        session.publish(gone)


def check_length(field: str, text: str, shortest: int, longest: int) -> None:
    """Invalid unless the text is as long as the county pack asks (字数)."""
    if not shortest <= len(text) <= longest:
        raise invalid(
            field,
            f"must be {shortest} to {longest} characters, as the county pack says",
            f"按县包规定须为 {shortest} 至 {longest} 字",
        )


def shown(session: Session, case: Case, actor: Actor) -> WorkOut:
    """The case as it is answered to somebody."""
    responsible = responsible_out(session.staff, case.responsible_staff, working_unit_of(case), session.now)
    whole = WorkOut.of(case).model_copy(update={"responsible": responsible})
    return veiled(whole, queries.veil_of(session.packs, case, actor.units, session.now))
