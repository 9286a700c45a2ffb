"""A wish to withdraw (撤单意愿): the citizen himself is asked, while the case and its clocks go on as they are."""

from libs.common.database.session import Session
from libs.common.events.citizens import WithdrawalWished
from services.followup.callbacks.actions.finding import callbacks_of
from services.followup.callbacks.actions.opening import calling_time, id_of, known_requesters, move
from services.followup.callbacks.domain import STATE_AFTER, next_wish
from services.followup.callbacks.tables import Callback
from services.followup.cases.actions import apply, decide
from services.followup.cases.domain.terms import Action, CallbackState, Purpose, StepInput
from services.followup.cases.tables import Case


async def ask_about_wish(session: Session, case: Case, event: WithdrawalWished) -> None:
    """Have each requester of this round asked whether he takes it back; a further wish meanwhile changes nothing."""
    callbacks = await callbacks_of(session, case)
    asked = {one.requester: one for one in callbacks if (one.round, one.purpose) == (case.round, Purpose.WITHDRAWAL)}
    if CallbackState.DUE in [one.state for one in asked.values()]:
        return
    apply(session, case, decide(case, Action.WISH, StepInput(session.now), event.reason))
    number = next_wish(one.wish for one in asked.values())
    for requester in known_requesters(callbacks):
        callback = asked.get(requester) or _new(session, case, requester)
        callback.tries, callback.wish = 0, number
        callback.handling_unit = case.lead_unit
        callback.wished_by, callback.wished_by_staff = event.by, event.by_staff
        callback.opened_at = event.occurred_at
        callback.next_try_at = calling_time(session.packs.version(case.pack_version), event.occurred_at)
        if requester in asked:
            move(callback, STATE_AFTER[Action.WISH])


def _new(session: Session, case: Case, requester: str) -> Callback:
    return session.new(
        Callback,
        callback_id=id_of(case, requester, Purpose.WITHDRAWAL),
        case_id=case.case_id,
        round=case.round,
        requester=requester,
        purpose=Purpose.WITHDRAWAL,
        state=STATE_AFTER[Action.WISH],
        area_code=case.area_code,
        next_try_at=session.now,
        opened_at=session.now,
    )
