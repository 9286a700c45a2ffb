"""One case as a promise, with all that belongs to it."""

from libs.common.database.session import Session
from libs.common.events.people import accused_staff, accused_units
from libs.common.security.policy import Scope, has_right
from libs.common.security.principal import Principal
from services.followup import rights
from services.followup.callbacks.actions.showing import show_callbacks
from services.followup.cases.queries import steps_of_case, veil_of, visible_case
from services.followup.cases.tables import working_unit_of
from services.followup.clocks.actions.showing import clocks_with_names
from services.followup.clocks.queries import clocks_of_case
from services.followup.overview.schemas import CaseOut, HistoryEntryOut, veiled
from services.followup.supervision.actions import shown
from services.followup.supervision.queries import supervisions_of_case


async def show_case(session: Session, scope: Scope, principal: Principal, case_id: str) -> CaseOut:
    """A case with its clocks, callbacks, orders and steps, as far as the caller may see them."""
    case = await visible_case(session, scope, case_id)
    own = principal.own_units
    timers = callbacks = supervisions = None
    if has_right(principal, rights.READ_TIMERS):
        rows = await clocks_of_case(session, case_id)
        timers = [*map(await clocks_with_names(session, rows, own), rows)]
    if has_right(principal, rights.READ_CALLBACKS):
        callbacks = await show_callbacks(session, case, own)
    if has_right(principal, rights.READ_SUPERVISIONS):
        orders = await supervisions_of_case(session, case_id)
        supervisions = [*map(await shown(session, orders, own), orders)]
    steps = await steps_of_case(session, case_id)
    fields = {name: getattr(case, name) for name in CaseOut.model_fields if hasattr(case, name)}
    whole = CaseOut(
        **fields,
        accused_units=accused_units(case),
        accused_staff=accused_staff(case),
        working_unit=working_unit_of(case),
        timers=timers,
        callbacks=callbacks,
        supervisions=supervisions,
        transitions=[HistoryEntryOut.model_validate(step, from_attributes=True) for step in steps],
    )
    return veiled(whole, veil_of(session, case, own))
