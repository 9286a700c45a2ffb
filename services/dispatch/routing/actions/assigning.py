"""A dispatcher's own decisions: assign from triage (派单), and reassign (改派)."""

from libs.common.database.session import Session
from libs.common.rules.requests import Request
from libs.common.security.masking import mask_text
from services.dispatch.cases.actions.steps import enter, shown, target_of
from services.dispatch.cases.domain.terms import Action
from services.dispatch.cases.schemas import WorkOut
from services.dispatch.routing.actions.giving import assign_to, reassign_to, today
from services.dispatch.routing.domain.choosing import Wish, by_hand
from services.dispatch.routing.schemas import Assign


async def assign(session: Session, asked: Request, case_id: str, body: Assign) -> WorkOut:
    """Give a case from triage to the unit that the dispatcher names."""
    work = await enter(session, asked, case_id, Action.ASSIGN)
    target = target_of(work, Action.ASSIGN, session.now)
    now = today(session, work.area_code, work.accused_unit)
    choice = by_hand(now, wish_of(body), lead_unit=work.lead_unit, category_code=work.category_code)
    await assign_to(session, work, choice, Action.ASSIGN, target, by=asked.actor, why=choice.explanation)
    return shown(work)


async def reassign(session: Session, asked: Request, case_id: str, body: Assign) -> WorkOut:
    """Give a case that a unit has to another unit; the handling clock runs on."""
    work = await enter(session, asked, case_id, Action.REASSIGN)
    target = target_of(work, Action.REASSIGN, session.now)
    now = today(session, work.area_code, work.accused_unit)
    choice = by_hand(now, wish_of(body), lead_unit=work.lead_unit, category_code=work.category_code)
    await reassign_to(session, work, choice, Action.REASSIGN, target, by=asked.actor, why=choice.explanation)
    return shown(work)


def wish_of(body: Assign) -> Wish:
    """The dispatcher's choice; the reason leaves this service, so it carries no number of a person."""
    return Wish(body.lead_unit, body.support_units, body.category_code, mask_text(body.reason))
