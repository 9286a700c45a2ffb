"""Having a link made, and the answer that comes by it."""

from datetime import timedelta

from libs.common.bus.flow import Service
from libs.common.database.session import Session
from libs.common.events.terms import Reached
from libs.common.rules.machine import OutOfTurn
from libs.common.rules.requests import Request
from libs.common.web.door import Door
from libs.common.web.signed import LinkDoor, make_link
from services.followup.callbacks.actions.asking import enter, record_attempt
from services.followup.callbacks.schemas import CallbackOut, RecordAttempt
from services.followup.cases.actions import CASES
from services.followup.cases.domain.terms import Action, StepInput
from services.followup.cases.domain.transitions import check_link
from services.followup.links.queries import PURPOSE, Linked, count_links
from services.followup.links.schemas import AnswerLinkOut

MOST = 3
"""Links for one wish of one requester: one may get lost, or into the wrong hands, and not many."""


async def have_made(session: Session, door: Door, callback_id: str) -> AnswerLinkOut:
    """A link for the requester whom the callback asks whether he takes it back.

    Raises:
        NotFound: the caller does not see it.
        NotTheirs: the caller may not call him about it either.
        OutOfTurn: he is not asked now, or has been given as many as there may be.
    """
    asked = Request(door.actor, door.scope)
    case, callback, _, asking = await enter(session, asked, callback_id, Action.CONFIRM_WISH)
    check_link(CASES.state_of(case), StepInput(session.now, asking, by=asked.actor))
    linked = Linked(callback_id, callback.wish)
    if await count_links(session, linked) >= MOST:
        raise OutOfTurn(
            f"{MOST} links were made for this wish, and no more are: call the citizen",
            f"本次撤单意愿已生成 {MOST} 个链接，不再生成，请电话核实",
        )
    directory = session.packs.version(case.pack_version)
    lasts = timedelta(hours=directory.callback.link_hours)
    link = await make_link(session, door, PURPOSE, linked.about, lasts)
    return AnswerLinkOut(
        path=f"/{Service.FOLLOWUP}/withdrawal/{link}", requester=callback.requester, ends_at=session.now + lasts
    )


async def answer(session: Session, door: LinkDoor, linked: Linked, *, takes_back: bool) -> CallbackOut:
    """What the citizen says by a link counts as what he says on the phone, to whoever had the link made.

    Raises:
        LinkSpent: somebody was faster.
        NotFound, Refused: it asks nothing any more, or whoever had it made may not ask by now. The link stays unused.
    """
    await door.use_in(session)
    said = RecordAttempt(reached=Reached.ANSWERED, withdraws=takes_back)
    return await record_attempt(session, Request(door.actor, door.scope), linked.callback_id, said, linked.wish)
