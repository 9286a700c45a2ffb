"""A dispatcher's own decisions: assign from triage (派单), and reassign (改派)."""

from libs.common.database.session import Session
from libs.common.events.task_terms import Before
from libs.common.rules.requests import Request
from libs.common.security.masking import mask_text
from services.dispatch.cases.actions.steps import CASES, load_for, shown
from services.dispatch.cases.domain.state import Ask
from services.dispatch.cases.domain.terms import Action
from services.dispatch.cases.schemas import WorkOut
from services.dispatch.lists.actions import check_lists
from services.dispatch.routing.actions.giving import apply, today
from services.dispatch.routing.actions.giving_parts import check_part, part_of
from services.dispatch.routing.domain.choosing import Wish, decide
from services.dispatch.routing.schemas import Assign, Reassign
from services.dispatch.tasks.actions.keeping import tasks_for


async def assign(session: Session, asked: Request, case_id: str, body: Assign) -> WorkOut:
    """Give a case from triage to the unit that the dispatcher names."""
    return await _give(session, asked, case_id, Action.ASSIGN, body)


async def reassign(session: Session, asked: Request, case_id: str, body: Reassign) -> WorkOut:
    """Give a case that a unit has to another unit; the handling clock runs on."""
    return await _give(session, asked, case_id, Action.REASSIGN, body, body.reason_code)


async def _give(
    session: Session, asked: Request, case_id: str, action: Action, body: Assign, reason_code: str | None = None
) -> WorkOut:
    case = await load_for(session, asked, case_id, action)
    # The reason leaves this service, so it carries no number of a person.
    parts = tuple(map(part_of, body.support_tasks))
    wish = Wish(body.lead_unit, body.support_units, body.category_code, mask_text(body.reason), reason_code, parts)
    state, tasks = CASES.state_of(case), await tasks_for(session, case)
    said = decide(state, tasks, Ask(action), asked.actor, session.now, today=today(session, case), wish=wish)
    for index, part in enumerate(parts):
        check_part(session, case, part, f"support_tasks/{index}/")
    if action is Action.ASSIGN:
        await check_lists(session, case, Before.ASSIGNMENT, body.category_code)
    await apply(session, case, said)
    return shown(session, case, asked.actor)
