"""Passing a case on among the levels. Each verb changes rows, records the step and says what happened; none commits."""

from libs.common.database.session import Session
from libs.common.errors import invalid
from libs.common.rules.requests import Request
from libs.common.security.masking import mask_text
from services.dispatch.cases.actions.steps import CASES, check_length, load_for, shown
from services.dispatch.cases.domain.terms import Action
from services.dispatch.cases.schemas import WorkOut
from services.dispatch.passing.domain import PassOn, decide
from services.dispatch.passing.schemas import Delegate, Raise, Recall
from services.dispatch.routing.actions.giving import today
from services.dispatch.tasks.actions.keeping import apply


async def delegate(session: Session, asked: Request, case_id: str, body: Delegate) -> WorkOut:
    """The unit that works gives the work to one below it, and stays accountable to whoever gave it to itself."""
    return await _pass(session, asked, case_id, Action.DELEGATE, PassOn(mask_text(body.note), body.to_unit))


async def recall(session: Session, asked: Request, case_id: str, body: Recall) -> WorkOut:
    """A unit that delegated it takes the work back."""
    return await _pass(session, asked, case_id, Action.RECALL, PassOn(mask_text(body.note)))


async def raise_up(session: Session, asked: Request, case_id: str, body: Raise) -> WorkOut:
    """The unit that works raises it to one above; nobody has to approve it."""
    wish = PassOn(mask_text(body.note), body.to_unit, body.reason_code)
    return await _pass(session, asked, case_id, Action.RAISE, wish)


async def _pass(session: Session, asked: Request, case_id: str, action: Action, wish: PassOn) -> WorkOut:
    case = await load_for(session, asked, case_id, action)
    now = today(session, case)
    said = decide(CASES.state_of(case), action, asked.actor, session.now, today=now, wish=wish)
    pack = now.directory.pack
    if action is Action.RAISE and wish.reason_code not in {reason.code for reason in pack.raising.reasons}:
        raise invalid("reason_code", "is not one of the pack's reasons to raise a case", "不是县包规定的上报原因")
    check_length("note", wish.note, 1, pack.texts.note_max)
    await apply(session, case, said)
    return shown(session, case, asked.actor)
