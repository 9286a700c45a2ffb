"""A unit's reply to an order (督办回复)."""

from libs.common.database.session import Session
from libs.common.errors import Conflict
from libs.common.events.supervision import SupervisionReplied
from libs.common.rules.requests import Request
from libs.common.security.masking import mask_text
from services.followup.clocks.actions.finding import find_case
from services.followup.clocks.actions.running import end_clocks
from services.followup.ladder.actions.firing import settle
from services.followup.replies.schemas import ReplySupervision
from services.followup.supervision import queries
from services.followup.supervision.actions import shown
from services.followup.supervision.domain import SupervisionState
from services.followup.supervision.schemas import SupervisionOut
from services.followup.supervision.tables import Supervision


async def reply(session: Session, asked: Request, supervision_id: str, body: ReplySupervision) -> SupervisionOut:
    """The unit answers one order, whose clock ends; every other order still waits for its own answer."""
    order = await session.one(Supervision, "supervision_id", supervision_id)
    if order is None or not queries.sees_order(asked.scope, order):
        raise queries.no_such_order()
    asked.check_version(order.version)
    if order.state is not SupervisionState.ISSUED:
        raise Conflict("This order was answered already; each order is answered once", "该督办件已回复，每件只回复一次")
    case = await find_case(session, order.case_id)
    if case is None:
        raise LookupError(f"order {supervision_id} without its case")
    settle(session, case, session.now)
    order.state = SupervisionState.REPLIED
    order.reply = mask_text(body.reply)
    order.replied_by = asked.actor.subject
    order.replied_at = session.now
    order.version += 1
    replied = SupervisionReplied(
        case_id=order.case_id,
        occurred_at=session.now,
        round=order.round,
        supervision_id=order.supervision_id,
        unit_code=order.unit_code,
        reply=order.reply,
    )
    end_clocks(session, case, replied, about=supervision_id)
    session.publish(replied)
    return (await shown(session, [order], asked.actor.units))(order)
