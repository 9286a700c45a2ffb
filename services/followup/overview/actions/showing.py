"""One case as a promise, with all that belongs to it."""

from libs.common.database.session import Session
from libs.common.security.policy import Scope, has_right
from libs.common.security.principal import Principal
from services.followup import rights
from services.followup.callbacks.actions.showing import show_callbacks
from services.followup.cases.queries import steps_of_case, visible_case
from services.followup.clocks.queries import clocks_of_case
from services.followup.clocks.schemas import ClockOut
from services.followup.overview.schemas import CaseOut, HistoryEntryOut
from services.followup.supervision.queries import supervisions_of_case
from services.followup.supervision.schemas import SupervisionOut


async def show_case(session: Session, scope: Scope, principal: Principal, case_id: str) -> CaseOut:
    """A case with its clocks, callbacks, orders and steps, as far as the caller may see them."""
    case = await visible_case(session, scope, case_id)
    timers = callbacks = supervisions = None
    if has_right(principal, rights.READ_TIMERS):
        rows = await clocks_of_case(session, case_id)
        timers = [ClockOut.of(row) for row in rows]
    if has_right(principal, rights.READ_CALLBACKS):
        callbacks = await show_callbacks(session, case)
    if has_right(principal, rights.READ_SUPERVISIONS):
        orders = await supervisions_of_case(session, case_id)
        supervisions = [SupervisionOut.model_validate(row, from_attributes=True) for row in orders]
    steps = await steps_of_case(session, case_id)
    fields = {name: getattr(case, name) for name in CaseOut.model_fields if hasattr(case, name)}
    return CaseOut(
        **fields,
        timers=timers,
        callbacks=callbacks,
        supervisions=supervisions,
        transitions=[HistoryEntryOut.model_validate(step, from_attributes=True) for step in steps],
    )
