"""The way in to a case: first whether it may be seen, then its version, then the rules."""

from typing import Any

from libs.common.database.session import Session
from libs.common.errors import Conflict, NotFound
from libs.common.rules.requests import Request
from services.intake.cases.actions.unit_of_work import Entry, add_entry, load_case, set_state
from services.intake.cases.domain.lifecycle import ACTION_LABELS, MACHINE, STATUS_LABELS, Action, State, taken
from services.intake.cases.queries.locking import LockedCase
from services.intake.cases.queries.reach import sees


async def load_for(session: Session, request: Request, case_id: str) -> LockedCase:
    """The case that is to change; NotFound when it is out of reach, StaleVersion when it has changed."""
    case = await load_case(session, case_id)
    if case is None or not sees(request.scope, case):
        raise NotFound
    request.check_version(case.state.version)
    # The clock may have been ahead when it was registered: nothing happens to a case before that.
    session.now = max(session.now, case.registered_at)
    return case


def take(
    session: Session, request: Request, case: LockedCase, action: Action, *, what: str, note: str, **facts: Any
) -> State:
    """Take a action at the door and put it on the timeline; Conflict when the case does not allow it."""
    state = taken(case.state, action, **facts)
    if state is None:
        raise out_of_turn(case, action)
    set_state(session, case, state)
    entry = Entry(session.now, what, state.round, note, request.actor.unit_code, request.actor.subject)
    add_entry(session, case.case_id, state, entry)
    return state


def out_of_turn(case: LockedCase, action: Action) -> Conflict:
    """Says where the case stands, and what could be done with it instead."""
    chinese, english = STATUS_LABELS[case.state.status]
    wanted_zh, wanted_en = ACTION_LABELS[action]
    possible = MACHINE.possible(case.state.status)
    instead = " or ".join(ACTION_LABELS[other][1] for other in possible) or "nothing; register a new case"
    instead_zh = "、".join(ACTION_LABELS[other][0] for other in possible) or "无，请另行登记"
    return Conflict(
        f"The case is {english}: it is not possible to {wanted_en}. Possible: {instead}",
        f"诉求件{chinese}，不能{wanted_zh}。可以：{instead_zh}",
        extra={"case_status": case.state.status.value, "possible": [other.value for other in possible]},
    )
